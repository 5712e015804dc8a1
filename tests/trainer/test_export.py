"""The exported model in our loop, token for token beside transformers."""

import os
import subprocess
from pathlib import Path

import pytest

CHECKS = Path(__file__).parent / "in_train" / "export_checks.py"


@pytest.mark.train
@pytest.mark.slow
def test_the_engine_says_the_greedy_tokens_of_transformers(train_python: Path) -> None:
    root = str(CHECKS.parents[3])
    done = subprocess.run(
        [str(train_python), str(CHECKS), "the_engine_says_the_greedy_tokens_of_transformers"],
        env={**os.environ, "PYTHONPATH": root, "PYTHONUTF8": "1", "HF_HUB_OFFLINE": "1"},
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=580,
    )
    assert done.returncode == 0, done.stderr[-3000:]
