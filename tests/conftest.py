"""Other environments, and what a run of the assistant changes in its process is put back."""

import importlib.util
import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.places import CHECKOUT

TRAIN_PYTHON = "CT_TRAIN_PYTHON"
VARIABLES = ("TMPDIR", "TEMP", "TMP")


@pytest.fixture(autouse=True)
def same_temporary_folder() -> Iterator[None]:
    """The assistant moves temporary files into its data folder, for good."""
    variables = {name: os.environ.get(name) for name in VARIABLES}
    folder = tempfile.tempdir
    yield
    tempfile.tempdir = folder
    for name, value in variables.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value


def _train_python() -> Path | None:
    """As the variable says, or where the launcher sets it up."""
    named = os.environ.get(TRAIN_PYTHON)
    folder = CHECKOUT / ".venv-train"
    places = [folder / "bin" / "python", folder / "Scripts" / "python.exe"]
    return next((one for one in ([Path(named)] if named else places) if one.is_file()), None)


def _missing(what: str) -> None:
    """Its absence is seen, and on CI it is a failure."""
    message = f"no {what}: set {TRAIN_PYTHON} or run python launcher.py setup train"
    if os.environ.get("CI", "").lower() == "true":
        pytest.fail(message)
    pytest.skip(message)


@pytest.fixture(scope="session")
def torch_python() -> Path:
    """An interpreter with torch and transformers: this one, or the training environment's."""
    found = Path(sys.executable) if importlib.util.find_spec("torch") else _train_python()
    return found or _missing("environment with torch")  # type: ignore[return-value]


@pytest.fixture(scope="session")
def train_python() -> Path:
    """The training environment's interpreter."""
    return _train_python() or _missing("training environment")  # type: ignore[return-value]


@pytest.fixture(scope="session")
def there() -> dict[str, str]:
    """Variables for a script of the checkout in another environment."""
    quiet = {"HF_HUB_OFFLINE": "1", "OMP_NUM_THREADS": "1", "PYTHONUTF8": "1"}
    return {**os.environ, "PYTHONPATH": str(CHECKOUT), **quiet}
