"""The transformers engine, checked in an environment that has torch (torch_checks.py)."""

import ast
import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from assistant.places import CHECKOUT

CHECKS = Path(__file__).with_name("torch_checks.py")
NAMES = [
    node.name
    for node in ast.parse(CHECKS.read_text(encoding="utf-8")).body
    if isinstance(node, ast.FunctionDef) and node.name.startswith("check_")
]

pytestmark = [pytest.mark.train, pytest.mark.slow]


@pytest.fixture(scope="session")
def outcomes() -> dict[str, str | None]:
    python = os.environ.get("CT_TRAIN_PYTHON")
    if python is None and importlib.util.find_spec("torch"):
        python = sys.executable
    if python is None:
        message = "neither CT_TRAIN_PYTHON nor torch"
        pytest.fail(message) if os.environ.get("CI") == "true" else pytest.skip(message)
    environment = {**os.environ, "PYTHONPATH": str(CHECKOUT), "PYTHONUTF8": "1"}
    done = subprocess.run(
        [python, str(CHECKS)],
        cwd=CHECKOUT,
        env={**environment, "HF_HUB_OFFLINE": "1", "OMP_NUM_THREADS": "1"},
        capture_output=True,
        encoding="utf-8",
        timeout=500,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-4000:]
    return json.loads(done.stdout)


@pytest.mark.parametrize("name", NAMES)
def test_the_engine(outcomes: dict[str, str | None], name: str):
    assert outcomes[name] is None, outcomes[name]
