"""LLaMA-Factory: the only file that knows its arguments, its log and how it fails."""

import json
import math
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml

from assistant.errors import AssistantError

Arguments = dict[str, object]

OFFLINE: Mapping[str, str] = {
    "HF_HUB_OFFLINE": "1",
    "HF_DATASETS_OFFLINE": "1",
    "TRANSFORMERS_OFFLINE": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "DO_NOT_TRACK": "1",
    "WANDB_DISABLED": "true",
    "WANDB_MODE": "disabled",
    "TOKENIZERS_PARALLELISM": "false",
    "PYTHONUTF8": "1",
    "PYTHONIOENCODING": "utf-8",
}
"""Environment of every subprocess: nothing leaves this machine."""

LOG = "llamafactory.log"
_POLL_S = 0.5


@dataclass(frozen=True)
class Step:
    """A line of the trainer's log."""

    step: int
    steps: int
    loss: float | None
    elapsed: str
    remaining: str


def check(arguments: Mapping[str, object], name: str, *, export: bool = False) -> list[str]:
    """What LLaMA-Factory's own argument classes reject, as Chinese sentences; empty when fine."""
    os.environ.update(OFFLINE)
    from dataclasses import fields

    from llamafactory.hparams import (
        DataArguments,
        FinetuningArguments,
        GeneratingArguments,
        ModelArguments,
        TrainingArguments,
    )
    from transformers import HfArgumentParser

    classes = [ModelArguments, DataArguments, FinetuningArguments, GeneratingArguments]
    if not export:
        classes.insert(2, TrainingArguments)
    known = {field.name for one in classes for field in fields(one)}
    problems = [f"{name}：LLaMA-Factory 没有参数 {key}" for key in sorted(arguments.keys() - known)]
    try:
        HfArgumentParser(classes).parse_dict(
            {key: value for key, value in arguments.items() if key in known}
        )
    except (ValueError, TypeError, AssertionError) as error:
        problems.append(f"{name}：{error}")
    return problems


def train(
    arguments: Arguments, folder: Path, *, resume: bool, report: Callable[[Step], None]
) -> None:
    """Run ``llamafactory-cli train`` into ``folder``, from its last whole checkpoint if resuming.

    Raises:
        AssistantError: TRN-301 loss is not a number, TRN-302 out of memory, TRN-303 disk full,
            TRN-304 anything else that ends it.
    """
    checkpoint = last_checkpoint(folder) if resume else None
    given = {
        # Else a loss that is no longer a number is logged as zero.
        "logging_nan_inf_filter": False,
        **arguments,
        "output_dir": str(folder),
        "overwrite_output_dir": True,
    }
    if checkpoint is not None:
        given["resume_from_checkpoint"] = str(checkpoint)
    log = folder / "trainer_log.jsonl"
    log.unlink(missing_ok=True)
    process = _start("train", given, folder)
    try:
        seen = 0
        while True:
            running = process.poll() is None
            for step in read_steps(log)[seen:]:
                seen += 1
                refuse_nan(step)
                report(step)
            if not running:
                break
            time.sleep(_POLL_S)
    finally:
        _stop(process)
    if process.returncode != 0:
        raise explain(process.returncode, folder / LOG)


def export(arguments: Arguments, folder: Path) -> None:
    """Run ``llamafactory-cli export`` into ``folder``.

    Raises:
        AssistantError: TRN-302, TRN-303 or TRN-304, as :func:`train`.
    """
    process = _start("export", {**arguments, "export_dir": str(folder)}, folder)
    try:
        process.wait()
    finally:
        _stop(process)
    if process.returncode != 0:
        raise explain(process.returncode, folder / LOG)


def explain(returncode: int, log: Path) -> AssistantError:
    """Why it ended, from its exit code and the end of its log."""
    try:
        tail = log.read_text(encoding="utf-8", errors="replace")[-6000:]
    except OSError:
        tail = ""
    last = next((line.strip() for line in reversed(tail.splitlines()) if line.strip()), "")
    detail = f"exit {returncode}; {tail[-1500:]}"
    if any(sign in tail for sign in ("No space left on device", "Errno 28", "enough space")):
        return AssistantError(
            "TRN-303",
            "训练中止：磁盘空间不足，检查点没有写完。",
            next_step="请清出空间，或用 --out 换一个磁盘，再次运行会从上一个完整的检查点继续。",
            detail=detail,
        )
    memory = ("out of memory", "can't allocate memory", "bad allocation", "MemoryError")
    if returncode in (-9, 137) or any(sign in tail for sign in memory):
        return AssistantError(
            "TRN-302",
            "训练中止：内存或显存不足。",
            next_step="请减小 per_device_train_batch_size 或 cutoff_len，再次运行会从检查点继续。",
            detail=detail,
        )
    return AssistantError(
        "TRN-304",
        f"LLaMA-Factory 异常退出（{returncode}）：{last[:200]}",
        next_step=f"请查看输出文件夹中的 {LOG}，按最后的报错改正后再运行。",
        detail=detail,
    )


def _start(verb: str, arguments: Arguments, folder: Path) -> "subprocess.Popen[bytes]":
    folder.mkdir(parents=True, exist_ok=True)
    config = folder / f"{verb}.yaml"
    text = yaml.safe_dump(arguments, allow_unicode=True, sort_keys=False)
    config.write_text(text, encoding="utf-8")
    command = [sys.executable, "-m", "trainer.watched", "llamafactory.cli", verb, str(config)]
    root = Path(__file__).resolve().parent.parent
    path = os.pathsep.join(filter(None, [str(root), os.environ.get("PYTHONPATH", "")]))
    with (folder / LOG).open("ab") as log:
        return subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=subprocess.STDOUT,
            env={**os.environ, **OFFLINE, "PYTHONPATH": path},
        )


def _stop(process: "subprocess.Popen[bytes]") -> None:
    """End it if it still runs: it dies by the closing pipe, see ``trainer.watched``."""
    if process.stdin is not None:
        process.stdin.close()
    try:
        process.wait(timeout=10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def read_steps(log: Path) -> list[Step]:
    """Whole lines of the trainer's log; one that is still being written is left for later."""
    try:
        lines = log.read_text(encoding="utf-8").splitlines(keepends=True)
    except OSError:
        return []
    steps = []
    for line in lines:
        if not line.endswith("\n"):
            break
        entry = json.loads(line)
        steps.append(
            Step(
                step=int(entry["current_steps"]),
                steps=int(entry["total_steps"]),
                loss=entry.get("loss"),
                elapsed=str(entry.get("elapsed_time", "")),
                remaining=str(entry.get("remaining_time", "")),
            )
        )
    return steps


def refuse_nan(step: Step) -> None:
    """Raise TRN-301 when a step's loss is not a number."""
    if step.loss is not None and not math.isfinite(step.loss):
        raise AssistantError(
            "TRN-301",
            f"训练在第 {step.step} 步发散，损失不再是数。",
            next_step="请把 learning_rate 减半，或加上 max_grad_norm: 1.0，然后重新运行。",
        )


def last_checkpoint(folder: Path) -> Path | None:
    """The newest checkpoint that was written whole; half-written ones are removed."""
    found: list[tuple[int, Path]] = []
    for path in folder.glob("checkpoint-*"):
        try:
            # The trainer writes this file last.
            state = json.loads((path / "trainer_state.json").read_text(encoding="utf-8"))
            found.append((int(state["global_step"]), path))
        except (OSError, ValueError, KeyError, TypeError):
            shutil.rmtree(path, ignore_errors=True)
    return max(found)[1] if found else None
