"""What the comparison of engines makes of a peer's process."""

import importlib.util
import subprocess
import sys
import time
from pathlib import Path
from types import ModuleType, SimpleNamespace

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


class Slow:
    """A peer that takes so long to get ready, and answers at once."""

    def __init__(self, ready_s: float) -> None:
        self._ready_s = ready_s

    def first(self, *_: object) -> tuple[float, str]:
        return 0.01, "答"

    def prepare(self, *_: object) -> bool:
        time.sleep(self._ready_s)
        return True

    def long(self, *_: object) -> SimpleNamespace:
        return SimpleNamespace(first_s=0.01, whole_s=0.02, tokens=2)

    def together(self, *_: object) -> float:
        return 0.1


@pytest.mark.parametrize(("ready_s", "waited_s"), [(0.0, 0.0), (0.4, 0.3)])
def test_a_picture_that_is_not_ready_in_time_is_waited_for(
    monkeypatch, ready_s: float, waited_s: float
):
    peers = script("peers")
    monkeypatch.setattr(peers, "THINKING_S", 0.1)
    wanted = {"conversations": 1, "tokens": 2, "folder_tokens": 2, "folder_pictures": 1}
    figures = peers.measure(Slow(ready_s), 0.0, **wanted)
    assert 0.01 + waited_s <= figures.prepared_s < 0.01 + waited_s + (5.0 if ready_s else 0.001)


@pytest.mark.parametrize(
    ("layers", "told"),
    [(28, "Qwen2-VL-2B 形状，随机权重"), (2, "Qwen2-VL-2B 形状，但只有 2 层，随机权重")],
)
def test_a_shallow_model_does_not_pass_for_the_true_one(tmp_path: Path, layers: int, told: str):
    (tmp_path / "config.json").write_text(f'{{"text_config": {{"num_hidden_layers": {layers}}}}}')
    assert script("engines").shape_of(tmp_path) == told


def test_a_model_that_was_not_built_to_the_end_is_not_measured(tmp_path: Path):
    engines = script("engines")
    (tmp_path / "openvino-int4").mkdir()
    (tmp_path / "openvino-int4" / "config.json").write_text("{}")
    with pytest.raises(SystemExit, match="--ranks"):
        engines.find_folders(tmp_path, None, None)
    (tmp_path / "openvino-int4" / "eightbit.json").write_text("{}")
    assert "ours" in engines.find_folders(tmp_path, None, None)


def test_a_page_without_any_engine_is_written_all_the_same():
    page = script("performance_page")
    none = page.Measured("m", "d", "q", 10.0, 1.0, (), {"ours": "退出码 -9"})
    assert "退出码 -9" in none.table()
    assert none.chart().endswith("</svg>\n")


@pytest.mark.skipif(sys.platform != "linux", reason="reads what Linux tells")
def test_the_peak_is_not_that_of_the_process_that_started_it():
    peak = "import sys; sys.path.insert(0, 'benchmarks'); import peers; print(peers.peak_gb())"
    starts = (
        "import subprocess, sys; large = b'1' * 400_000_000;"
        f"print(subprocess.check_output([sys.executable, '-c', {peak!r}], text=True))"
    )
    told = subprocess.check_output([sys.executable, "-c", starts], cwd=CHECKOUT, text=True)
    assert 0.005 < float(told) < 0.3


@pytest.mark.skipif(sys.platform != "linux", reason="reads what Linux tells")
def test_the_peak_is_in_decimal_gb_as_every_other_size():
    status = Path("/proc/self/status").read_text(encoding="ascii")
    (peak_kib,) = (int(line.split()[1]) for line in status.splitlines() if "VmHWM" in line)
    found = script("peers").peak_gb()
    assert found == pytest.approx(peak_kib * 1024 / 1e9, rel=0.005)
    assert found * 1e9 >= resident_bytes() * 0.99
