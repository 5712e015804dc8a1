"""A real model through the real quantiser, called as the models tab calls it."""

import os
import subprocess
from pathlib import Path

import pytest

CHECKS = Path(__file__).parent / "in_train" / "shrink_checks.py"


@pytest.mark.train
@pytest.mark.slow
def test_a_shrunk_model_answers(train_python: Path) -> None:
    root = str(CHECKS.parents[3])
    done = subprocess.run(
        [str(train_python), str(CHECKS), "a_shrunk_model_answers"],
        env={**os.environ, "PYTHONPATH": root, "PYTHONUTF8": "1", "HF_HUB_OFFLINE": "1"},
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=500,
    )
    assert done.returncode == 0, done.stderr[-3000:]
