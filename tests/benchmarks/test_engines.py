"""What the comparison of engines makes of a peer's process."""

import importlib.util
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from assistant.machine import resident_bytes
from assistant.places import CHECKOUT


def script(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, CHECKOUT / "benchmarks" / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    ("said", "told"), [("Traceback\nValueError: x\n", "ValueError: x"), ("", "退出码 -9")]
)
def test_a_peer_that_ends_leaves_the_others_to_be_measured(monkeypatch, said: str, told: str):
    engines = script("engines")
    ended = subprocess.CompletedProcess([], -9, stdout="", stderr=said)
    monkeypatch.setattr(engines.subprocess, "run", lambda *_, **__: ended)
    runner = engines.Runner({"ours": Path("model")}, "", 8, 8, whole=False)
    assert runner.figures("ours") == told


@pytest.mark.skipif(sys.platform != "linux", reason="reads what Linux tells")
def test_the_peak_is_in_decimal_gb_as_every_other_size():
    status = Path("/proc/self/status").read_text(encoding="ascii")
    (peak_kib,) = (int(line.split()[1]) for line in status.splitlines() if "VmHWM" in line)
    found = script("peers").peak_gb()
    assert found == pytest.approx(peak_kib * 1024 / 1e9, rel=0.005)
    assert found * 1e9 >= resident_bytes() * 0.99
