"""The remote engine against LLaMA-Factory's own api on loopback (remote_checks.py)."""

import subprocess
from pathlib import Path

import pytest

CHECKS = Path(__file__).with_name("remote_checks.py")


@pytest.mark.train
@pytest.mark.slow
def test_answers_are_those_of_the_model_served(train_python: Path, there: dict[str, str]):
    done = subprocess.run(
        [str(train_python), str(CHECKS)],
        env=there,
        capture_output=True,
        encoding="utf-8",
        timeout=580,
    )
    assert done.returncode == 0, done.stderr[-4000:]
