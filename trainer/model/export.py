"""OpenVINO: a merged model as compressed parts, in two steps, each a process of its own.

Converting holds the 16-bit weights; compressing holds one part at a time. What a process held
goes with it, so the peak is that of the larger step and not of their sum.
"""

import json
import shutil
import sys
from pathlib import Path

PARTS = {
    "openvino_language_model": 4,
    "openvino_text_embeddings_model": 8,
    "openvino_vision_embeddings_model": 8,
    "openvino_vision_embeddings_merger_model": 8,
}
"""Bits by part: the tower and the embeddings do not bear four."""

_NOT_SHIPPED = ("openvino_config.json", "vocab.json", "merges.txt", "added_tokens.json")
"""Export by-products: the exporter's own record, and the tokenizer a second time."""


def convert(merged: Path, out: Path) -> None:
    """Write ``out``: 16-bit parts (as stored, if that is wider), processor and tokenizers."""
    import openvino
    from openvino_tokenizers import convert_tokenizer
    from optimum.exporters.openvino import main_export
    from optimum.intel import OVConfig
    from transformers import AutoProcessor

    shutil.rmtree(out, ignore_errors=True)
    main_export(
        str(merged),
        out,
        task="image-text-to-text",
        ov_config=OVConfig(dtype="auto"),
        stateful=True,
        local_files_only=True,
    )
    processor = AutoProcessor.from_pretrained(merged, local_files_only=True)
    processor.save_pretrained(out)
    encoder, decoder = convert_tokenizer(processor.tokenizer, with_detokenizer=True)
    openvino.save_model(encoder, out / "openvino_tokenizer.xml")
    openvino.save_model(decoder, out / "openvino_detokenizer.xml")
    for name in _NOT_SHIPPED:
        (out / name).unlink(missing_ok=True)


def compress(plain: Path, out: Path, *, group: int, symmetric: bool) -> None:
    """Write into ``out`` every part of ``plain`` with its weights in 4 or 8 bits.

    The 16-bit files are mapped, not read whole, and deleted once their part is written.

    Args:
        group: weights that share a 4-bit scale. symmetric: 4 bits without a zero point.
    """
    for name in PARTS:
        _compress(plain / f"{name}.xml", out / f"{name}.xml", group, symmetric)
        for suffix in (".xml", ".bin"):
            (plain / name).with_suffix(suffix).unlink()


def _compress(part: Path, out: Path, group: int, symmetric: bool) -> None:
    import nncf
    import openvino
    from optimum.intel import OVWeightQuantizationConfig

    bits = PARTS[part.stem]
    wanted = (
        OVWeightQuantizationConfig(bits=8, sym=True)
        if bits == 8
        else OVWeightQuantizationConfig(bits=4, sym=symmetric, group_size=group, ratio=1.0)
    )
    model = openvino.Core().read_model(part)
    compressed = nncf.compress_weights(model, **wanted.to_nncf_dict())
    openvino.save_model(compressed, out, compress_to_fp16=False)


def main() -> None:
    """As a child: ``convert MERGED OUT`` or ``compress PLAIN OUT SETTINGS``."""
    verb, source, out = sys.argv[1:4]
    if verb == "convert":
        convert(Path(source), Path(out))
    else:
        compress(Path(source), Path(out), **json.loads(sys.argv[4]))


if __name__ == "__main__":
    main()
