"""The environments of the project, and when one is ready for use."""

import hashlib
import json
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

from assistant.errors import AssistantError

ROOT = Path(__file__).resolve().parents[1]
STAMP = "ready.json"


@dataclass(frozen=True)
class Environment:
    """A virtual environment, and the lock that says what is in it.

    ``room_gb`` is what the folder and the downloads of a first set-up take together.
    """

    name: str
    title: str
    folder: Path
    lock: Path
    room_gb: float

    @property
    def python(self) -> Path:
        """The interpreter inside."""
        return interpreter(self.folder)


def _environment(name: str, title: str, folder: str, room_gb: float) -> Environment:
    return Environment(name, title, ROOT / folder, ROOT / "requirements" / f"{name}.txt", room_gb)


ASSISTANT = _environment("assistant", "阅片助手环境", ".venv", 1.0)
CUDA = _environment("cuda", "阅片助手环境（含显卡支持）", ".venv", 8.0)
TRAIN = _environment("train", "训练环境", ".venv-train", 8.0)
TEST = _environment("test", "测试环境", ".venv-test", 1.2)
ALL = (ASSISTANT, CUDA, TRAIN, TEST)


def interpreter(folder: Path) -> Path:
    """Where a virtual environment keeps its Python on this system."""
    return folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def stamped_name(folder: Path) -> str | None:
    """Name of the environment that was completely installed into ``folder``, if any."""
    return _read_stamp(folder).get("name")


def is_ready(environment: Environment) -> bool:
    """Whether the folder holds exactly what the lock says, and its Python still starts."""
    stamp = _read_stamp(environment.folder)
    return (
        stamp.get("name") == environment.name
        and stamp.get("lock") == _digest(environment.lock)
        and stamp.get("python") == _version_of(environment.python)
    )


def state_of(environment: Environment) -> str:
    """One word for a person: ready, out of date, or not installed."""
    if is_ready(environment):
        return "就绪"
    return "需要更新" if stamped_name(environment.folder) == environment.name else "未安装"


def write_stamp(environment: Environment, folder: Path) -> None:
    """Mark ``folder``, where ``environment`` is being built, as complete: the last step."""
    stamp = {
        "name": environment.name,
        "lock": _digest(environment.lock),
        "python": _version_of(interpreter(folder)),
    }
    (folder / STAMP).write_text(json.dumps(stamp, indent=1), encoding="utf-8")


def _read_stamp(folder: Path) -> dict[str, str]:
    try:
        stamp = json.loads((folder / STAMP).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return stamp if isinstance(stamp, dict) else {}


def _digest(lock: Path) -> str:
    try:
        return hashlib.sha256(lock.read_bytes()).hexdigest()
    except OSError as error:
        raise AssistantError(
            "ENV-113",
            f"缺少依赖清单 {lock.name}，程序文件不完整。",
            next_step="请重新下载或检出完整的程序后重试。",
            detail=str(error),
        ) from error


def _version_of(python: Path) -> str | None:
    """``3.11`` and the like, asked of the interpreter itself: the system may have replaced it."""
    question = "import sys; print('%d.%d' % sys.version_info[:2])"
    try:
        answer = subprocess.run(
            [python, "-I", "-S", "-c", question], capture_output=True, text=True, timeout=60
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return answer.stdout.strip() if answer.returncode == 0 else None
