import time
from pathlib import Path

import pytest

from trainer.child import run_child

EATER = "import time\nheld = bytearray(300 << 20)\nheld[::4096] = b'x' * len(held[::4096])\n"


@pytest.fixture
def modules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    return tmp_path


def test_code_length_log_and_environment(modules: Path) -> None:
    (modules / "three.py").write_text(
        "import os, sys, time\ntime.sleep(0.5)\nprint(os.environ['HF_HUB_OFFLINE'], sys.argv[1], "
        "os.environ['EXTRA'])\nsys.exit(3)\n"
    )
    log = modules / "deep" / "x.log"
    ending = run_child("three", ["a"], log, environment={"EXTRA": "e"})
    assert ending.returncode == 3
    assert ending.seconds >= 0.5
    assert log.read_text().split() == ["1", "a", "e"]
    assert ending.log_start == 0
    written = log.stat().st_size
    assert run_child("three", ["a"], log, environment={"EXTRA": "e"}).log_start == written


def test_the_peak_is_seen(modules: Path) -> None:
    (modules / "eater.py").write_text(f"{EATER}time.sleep(1)\ndel held\ntime.sleep(0.5)\n")
    (modules / "sleeper.py").write_text("import time\ntime.sleep(1)\n")
    big = run_child("eater", [], modules / "x.log").peak_bytes
    small = run_child("sleeper", [], modules / "x.log").peak_bytes
    assert small > 1 << 20
    assert 290 << 20 < big - small < 400 << 20


def test_what_is_raised_ends_it(modules: Path) -> None:
    (modules / "long.py").write_text(
        f"import pathlib, time\nout = pathlib.Path({str(modules / 'beat')!r})\n"
        "while True:\n    out.write_text(str(time.time()))\n    time.sleep(0.05)\n"
    )

    def look() -> None:
        if (modules / "beat").exists():
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_child("long", [], modules / "x.log", look=look)
    before = (modules / "beat").read_text()
    time.sleep(0.3)
    assert (modules / "beat").read_text() == before
