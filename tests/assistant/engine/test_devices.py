import sys
from types import SimpleNamespace

import pytest

from assistant.engine import devices


def torch_with(**cuda: object) -> SimpleNamespace:
    """A torch of CUDA 13 with one card, unless told otherwise."""
    sums = SimpleNamespace(sum=lambda: SimpleNamespace(item=lambda: 8.0))
    card = SimpleNamespace(name="NVIDIA RTX 4090", total_memory=24 << 30)
    made = SimpleNamespace(
        version=SimpleNamespace(cuda="13.0"),
        cuda=SimpleNamespace(get_device_properties=lambda _: card),
        ones=lambda *_, **__: sums,
    )
    for name, value in cuda.items():
        setattr(made, name, value)
    return made


def find(monkeypatch: pytest.MonkeyPatch, driver: int | None, torch: object) -> devices.Card:
    monkeypatch.setattr(devices, "driver_version", lambda: driver)
    monkeypatch.setattr(devices, "torch_installed", lambda: torch is not None)
    monkeypatch.setitem(sys.modules, "torch", torch)
    return devices.find_card()


def test_a_card_that_computes_is_usable(monkeypatch):
    card = find(monkeypatch, 13000, torch_with())
    assert card == devices.Card(True, "NVIDIA RTX 4090", 24 << 30)


def broken(*_: object, **__: object) -> None:
    raise RuntimeError("no kernel image is available for execution on the device")


@pytest.mark.parametrize(
    ("driver", "torch", "words"),
    [
        (None, torch_with(), "没有找到可用的 NVIDIA 显卡或驱动"),
        (13000, None, "setup cuda"),
        (13000, torch_with(version=SimpleNamespace(cuda=None)), "CPU 版"),
        (12040, torch_with(), "只支持到 CUDA 12.4，程序需要 CUDA 13.0"),
        (13000, torch_with(ones=broken), "不能用于计算（RuntimeError）"),
    ],
)
def test_why_a_card_is_not_used_is_said(monkeypatch, driver, torch, words):
    card = find(monkeypatch, driver, torch)
    assert not card.usable
    assert words in card.reason


def test_a_machine_without_a_driver_has_no_version(monkeypatch):
    def missing(_: str) -> None:
        raise OSError

    monkeypatch.setattr(devices.ctypes, "CDLL", missing)
    assert devices.driver_version() is None


def test_a_driver_that_fails_has_no_version(monkeypatch):
    library = SimpleNamespace(cuInit=lambda _: 100, cuDriverGetVersion=lambda _: 0)
    monkeypatch.setattr(devices.ctypes, "CDLL", lambda _: library)
    assert devices.driver_version() is None
