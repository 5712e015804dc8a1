"""How much of a disk the stages will take, from the size of the base."""

import math
from collections.abc import Mapping, Sequence
from pathlib import Path

from assistant.errors import AssistantError
from trainer.config import read_yaml
from trainer.manifest import read_manifest
from trainer.weights import bytes_of
from trainer.workspace import Workspace

_SPARE = 1 << 30
_ADAPTER_SHARE = 0.02
"""A rank 8 adapter is about half a percent of the weights; its optimiser twice that in float32."""

_UNLIMITED = 5
"""Checkpoints taken to be kept where nothing limits them and their number is not known yet."""

_OPTIMISER = 4
"""Full fine-tuning keeps two float32 moments for weights in bf16, of twice their size each."""


def needed_bytes(work: Workspace, names: Sequence[str]) -> int:
    """Bytes that the unfinished stages among ``names`` will write; 0 for a small built base."""
    if work.pipeline.base.folder is None:
        return 0
    try:
        weights = bytes_of(work.weights("base"))
    except AssistantError:
        return 0  # told of elsewhere
    total = 0.0
    if "sft" in names:
        total += sum(_of_step(work, name, weights) for name in work.pipeline.sft)
    if "merge" in names and not _done(work, "merge"):
        total += weights
    if "quantize" in names and not _done(work, "quantize"):
        # 16-bit OpenVINO files lie beside the 4-bit ones until these are written.
        openvino = "openvino-int4" in work.pipeline.quantize.formats
        nf4 = "nf4" in work.pipeline.quantize.formats
        total += weights * (1.5 * openvino + 0.6 * nf4)
    return int(total + _SPARE) if total else 0


def _of_step(work: Workspace, name: str, weights: int) -> float:
    if _done(work, f"sft/{Path(name).stem}"):
        return 0.0
    try:
        arguments: Mapping[str, object] = read_yaml(work.configs / name)
    except AssistantError:
        return 0.0
    kept = _checkpoints(arguments)
    if arguments.get("finetuning_type", "lora") == "lora":
        return weights * _ADAPTER_SHARE * kept
    return weights * (1 + (1 + _OPTIMISER) * kept)


def _checkpoints(arguments: Mapping[str, object]) -> int:
    """How many lie beside each other at the most: the new one is written before an old one goes.

    Values of a wrong kind are told of elsewhere.
    """
    strategy = arguments.get("save_strategy", "steps")
    if strategy in ("no", False):  # YAML 1.1 reads a bare no as false
        return 0
    limit = _number(arguments, "save_total_limit", 0)
    if limit > 0:
        return int(limit) + 1
    if strategy == "epoch":
        return math.ceil(_number(arguments, "num_train_epochs", 3))
    steps, every = _number(arguments, "max_steps", 0), _number(arguments, "save_steps", 500)
    return math.ceil(steps / every) if steps > 0 and every >= 1 else _UNLIMITED


def _number(arguments: Mapping[str, object], key: str, otherwise: float) -> float:
    value = arguments.get(key)
    return value if isinstance(value, int | float) else otherwise


def _done(work: Workspace, stage: str) -> bool:
    return read_manifest(work.folder(stage)) is not None
