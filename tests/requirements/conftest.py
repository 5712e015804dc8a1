import os
import shutil
from pathlib import Path

import pytest

from requirements.environment import ROOT, Environment
from tests.requirements.bench import Bench, write_wheel


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    lock = tmp_path / "tiny.txt"
    lock.write_text(write_wheel(tmp_path / "wheels", "1.0"), encoding="utf-8")
    environment = Environment("tiny", "小环境", tmp_path / "home" / ".venv", lock, 0.01)
    environment.folder.parent.mkdir()
    return Bench(environment, tmp_path / "wheels")


@pytest.fixture
def uv(monkeypatch: pytest.MonkeyPatch) -> str:
    """The pinned uv, on the search path."""
    own = [ROOT / ".venv-uv" / "bin", ROOT / ".venv-uv" / "Scripts"]
    monkeypatch.setenv("PATH", os.pathsep.join([*map(str, own), os.environ["PATH"]]))
    found = shutil.which("uv")
    if found is None:
        assert os.environ.get("CI") != "true", "set-up has left no uv behind"
        pytest.skip("uv is not here; python launcher.py test brings it")
    return found
