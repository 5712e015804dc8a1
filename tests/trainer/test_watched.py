import subprocess
import sys
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


def _start(folder: Path, *arguments: str) -> "subprocess.Popen[bytes]":
    import os

    root = Path(__file__).resolve().parents[2]
    return subprocess.Popen(
        [sys.executable, "-m", "trainer.watched", *arguments],
        stdin=subprocess.PIPE,
        cwd=folder,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(root), str(folder)])},
    )
