"""Runs every check of ``in_train/checks.py`` in the training environment."""

import ast
import json
import os
import subprocess
from pathlib import Path

import pytest

CHECKS = Path(__file__).parent / "in_train" / "checks.py"
NAMES = [
    node.name
    for node in ast.parse(CHECKS.read_text(encoding="utf-8")).body
    if isinstance(node, ast.FunctionDef) and not node.args.args
]


@pytest.fixture(scope="module")
def failures(request: pytest.FixtureRequest, train_python: Path) -> dict[str, str]:
    """What went wrong in each check that this session wants, "" for nothing."""
    here = [item for item in request.session.items if item.path == request.path]
    wanted = [item.callspec.params["name"] for item in here if isinstance(item, pytest.Function)]
    root = str(CHECKS.parents[3])
    done = subprocess.run(
        [str(train_python), str(CHECKS), *wanted],
        env={**os.environ, "PYTHONPATH": root, "PYTHONUTF8": "1", "HF_HUB_OFFLINE": "1"},
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=900,
    )
    lines = [line for line in done.stdout.splitlines() if line.startswith('["')]
    ended = f"not reached, the process ended with {done.returncode}: {done.stderr[-3000:]}"
    return dict.fromkeys(wanted, ended) | dict(json.loads(line) for line in lines)


@pytest.mark.train
@pytest.mark.timeout(1000)
@pytest.mark.parametrize("name", NAMES)
def test_in_the_training_environment(failures: dict[str, str], name: str) -> None:
    assert not failures[name], failures[name]
