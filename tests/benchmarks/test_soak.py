"""The soak in short; SOAK_MINUTES=30 for the long one. Times are told and not judged here."""

import os
import subprocess
import sys

import pytest

from assistant.places import CHECKOUT

MINUTES = os.environ.get("SOAK_MINUTES", "2")


@pytest.mark.slow
@pytest.mark.timeout(float(MINUTES) * 60 + 300)
def test_nothing_wears_out_and_nobody_is_lost():
    command = [sys.executable, str(CHECKOUT / "benchmarks" / "soak.py")]
    done = subprocess.run(
        [*command, "--minutes", MINUTES, "--busy-machine"], capture_output=True, encoding="utf-8"
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "follow-up" in done.stdout
