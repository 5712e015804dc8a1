"""Killed in mid-answer and opened again: all that was shown is there.

A few kills by default; as many as wanted with the environment variable ``KILLS``.
"""

import os
import subprocess
import sys
import time
from pathlib import Path
from random import Random

import pytest

from assistant.store.ledger import Ledger

CHECKOUT = Path(__file__).resolve().parents[3]
KILLS = int(os.environ.get("KILLS", "3"))


@pytest.mark.timeout(60 + 20 * KILLS)
def test_all_that_was_shown_is_there(tmp_path: Path) -> None:
    command = [sys.executable, str(Path(__file__).with_name("killed.py")), str(tmp_path)]
    environment = {**os.environ, "PYTHONPATH": str(CHECKOUT), "PYTHONUTF8": "1"}
    chance = Random(KILLS)
    shown: dict[str, tuple[str, str]] = {}
    for _ in range(KILLS):
        with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE) as process:
            assert process.stdout is not None
            lines = [process.stdout.readline() for _ in range(chance.randint(3, 30))]
            time.sleep(chance.random() * 0.1)
            process.kill()
            lines += process.stdout.readlines()
        for line in lines:
            if line.endswith(b"\n"):
                conversation, state, answer = line.decode()[:-1].split(" ", 2)
                shown[conversation] = (state, answer)
        ledger = Ledger(tmp_path)
        for conversation, (state, answer) in shown.items():
            (kept,) = ledger.load("甲", conversation).exchanges
            assert kept.answer.startswith(answer)
            assert (
                kept.state == state
                or (state, kept.state) == ("running", "interrupted")
                or (state == "running" and kept.state == "done")
            )
        assert ledger.headings("甲")
        ledger.close()
    assert any(answer for _, answer in shown.values())
