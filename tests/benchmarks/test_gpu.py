"""The comparison on a card, tried on the processor with a small model of random weights."""

import subprocess
from pathlib import Path

import pytest

from assistant.places import CHECKOUT

SCRIPT = """
import sys
from pathlib import Path
import torch
from tests.trainer.in_train.quantize_checks import embedded_size
embedded_size(Path(sys.argv[1]), torch.bfloat16)
"""


@pytest.mark.train
@pytest.mark.slow
def test_the_comparison_runs_without_a_card_and_says_so(
    train_python: Path, there: dict[str, str], tmp_path: Path
):
    gpu = [str(CHECKOUT / "benchmarks" / "gpu.py"), "--model", str(tmp_path / "model")]
    for arguments in (
        ["-c", SCRIPT, str(tmp_path / "model")],
        [*gpu, "--device", "cpu", "--tokens", "2", "--rounds", "1"],
    ):
        done = subprocess.run(
            [str(train_python), *arguments],
            env=there,
            capture_output=True,
            encoding="utf-8",
            timeout=500,
        )
        assert done.returncode == 0, done.stderr[-3000:]
    assert "试运行，不是显卡数据" in done.stdout
    figures = [line for line in done.stdout.splitlines() if line.startswith("| 追问首字")]
    assert all(float(cell) > 0 for cell in figures[0].split("|")[2:4])
