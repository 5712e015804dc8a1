import subprocess
import sys
from pathlib import Path

import pytest

from assistant import machine
from assistant.machine import Gpu


def test_this_machine_has_something_of_everything(tmp_path: Path):
    assert machine.processor()
    assert machine.cores() >= 1
    assert (machine.memory_bytes() or 0) > 2**27
    assert machine.free_bytes(tmp_path / "not" / "yet") > 0


def test_memory_of_this_process_and_of_another():
    ours = machine.resident_bytes()
    assert ours is None or ours > 2**20
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    assert machine.resident_bytes(gone.pid) is None


def test_cards_as_the_driver_lists_them():
    table = "NVIDIA H200, 580.82.07, 143771\nNVIDIA GeForce RTX 4090, 551.23, 24564\n"
    assert machine.parse_gpus(table) == (
        Gpu("NVIDIA H200", "580.82.07", 143771),
        Gpu("NVIDIA GeForce RTX 4090", "551.23", 24564),
    )


@pytest.mark.parametrize("table", ["", "No devices were found\n", "a, b, [N/A]\n"])
def test_a_table_without_cards(table: str):
    assert machine.parse_gpus(table) == ()


def test_no_driver_is_no_card(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(machine.shutil, "which", lambda _: None)
    assert machine.gpus() is None


@pytest.mark.parametrize(
    "error",
    [OSError(), subprocess.TimeoutExpired("nvidia-smi", 1), subprocess.CalledProcessError(9, "")],
)
def test_a_driver_that_does_not_answer_is_no_card(
    monkeypatch: pytest.MonkeyPatch, error: Exception
):
    def run(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(machine.shutil, "which", lambda _: "nvidia-smi")
    monkeypatch.setattr(machine.subprocess, "run", run)
    assert machine.gpus() is None


def test_memory_in_use_is_between_nothing_and_all_there_is():
    used, all_there_is = machine.resident_bytes(), machine.memory_bytes()
    assert used is not None
    assert all_there_is is not None
    assert 10 * 2**20 < used < all_there_is
