"""NF4: the language model's matrices in 4 bits, everything else as it is."""

import shutil
import sys
from pathlib import Path

KEPT = ("visual", "model.visual", "lm_head")
"""Modules left alone: all-layer 4-bit breaks small Qwen2-VL. ``visual`` holds the tower and
its merger; transformers 4 looks for a name anywhere in a path, 5 only at its beginning."""

CARRIED = (
    *("tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "vocab.json"),
    *("merges.txt", "added_tokens.json", "chat_template.jinja", "chat_template.json"),
    *("preprocessor_config.json", "video_preprocessor_config.json", "processor_config.json"),
)
"""Files of a merged model that its weights do not change, byte for byte the same."""


def quantize_nf4(merged: Path, out: Path) -> None:
    """Write ``out``, a folder that loads with its 4-bit weights as stored (bitsandbytes).

    Double quantisation is on, and bfloat16 is the type computed in and kept for what is not
    quantised. No model card is written.

    Args:
        merged: a complete Qwen2-VL in safetensors.
        out: replaced if it exists.
    """
    import torch
    from transformers import AutoModelForImageTextToText, BitsAndBytesConfig

    model = AutoModelForImageTextToText.from_pretrained(
        merged,
        dtype=torch.bfloat16,
        device_map={"": "cuda" if torch.cuda.is_available() else "cpu"},
        local_files_only=True,
        use_safetensors=True,
        quantization_config=BitsAndBytesConfig(
            load_in_4bit=True,
            bnb_4bit_quant_type="nf4",
            bnb_4bit_use_double_quant=True,
            bnb_4bit_compute_dtype=torch.bfloat16,
            llm_int8_skip_modules=list(KEPT),
        ),
    )
    partial = out.with_name(f"{out.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    model.save_pretrained(partial)
    for name in CARRIED:
        if (merged / name).is_file():
            shutil.copyfile(merged / name, partial / name)
    shutil.rmtree(out, ignore_errors=True)
    partial.rename(out)


def main() -> None:
    """As a child: the merged folder, and the folder to write."""
    merged, out = map(Path, sys.argv[1:])
    quantize_nf4(merged, out)


if __name__ == "__main__":
    main()
