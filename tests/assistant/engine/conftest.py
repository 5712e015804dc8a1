"""The environment that has torch; its absence is seen, and on CI it is a failure."""

import importlib.util
import os
import sys
from pathlib import Path

import pytest

from assistant.places import CHECKOUT

VARIABLES = ("CT_TRAIN_PYTHON",)


def _train_python() -> Path | None:
    named = [os.environ[name] for name in VARIABLES if os.environ.get(name)]
    folder = CHECKOUT / ".venv-train"
    places = [*map(Path, named), folder / "bin" / "python", folder / "Scripts" / "python.exe"]
    return next((place for place in places if place.is_file()), None)


def _missing(what: str) -> None:
    message = f"no {what}: set {VARIABLES[0]} or run python launcher.py setup train"
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
