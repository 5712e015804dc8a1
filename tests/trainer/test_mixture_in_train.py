"""Runs every check of ``in_train/mixture_checks.py`` in the training environment."""

import ast
import os
import subprocess
from pathlib import Path

import pytest

CHECKS = Path(__file__).parent / "in_train" / "mixture_checks.py"
NAMES = [
    node.name
    for node in ast.parse(CHECKS.read_text(encoding="utf-8")).body
    if isinstance(node, ast.FunctionDef) and [a.arg for a in node.args.args] == ["folder"]
]


@pytest.mark.train
@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_in_the_training_environment(train_python: Path, name: str) -> None:
    root = str(CHECKS.parents[3])
    done = subprocess.run(
        [str(train_python), str(CHECKS), name],
        env={**os.environ, "PYTHONPATH": root, "PYTHONUTF8": "1", "HF_HUB_OFFLINE": "1"},
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=300,
    )
    assert done.returncode == 0, done.stderr[-3000:]
