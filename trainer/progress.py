"""LLaMA-Factory's log: steps, and whether they still make sense."""

import json
import math
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assistant.errors import AssistantError

LOG = "trainer_log.jsonl"


@dataclass(frozen=True)
class Step:
    """A line of the log.

    Attributes:
        step, steps: done, and in all.
        loss: of training; None in the line that closes the log or tells of validation.
        elapsed_s: since training began; a resumed one begins anew.
    """

    step: int
    steps: int
    loss: float | None
    elapsed_s: float


class StepReader:
    """A log as it grows: every line is read once.

    Args:
        log: need not be there yet. One that has become shorter was written anew, and is read
            from its beginning.
    """

    def __init__(self, log: Path) -> None:
        self._log = log
        self._read = 0

    def new(self) -> list[Step]:
        """Whole lines since the last time; one that is still being written is left for later."""
        try:
            with self._log.open("rb") as file:
                if file.seek(0, os.SEEK_END) < self._read:
                    self._read = 0
                file.seek(self._read)
                whole, end, _ = file.read().rpartition(b"\n")
        except OSError:
            return []
        self._read += len(whole) + len(end)
        return [_step(json.loads(line)) for line in whole.splitlines()]


def read_history(checkpoint: Path | None) -> list[Step]:
    """The steps that a checkpoint was reached by; none without one."""
    if checkpoint is None:
        return []
    try:
        state = json.loads((checkpoint / "trainer_state.json").read_text(encoding="utf-8"))
        return [
            Step(int(entry["step"]), int(state["max_steps"]), float(entry["loss"]), 0.0)
            for entry in state["log_history"]
            if "loss" in entry
        ]
    except (OSError, ValueError, KeyError, TypeError):
        return []


def refuse_nan(step: Step) -> None:
    """Raise TRN-301 when a step's loss is not a number."""
    if step.loss is not None and not math.isfinite(step.loss):
        raise AssistantError(
            "TRN-301",
            f"训练在第 {step.step} 步发散，损失不再是数。",
            next_step="请把 learning_rate 减半，加上 warmup_ratio: 0.03；用 fp16 的请改用 bf16。"
            "然后重新运行；损失曲线 loss.svg 可看出从哪一步开始。",
        )


def _step(entry: Mapping[str, Any]) -> Step:
    return Step(
        step=int(entry["current_steps"]),
        steps=int(entry["total_steps"]),
        loss=entry.get("loss"),
        elapsed_s=_seconds(str(entry.get("elapsed_time", ""))),
    )


def _seconds(clock: str) -> float:
    """Of ``1 day, 2:03:04`` or ``0:00:01``; 0 for what is no time."""
    days, _, rest = clock.rpartition(" day")
    try:
        hours, minutes, seconds = rest.rpartition(" ")[2].split(":")
        whole = int(days) if days else 0
        return ((whole * 24 + int(hours)) * 60 + int(minutes)) * 60 + float(seconds)
    except ValueError:
        return 0.0
