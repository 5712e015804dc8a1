"""Where the training environment is; its absence is seen, and on CI it is a failure."""

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
VARIABLE = "CT_TRAIN_PYTHON"


@pytest.fixture(scope="session")
def train_python() -> Path:
    named = os.environ.get(VARIABLE)
    places = [ROOT / ".venv-train" / "bin" / "python", ROOT / ".venv-train/Scripts/python.exe"]
    found = next((p for p in ([Path(named)] if named else places) if p.is_file()), None)
    if found is None:
        message = f"no training environment: set {VARIABLE} or run python launcher.py setup train"
        if os.environ.get("CI", "").lower() == "true":
            pytest.fail(message)
        pytest.skip(message)
    return found
