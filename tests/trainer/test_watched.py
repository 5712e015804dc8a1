import subprocess
import sys
import time
from pathlib import Path

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


def _start(folder: Path, *arguments: str) -> "subprocess.Popen[bytes]":
    import os

    root = Path(__file__).resolve().parents[2]
    return subprocess.Popen(
        [sys.executable, "-m", "trainer.watched", *arguments],
        stdin=subprocess.PIPE,
        cwd=folder,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(root), str(folder)])},
    )
