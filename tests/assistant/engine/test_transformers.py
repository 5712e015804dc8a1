"""The transformers engine, checked in an environment that has torch (torch_checks.py)."""

import ast
import json
import subprocess
from pathlib import Path

import pytest

CHECKS = Path(__file__).with_name("torch_checks.py")
NAMES = [
    node.name
    for node in ast.parse(CHECKS.read_text(encoding="utf-8")).body
    if isinstance(node, ast.FunctionDef) and node.name.startswith("check_")
]

pytestmark = [pytest.mark.train, pytest.mark.slow]


@pytest.fixture(scope="module")
def outcomes(torch_python: Path, there: dict[str, str]) -> dict[str, str | None]:
    done = subprocess.run(
        [str(torch_python), str(CHECKS)],
        env=there,
        capture_output=True,
        encoding="utf-8",
        timeout=580,
    )
    assert done.returncode == 0, done.stderr[-4000:]
    return json.loads(done.stdout)


@pytest.mark.parametrize("name", NAMES)
def test_the_engine(outcomes: dict[str, str | None], name: str):
    assert outcomes[name] is None, outcomes[name]
