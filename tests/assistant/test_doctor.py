from pathlib import Path

import pytest

from assistant import doctor, machine
from assistant.doctor import examine
from assistant.engine.devices import Card
from assistant.machine import Gpu
from assistant.models.card import write_card
from assistant.settings import Settings


def lines(settings: Settings) -> str:
    return "\n".join(examine(settings))


def model(folder: Path) -> Path:
    folder.mkdir()
    (folder / "weights.bin").write_bytes(bytes(1_500_000))
    write_card(
        folder, name="small", title="小模型", base="none", format="openvino-int4", demo=True,
        trained_on="", use="", limits="", created="2026-11-22",
    )  # fmt: skip
    return folder


def test_a_model_that_would_run(tmp_path: Path):
    text = lines(Settings(data_dir=tmp_path, model=str(model(tmp_path / "m"))))
    assert "模型：小模型（small，openvino-int4，1.5 MB，演示模型），1 个文件校验通过" in text
    assert "引擎：openvino" in text
    assert "可用设备：CPU" in text
    assert f"数据文件夹：{tmp_path}（可写，剩余" in text
    assert "pydicom 3.0.2" in text


def test_a_model_that_would_not_run_is_told_with_its_code(tmp_path: Path):
    (model(tmp_path / "m") / "weights.bin").write_bytes(b"other")
    assert "[MOD-104]" in lines(Settings(data_dir=tmp_path, model=str(tmp_path / "m")))
    assert "[MOD-101]" in lines(Settings(data_dir=tmp_path, model="none"))
    assert "[ENG-" in lines(
        Settings(data_dir=tmp_path, model=str(model(tmp_path / "n")), engine="transformers")
    )
    assert "[ENG-211]" in lines(Settings(data_dir=tmp_path, engine="remote"))


def test_a_remote_engine_is_told_with_where_pictures_go(tmp_path: Path):
    settings = Settings(data_dir=tmp_path, engine="remote", remote_url="http://localhost:8000/v1")
    assert "模型与引擎：远程 http://localhost:8000（图像会离开本机；未试连）" in lines(settings)


def test_a_card_that_is_not_used_and_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(machine, "gpus", lambda: (Gpu("NVIDIA H200", "580.1", 143771),))
    monkeypatch.setattr("assistant.doctor.CUDA_PACKAGES", ("no-such-package",))
    text = lines(Settings(data_dir=tmp_path, engine="scripted"))
    assert "NVIDIA H200（驱动 580.1，140 GB）。未使用" in text
    assert "setup cuda" in text
    assert "模型：无（脚本引擎）" in text


def test_no_card(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(machine, "gpus", lambda: None)
    assert "未找到 NVIDIA" in lines(Settings(data_dir=tmp_path, engine="scripted"))


@pytest.mark.parametrize(
    ("card", "words"),
    [
        (Card(True, "RTX", 1), "可以使用"),
        (Card(False, reason="NVIDIA 驱动过旧。"), "未使用：NVIDIA 驱动过旧。"),
    ],
)
def test_the_card_is_tried_where_its_packages_are(
    monkeypatch: pytest.MonkeyPatch, card: Card, words: str
):
    monkeypatch.setattr(doctor.machine, "gpus", lambda: (Gpu("RTX", "580.1", 8192),))
    monkeypatch.setattr(doctor, "_package", lambda name: f"{name} 1.0")
    monkeypatch.setattr(doctor, "find_card", lambda: card)
    assert words in doctor._graphics()
