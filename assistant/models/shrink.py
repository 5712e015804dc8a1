"""A 4-bit copy of a model, made once in the training environment and kept."""

import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from threading import Event
from typing import Literal

from assistant.errors import AssistantError
from assistant.models.card import CARD, ModelCard, read_card, verify
from assistant.models.catalog import ModelFolder
from assistant.models.shelf import claim, name_taken
from assistant.places import CHECKOUT

FourBit = Literal["openvino-int4", "nf4"]
Step = Literal["convert", "compress", "verify"]
Tell = Callable[[Step], None]

SUFFIXES: dict[FourBit, str] = {"openvino-int4": "int4", "nf4": "nf4"}
LONGEST = 64
"""Characters of a model's name, at most."""

TRAINED = CHECKOUT / ".venv-train" / "ready.json"
POLL_S = 0.5
PATIENCE_S = 10.0
"""How long what was told to end may take to do so, seconds."""

_CODED = re.compile(r"\[([A-Z]{3}-\d{3})\]\s*(.+)")


def shrink(
    model: ModelFolder,
    models_dir: Path,
    kind: FourBit = "openvino-int4",
    *,
    tell: Tell = lambda _: None,
    cancel: Event | None = None,
    command: tuple[str, ...] = (sys.executable, str(CHECKOUT / "launcher.py"), "train"),
) -> ModelFolder:
    """The model's 4-bit copy under ``models_dir``, made only if it is not there intact.

    A copy of what the model was before is replaced when the new one is complete. Whatever else
    has the copy's name stays as it is.

    Args:
        model: a bf16 model, already verified.
        models_dir: where models lie.
        kind: the format wanted.
        tell: told each step as it begins.
        cancel: ends the work; nothing is left of it.
        command: runs the trainer, which ends when its standard input does.

    Raises:
        AssistantError: MOD-221 it is 4-bit already, MOD-222 the training environment is
            not set up, MOD-223 the trainer failed, MOD-227 cancelled, MOD-211 to MOD-213,
            MOD-217 another model has the copy's name; those of ``card.verify``.
    """
    if model.card.format != "bf16":
        raise AssistantError(
            "MOD-221",
            f"模型 {model.card.name} 已经是 4 位量化的。",
            next_step="可以直接使用它。",
        )
    name = copy_name(model.card, kind)
    with claim(models_dir, name) as folder:
        if not _may_hold(folder, model, kind):
            raise name_taken(name)
        if (folder / CARD).is_file() and _same_source(folder, model):
            tell("verify")
            return ModelFolder(folder, verify(folder))
        if not TRAINED.is_file() and command[-1] == "train":
            raise AssistantError(
                "MOD-222",
                "量化要用训练环境，它还没有安装。",
                next_step="请先运行 python launcher.py setup train（约 8 GB），再量化。",
            )
        work = models_dir / f".{name}.work"
        _clear(work)
        try:
            work.mkdir()
            options = [
                "shrink",
                str(model.path),
                str(work / "model"),
                "--format",
                kind,
                "--watched",
            ]
            _run([*command, *options], work, tell, cancel)
            tell("verify")
            verify(work / "model")
            _exchange(folder, work / "model", work / "earlier")
        finally:
            _clear(work)
        return ModelFolder(folder, read_card(folder))


def copy_name(card: ModelCard, kind: FourBit) -> str:
    """The name of a model's copy; a name that is too long loses its end, never the suffix."""
    suffix = f"-{SUFFIXES[kind]}"
    return card.name[: LONGEST - len(suffix)] + suffix


def source_of(card: ModelCard) -> str:
    """What a copy's card says that it was made from."""
    return f"{card.name}@{card.fingerprint[:12]}"


def _same_source(folder: Path, model: ModelFolder) -> bool:
    return read_card(folder).base == source_of(model.card)


def _may_hold(folder: Path, model: ModelFolder, kind: FourBit) -> bool:
    """Whether the folder is empty, or holds a copy of this model, of whatever state of it."""
    if not (folder / CARD).is_file():
        return not any(folder.iterdir())
    card = read_card(folder)
    copied = re.fullmatch(f"{re.escape(model.card.name)}@[0-9a-f]{{12}}", card.base)
    return card.format == kind and copied is not None


def _exchange(folder: Path, new: Path, aside: Path) -> None:
    folder.replace(aside)
    try:
        new.replace(folder)
    except OSError:
        aside.replace(folder)
        raise


def _run(command: list[str], work: Path, tell: Tell, cancel: Event | None) -> None:
    log = work / "log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=output, stderr=subprocess.STDOUT
        )
    step: Step = "convert"
    tell(step)
    try:
        while process.poll() is None:
            if cancel is not None and cancel.is_set():
                raise _stopped()
            if step == "convert" and (work / "model").is_dir():
                step = "compress"
                tell(step)
            time.sleep(POLL_S)
    finally:
        _end(process)
    if process.returncode:
        raise _failed(log.read_text(encoding="utf-8", errors="replace"))


def _end(process: "subprocess.Popen[bytes]") -> None:
    """End it if it still runs.

    By the closing pipe: terminated on Windows, the launcher would leave the trainer behind.
    """
    assert process.stdin is not None
    process.stdin.close()
    try:
        process.wait(PATIENCE_S)
    except subprocess.TimeoutExpired:
        process.terminate()
        process.wait()


def _clear(folder: Path) -> None:
    """Remove a folder in which something that was just ended may write for a moment more."""
    until = time.monotonic() + PATIENCE_S
    shutil.rmtree(folder, ignore_errors=True)
    while folder.exists() and time.monotonic() < until:
        time.sleep(POLL_S)
        shutil.rmtree(folder, ignore_errors=True)


def _stopped() -> AssistantError:
    """MOD-227: the person who asked for it stopped it."""
    return AssistantError(
        "MOD-227",
        "量化已停止，什么也没有留下，原模型没有改动。",
        next_step="可以再次量化，会从头开始。",
    )


def _failed(log: str) -> AssistantError:
    """MOD-223 with what the trainer says, if it says so in a sentence."""
    found = _CODED.search(log)
    told = f"[{found[1]}] {found[2].strip()}" if found else ""
    return AssistantError(
        "MOD-223",
        f"量化没有完成。{told}",
        next_step="请检查内存与磁盘（2B 模型约需 20 GB 内存）后重试；原模型没有改动。",
        detail=log[-2000:],
    )
