"""Trainings that really fail: what the real LLaMA-Factory's end is told as."""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest
import yaml

from assistant.places import CONFIGS

ROOT = Path(__file__).resolve().parents[2]
TINY = ("tiny.yaml", "tiny_full.yaml", "tiny_lora.yaml")
PATIENCE_S = 900
ROOM_KB = 1200
"""Enough for logs and a processor, too little for a checkpoint."""

pytestmark = [pytest.mark.train, pytest.mark.slow, pytest.mark.timeout(1800)]


class Training:
    """A tiny pipeline whose first fine-tuning step is changed."""

    def __init__(self, python: Path, folder: Path, based: Path, **changed: object) -> None:
        self.config = folder / "configs" / "tiny.yaml"
        self.config.parent.mkdir()
        for name in TINY:
            shutil.copy(CONFIGS / "train" / name, self.config.parent)
        step = self.config.with_name("tiny_full.yaml")
        arguments = yaml.safe_load(step.read_text(encoding="utf-8")) | changed
        step.write_text(yaml.safe_dump(arguments), encoding="utf-8")
        self.out = folder / "run"
        shutil.copytree(based, self.out)
        self.command = [str(python), "-m", "trainer", "sft", str(self.config), "--out"]

    def start(self, *before: str, out: str | None = None) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            [*before, *self.command, out or str(self.out)],
            cwd=ROOT,
            env={**os.environ, "PYTHONUTF8": "1", "COLUMNS": "300"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
        )


def told(process: "subprocess.Popen[str]", returncode: int = 3) -> str:
    output, _ = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == returncode, output[-4000:]
    assert "Traceback" not in output
    return output


def wait_for(ready: Callable[[], bool], process: "subprocess.Popen[str]") -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not ready():
        assert process.poll() is None, process.communicate()[0][-4000:]
        assert time.monotonic() < deadline
        time.sleep(0.02)


@pytest.fixture(scope="module")
def based(train_python: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run whose data and base are done."""
    out = tmp_path_factory.mktemp("based") / "tiny"
    for verb in ("synth", "base"):
        command = [str(train_python), "-m", "trainer", verb, "configs/train/tiny.yaml"]
        subprocess.run([*command, "--out", str(out)], cwd=ROOT, check=True, timeout=PATIENCE_S)
    return out


def test_a_loss_that_is_no_number(train_python: Path, tmp_path: Path, based: Path) -> None:
    training = Training(train_python, tmp_path, based, learning_rate=1e30, use_muon=False)
    output = told(training.start())
    assert "[TRN-301]" in output
    assert "learning_rate 减半" in output
    assert "<svg" in (training.out / "sft" / "tiny_full" / "loss.svg").read_text(encoding="utf-8")


@pytest.mark.skipif(os.name == "nt", reason="Windows has no signals")
def test_killed_for_memory(train_python: Path, tmp_path: Path, based: Path) -> None:
    training = Training(train_python, tmp_path, based)
    process = training.start()
    log = training.out / "sft" / "tiny_full" / "trainer_log.jsonl"
    wait_for(log.is_file, process)
    (child,) = psutil.Process(process.pid).children()
    child.kill()  # as the kernel does when memory is out
    output = told(process)
    assert "[TRN-302]" in output
    assert "per_device_train_batch_size 从 4 改为 2" in output


@pytest.mark.skipif(os.name == "nt", reason="Windows sends Ctrl-C to a whole console")
def test_ctrl_c_while_it_trains(train_python: Path, tmp_path: Path, based: Path) -> None:
    training = Training(train_python, tmp_path, based)
    process = training.start()
    wait_for((training.out / "sft" / "tiny_full" / "checkpoint-2").is_dir, process)
    (child,) = psutil.Process(process.pid).children()
    process.send_signal(signal.SIGINT)
    assert "再次运行同一命令会从断点继续" in told(process, 130)
    assert not child.is_running()


def test_a_disk_that_runs_full(train_python: Path, tmp_path: Path, based: Path) -> None:
    small = tmp_path / "small"
    small.mkdir()
    unshare = [shutil.which("unshare") or "", "-Urm"]
    mount = ["mount", "-t", "tmpfs", "tmpfs", str(small)]
    if not unshare[0] or subprocess.run([*unshare, *mount], capture_output=True).returncode:
        pytest.skip("no file system of its own without rights")
    used = sum(path.stat().st_size // 1024 + 4 for path in based.rglob("*"))
    training = Training(train_python, tmp_path, based)
    script = (
        f'mount -t tmpfs -o size={used + ROOM_KB}k tmpfs "{small}" && '
        f'cp -r "{training.out}" "{small}/run" && exec "$@"'
    )
    output = told(training.start(*unshare, "sh", "-c", script, "sh", out=str(small / "run")))
    assert "[TRN-303]" in output
    assert "清出空间" in output
