"""Two ways to fill a virtual environment with what a lock says: uv, and pip where uv is not had.

Both take wheels only (a source archive would run its own build code and fetch what no lock
pins), with the hash of each required, and ask no resolver: the lock is complete.
"""

import importlib.util
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from assistant.errors import AssistantError
from requirements.console import say
from requirements.environment import ROOT, interpreter
from requirements.registry import pip_environment, uv_environment

UV_LOCK = ROOT / "requirements" / "uv.txt"
_STRICT = ("--require-hashes", "--only-binary", ":all:")
_HASTY = ("--retries", "1", "--timeout", "15")

Command = Sequence[str | Path]


@dataclass(frozen=True)
class Pip:
    """The pip of some Python, which also installs into other environments."""

    command: tuple[str, ...]

    def install(self, folder: Path, lock: Path, wheels: Path | None) -> bool:
        """Make the environment in ``folder``; False when the output tells why not."""
        environment = pip_environment()
        create: Command = [sys.executable, "-m", "venv", "--clear", "--without-pip", folder]
        into: Command = ["--python", interpreter(folder), "install", "--no-deps", *_STRICT]
        into = [*self.command, *into, *_from_folder(wheels), "-r", lock]
        return _runs(create, environment) and _runs(into, environment)

    def unpack(self, lock: Path, folder: Path, wheels: Path | None) -> str:
        """Install ``lock`` into a plain folder; the output if that failed, else nothing."""
        into: Command = ["install", *_HASTY, "--no-deps", *_STRICT, "--target", folder]
        command = [*self.command, *into, *_from_folder(wheels), "-r", lock]
        return _complaint(command, pip_environment())

    def probe(self) -> str:
        """What the index answers to the smallest real request, if it is a complaint."""
        with tempfile.TemporaryDirectory() as scratch:
            return self.unpack(UV_LOCK, Path(scratch) / "uv", None)


@dataclass(frozen=True)
class Uv:
    """The pinned uv, told of the settings that pip would follow."""

    path: Path
    environment: Mapping[str, str]

    def install(self, folder: Path, lock: Path, wheels: Path | None) -> bool:
        """Make the environment in ``folder``; False when the output tells why not.

        Relocatable, because the folder gets its real name when all is done.
        """
        create: Command = [self.path, "venv", "--quiet", "--relocatable", "--no-project"]
        python: Command = ["--clear", "--python", sys.executable, folder]
        sync: Command = [self.path, "pip", "sync", "--python", interpreter(folder), *_STRICT]
        offline = [] if wheels is None else ["--offline"]
        return _runs([*create, *python], self.environment) and _runs(
            [*sync, *offline, *_from_folder(wheels), lock], self.environment
        )

    def probe(self) -> str:
        """What the index answers to the smallest real request, if it is a complaint."""
        hasty = {**self.environment, "UV_HTTP_RETRIES": "0", "UV_HTTP_TIMEOUT": "15"}
        with tempfile.TemporaryDirectory() as scratch:
            ask: Command = [self.path, "pip", "install", "--dry-run", "--refresh", "--no-deps"]
            into: Command = ["--python", sys.executable, "--target", scratch, "-r", UV_LOCK]
            return _complaint([*ask, *_STRICT, *into], hasty)


def host_pip() -> Pip | None:
    """The pip of the running Python, if it has one."""
    found = importlib.util.find_spec("pip") is not None
    return Pip((sys.executable, "-m", "pip")) if found else None


def find_pip(tools: Path) -> Pip:
    """A pip: the running Python's, else its bundled one, unpacked under ``tools``.

    Raises:
        AssistantError: ENV-104 where there is neither.
    """
    host = host_pip()
    if host is not None:
        return host
    folder = tools / ".venv-pip"
    own = Pip((str(interpreter(folder)), "-m", "pip"))
    if not _complaint([*own.command, "--version"], pip_environment()):
        return own
    create: Command = [sys.executable, "-m", "venv", "--clear", folder]
    if importlib.util.find_spec("ensurepip") and not _complaint(create, pip_environment()):
        return own
    raise AssistantError(
        "ENV-104",
        "这个 Python 既没有 pip 也没有 ensurepip，无法建立运行环境。",
        next_step="Debian/Ubuntu 请运行 sudo apt install python3-venv python3-pip；"
        "Windows 请用官方安装程序重装 Python 并勾选 pip。",
    )


def present_uv(tools: Path) -> Uv | None:
    """The pinned uv, if it was fetched before or the user has that very version."""
    on_path = shutil.which("uv")
    own = tools / ".venv-uv"
    suffix = ".exe" if os.name == "nt" else ""
    places = [own / "bin" / f"uv{suffix}", own / "Scripts" / f"uv{suffix}"]
    for place in [*places, *([Path(on_path)] if on_path else [])]:
        if pinned_uv() in _output([place, "--version"]).split():
            host = host_pip()
            return Uv(place, uv_environment(host.command if host else None))
    return None


def fetch_uv(tools: Path, wheels: Path | None) -> str:
    """Unpack the pinned uv under ``tools``; pip's output if that failed, else nothing."""
    say(f"正在取得安装工具 uv {pinned_uv()}…")
    fresh = tools / f".venv-uv.new-{os.getpid()}"
    try:
        complaint = find_pip(tools).unpack(UV_LOCK, fresh, wheels)
        if not complaint:
            shutil.rmtree(tools / ".venv-uv", ignore_errors=True)
            fresh.replace(tools / ".venv-uv")
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
    return complaint


def pinned_uv() -> str:
    """The version of uv that its lock names."""
    found = re.search(r"^uv==(\S+)", UV_LOCK.read_text(encoding="utf-8"), re.MULTILINE)
    return found.group(1) if found else ""


def _from_folder(wheels: Path | None) -> Command:
    # As an address: in a plain path uv takes a # or a comma for its end.
    return [] if wheels is None else ["--no-index", "--find-links", wheels.as_uri()]


def _runs(command: Command, environment: Mapping[str, str]) -> bool:
    """Run with the output in view; on stderr, since stdout belongs to the answer."""
    try:
        return subprocess.run(command, env=environment, stdout=sys.stderr).returncode == 0
    except OSError as error:
        say(str(error))
        return False


def _complaint(command: Command, environment: Mapping[str, str]) -> str:
    try:
        done = subprocess.run(
            command,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            errors="replace",
        )
    except OSError as error:
        return str(error)
    return (done.stdout or "failed") if done.returncode else ""


def _output(command: Command) -> str:
    try:
        return subprocess.run(command, capture_output=True, text=True, timeout=60).stdout
    except (OSError, subprocess.TimeoutExpired):
        return ""
