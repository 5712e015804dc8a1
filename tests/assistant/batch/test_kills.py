"""Killed at any moment and started again: nothing is lost, nothing is asked twice.

A few kills by default; as many as wanted with the environment variable ``KILLS``.
"""

import json
import os
import random
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

CHECKOUT = Path(__file__).resolve().parents[3]
FILES = 60
KILLS = int(os.environ.get("KILLS", "4"))


def start(folder: Path, out: Path, asked: Path) -> "subprocess.Popen[bytes]":
    command = [sys.executable, str(Path(__file__).with_name("killed.py")), folder, out, asked]
    environment = {**os.environ, "PYTHONPATH": str(CHECKOUT), "PYTHONUTF8": "1"}
    return subprocess.Popen(command, env=environment, stderr=subprocess.PIPE)


@pytest.mark.timeout(60 + 10 * KILLS)
def test_killed_and_started_again_it_goes_on(tmp_path: Path):
    folder, out, asked = tmp_path / "in", tmp_path / "out", tmp_path / "asked"
    folder.mkdir()
    for shade in range(FILES - 1):
        Image.fromarray(np.full((16, 16), shade, np.uint8)).save(folder / f"{shade:02d}.png")
    (folder / "broken.dcm").write_bytes(b"\0" * 128 + b"DICM")
    chance = random.Random(KILLS)
    for _ in range(KILLS):
        process = start(folder, out, asked)
        before = len(asked.read_text().splitlines()) if asked.exists() else 0
        # Once it is at work, at any moment of it; or while it starts.
        patience = time.monotonic() + 20
        while chance.random() < 0.999 and time.monotonic() < patience:
            if asked.exists() and len(asked.read_text().splitlines()) > before:
                break
            if process.poll() is not None:
                break
            time.sleep(0.005)
        time.sleep(chance.random() * 0.05)
        process.kill()
        process.communicate()
    last = start(folder, out, asked)
    _, complaint = last.communicate(timeout=120)
    assert last.returncode == 0, complaint.decode()
    rows = json.loads((out / "results.json").read_text("utf-8"))
    assert len(rows) == FILES
    assert len({row["file"] for row in rows}) == FILES
    assert Counter(row["status"] for row in rows) == {"done": FILES - 1, "refused": 1}
    questions = asked.read_text().splitlines()
    assert len(set(questions)) == FILES - 1
    # Only the question in hand when it was killed may be asked once more.
    assert len(questions) <= FILES - 1 + KILLS
