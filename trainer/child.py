"""A program that must not outlive this one: its log, its length and its peak of memory."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

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
"""Environment of every child: nothing leaves this machine."""

_POLL_S = 0.2
_PATIENCE_S = 10


@dataclass(frozen=True)
class Ending:
    """How it went.

    Attributes:
        returncode: 0 when all is well; negative is the signal that ended it.
        seconds: wall-clock time.
        peak_bytes: most resident memory of it and its own children, seen five times a second.
        log_start: bytes that the log held before it, of earlier runs.
    """

    returncode: int
    seconds: float
    peak_bytes: int
    log_start: int = 0


def run_child(
    module: str,
    arguments: Sequence[str],
    log: Path,
    *,
    look: Callable[[], None] = lambda: None,
    environment: Mapping[str, str] | None = None,
) -> Ending:
    """Run ``python -m module arguments``, its output appended to ``log``.

    Args:
        look: called while it runs and once after its end; whatever it raises ends the child.
        environment: variables besides the ordinary ones and :data:`OFFLINE`.
    """
    started = time.monotonic()
    log_start = log.stat().st_size if log.is_file() else 0
    process = _start(module, arguments, log, environment or {})
    peak = 0
    try:
        while True:
            running = process.poll() is None
            look()
            peak = max(peak, _resident(process.pid))
            if not running:
                break
            time.sleep(_POLL_S)
    finally:
        _stop(process)
    return Ending(process.returncode, time.monotonic() - started, peak, log_start)


def _start(
    module: str, arguments: Sequence[str], log: Path, environment: Mapping[str, str]
) -> "subprocess.Popen[bytes]":
    root = Path(__file__).resolve().parent.parent
    path = os.pathsep.join(filter(None, [str(root), os.environ.get("PYTHONPATH", "")]))
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as file:
        return subprocess.Popen(
            [sys.executable, "-m", "trainer.watched", module, *arguments],
            stdin=subprocess.PIPE,
            stdout=file,
            stderr=subprocess.STDOUT,
            env={**os.environ, **OFFLINE, "PYTHONPATH": path, **environment},
        )


def _stop(process: "subprocess.Popen[bytes]") -> None:
    """End it if it still runs: it dies by the closing pipe, see ``trainer.watched``."""
    if process.stdin is not None:
        process.stdin.close()
    try:
        process.wait(timeout=_PATIENCE_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _resident(pid: int) -> int:
    """Bytes of a process and all below it; 0 when it is gone."""
    try:
        process = psutil.Process(pid)
        family = [process, *process.children(recursive=True)]
    except psutil.Error:
        return 0
    total = 0
    for one in family:
        try:
            total += one.memory_info().rss
        except psutil.Error:
            continue
    return total
