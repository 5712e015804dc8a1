"""Whether a merged model says what base and adapter said: their logits on fixed prompts."""

import gc
import json
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

QUESTIONS = ("请使用中文描述下这个图像并给出你的诊断结果", "病灶在哪一侧？", "Describe this image.")
SIDE = 168
"""Pixels along one side of the pictures that are asked about."""


@dataclass(frozen=True)
class Parity:
    """Differences of logits, root mean square, as a share of the logits' own spread.

    Attributes:
        logits_error: merged against base with the adapter over it.
        adapter_effect: base with the adapter against the base alone; 0 without an adapter.
        top1_agreement: share of positions where both name the same next token.
    """

    logits_error: float
    adapter_effect: float
    top1_agreement: float


def compare(weights: Path, adapter: Path | None, merged: Path) -> Parity:
    """Compute in float32, one model in memory at a time.

    Raises:
        ValueError: the merged folder lacks weights, has another template, or gives no numbers.
    """
    import torch

    before, base = _logits(weights, adapter)
    gc.collect()
    after, _ = _logits(merged, None, like=weights)
    if before.shape != after.shape or not torch.isfinite(after).all():
        raise ValueError(f"logits {tuple(after.shape)}, expected {tuple(before.shape)}, finite")
    return Parity(
        logits_error=_relative(after, before),
        adapter_effect=0.0 if base is None else _relative(base, before),
        top1_agreement=float((after.argmax(-1) == before.argmax(-1)).float().mean()),
    )


def _relative(one: Any, other: Any) -> float:
    return float((one - other).pow(2).mean().sqrt() / other.std())


def _logits(folder: Path, adapter: Path | None, like: Path | None = None) -> tuple[Any, Any]:
    """Logits (positions, vocabulary) of all prompts; and, under an adapter, those without it."""
    import torch
    from transformers import AutoModelForImageTextToText, AutoProcessor

    processor = AutoProcessor.from_pretrained(folder, local_files_only=True)
    if like is not None:
        reference = AutoProcessor.from_pretrained(like, local_files_only=True)
        if processor.chat_template != reference.chat_template:
            raise ValueError("the chat template is not the base model's")
    model, report = AutoModelForImageTextToText.from_pretrained(
        folder,
        dtype=torch.float32,
        local_files_only=True,
        use_safetensors=True,
        output_loading_info=True,
    )
    if report["missing_keys"]:
        raise ValueError(f"missing {sorted(report['missing_keys'])[:5]}")
    model.eval()
    if adapter is None:
        return _ask(model, processor), None
    from peft import PeftModel

    model = PeftModel.from_pretrained(model, adapter).eval()
    with model.disable_adapter():
        without = _ask(model, processor)
    return _ask(model, processor), without


def _ask(model: Any, processor: Any) -> Any:
    import numpy as np
    import torch
    from PIL import Image

    rng = np.random.default_rng(0)
    found = []
    for question in QUESTIONS:
        picture = Image.fromarray(rng.integers(0, 256, (SIDE, SIDE, 3), dtype=np.uint8))
        words = [{"type": "image"}, {"type": "text", "text": question}]
        text = processor.apply_chat_template(
            [{"role": "user", "content": words}], add_generation_prompt=True
        )
        batch = processor(text=[text], images=[picture], return_tensors="pt")
        with torch.inference_mode():
            found.append(model(**batch).logits[0])
    return torch.cat(found)


def main() -> None:
    """As a child: weights, adapter or nothing, merged folder, and where the figures go."""
    weights, adapter, merged, out = sys.argv[1:]
    parity = compare(Path(weights), Path(adapter) if adapter else None, Path(merged))
    Path(out).write_text(json.dumps(asdict(parity)) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
