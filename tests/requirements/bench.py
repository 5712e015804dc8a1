"""A package of one line, its wheel and its lock: enough to install for real without a network."""

import base64
import hashlib
import zipfile
from dataclasses import dataclass
from pathlib import Path

from requirements.environment import Environment


@dataclass(frozen=True)
class Bench:
    """A folder to set up in: an environment to make, and the wheels that it takes."""

    environment: Environment
    wheels: Path

    @property
    def home(self) -> Path:
        return self.environment.folder.parent

    def leftovers(self) -> list[str]:
        return sorted(path.name for path in self.home.glob(".venv*.*-*"))

    def asks_for(self, lock: str) -> None:
        self.environment.lock.write_text(lock, encoding="utf-8")


def write_wheel(folder: Path, version: str) -> str:
    """Write tiny_probe's wheel; the line that pins it in a lock comes back."""
    folder.mkdir(exist_ok=True)
    info = f"tiny_probe-{version}.dist-info"
    members = {
        "tiny_probe.py": f'VERSION = "{version}"\n',
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: tiny-probe\nVersion: {version}\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = "".join(f"{name},{_digest(text)},{len(text)}\n" for name, text in members.items())
    members[f"{info}/RECORD"] = f"{record}{info}/RECORD,,\n"
    wheel = folder / f"tiny_probe-{version}-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        for name, text in members.items():
            archive.writestr(name, text)
    return f"tiny-probe=={version} --hash=sha256:{hashlib.sha256(wheel.read_bytes()).hexdigest()}\n"


def _digest(text: str) -> str:
    raw = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest())
    return f"sha256={raw.rstrip(b'=').decode()}"
