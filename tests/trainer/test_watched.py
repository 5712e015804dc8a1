import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

SLEEPER = "import pathlib, sys, time\npathlib.Path(sys.argv[1]).touch()\ntime.sleep(600)\n"


def test_it_ends_when_the_parent_s_pipe_closes(tmp_path: Path) -> None:
    (tmp_path / "sleeper.py").write_text(SLEEPER, encoding="utf-8")
    started = tmp_path / "started"
    process = _start(tmp_path, "sleeper", str(started))
    while not started.exists():
        assert process.poll() is None
    assert process.stdin is not None
    process.stdin.close()
    assert process.wait(timeout=60) == 70


LAUNCHER = """
import pathlib, subprocess, sys
sleeper = [sys.executable, "-c", "import time; time.sleep(600)"]
worker = subprocess.Popen(sleeper, start_new_session=True)
path = pathlib.Path(sys.argv[1])
path.with_suffix(".part").write_text(str(worker.pid))
path.with_suffix(".part").rename(path)
worker.wait()
"""


def test_what_the_module_started_ends_with_it(tmp_path: Path) -> None:
    (tmp_path / "launching.py").write_text(LAUNCHER, encoding="utf-8")
    told = tmp_path / "worker"
    process = _start(tmp_path, "launching", str(told))
    while not told.exists():
        assert process.poll() is None
        time.sleep(0.05)
    worker = psutil.Process(int(told.read_text()))
    assert process.stdin is not None
    process.stdin.close()
    assert process.wait(timeout=60) == 70
    try:
        worker.wait(timeout=10)
    finally:
        if worker.is_running():
            worker.kill()


def test_a_normal_end_keeps_its_exit_code_and_arguments(tmp_path: Path) -> None:
    (tmp_path / "three.py").write_text("import sys; sys.exit(int(sys.argv[1]))", encoding="utf-8")
    process = _start(tmp_path, "three", "3")
    assert process.wait(timeout=60) == 3


POOL = """
import os, sys, time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from trainer.watched import end_worker_with_parent

def beat(path):
    while True:
        with open(path, "w") as file:
            file.write(str(time.time()))
        time.sleep(0.05)

if __name__ == "__main__":
    context = get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=context, initializer=end_worker_with_parent) as pool:
        pool.submit(beat, sys.argv[1]).result()
"""


def test_a_pool_s_worker_ends_with_a_killed_parent(tmp_path: Path) -> None:
    import os

    script, beat = tmp_path / "pool.py", tmp_path / "beat"
    script.write_text(POOL, encoding="utf-8")
    root = Path(__file__).resolve().parents[2]
    process = subprocess.Popen(
        [sys.executable, str(script), str(beat)], env={**os.environ, "PYTHONPATH": str(root)}
    )
    while not beat.exists():
        assert process.poll() is None
        time.sleep(0.05)
    process.kill()
    process.wait(timeout=60)
    time.sleep(1)
    last = beat.read_text()
    time.sleep(0.5)
    assert beat.read_text() == last


SHRINKS = """
import pathlib, sys, time
from trainer import shrink
def slow(*_):
    pathlib.Path("started").touch()
    time.sleep(3)
shrink.shrink = slow
from trainer.__main__ import app
app()
"""


@pytest.mark.parametrize(("flags", "code"), [(["--watched"], 70), ([], 0)])
def test_a_model_is_shrunk_for_as_long_as_somebody_waits_for_it(
    tmp_path: Path, flags: list[str], code: int
) -> None:
    import os

    root = str(Path(__file__).resolve().parents[2])
    process = subprocess.Popen(
        [sys.executable, "-c", SHRINKS, "shrink", "model", "folder", *flags],
        stdin=subprocess.PIPE,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": root},
    )
    while not (tmp_path / "started").exists():
        assert process.poll() is None
        time.sleep(0.05)
    assert process.stdin is not None
    process.stdin.close()
    assert process.wait(timeout=60) == code


def _start(folder: Path, *arguments: str) -> "subprocess.Popen[bytes]":
    import os

    root = Path(__file__).resolve().parents[2]
    return subprocess.Popen(
        [sys.executable, "-m", "trainer.watched", *arguments],
        stdin=subprocess.PIPE,
        cwd=folder,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(root), str(folder)])},
    )
