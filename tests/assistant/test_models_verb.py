"""``models fetch`` and ``models list``; the hubs themselves are tested with the models."""

import importlib.util
from pathlib import Path

import pytest

from assistant.__main__ import main
from assistant.models.card import write_card
from assistant.models.shelf import Progress


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    source = tmp_path / "carried"
    source.mkdir()
    (source / "weights.bin").write_bytes(bytes(2_000_000))
    write_card(
        source, name="mine", title="我的模型", base="b", format="openvino-int4",
        trained_on="数据", use="用途", limits="限制", created="2026-11-22",
    )  # fmt: skip
    return source


def test_fetch_then_list(folder: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]):
    data = ["--data", str(tmp_path / "data")]
    assert main(["models", "fetch", str(folder), *data]) == 0
    out, err = capfd.readouterr()
    assert out == ""
    assert "模型 mine 可以使用：1 个文件全部核对无误。" in err
    assert main(["models", "list", *data]) == 0
    assert "mine\topenvino-int4\t2 MB\t我的模型\n" in capfd.readouterr().out


@pytest.mark.parametrize("hub", ["modelscope", "huggingface"])
def test_a_name_goes_to_the_hub(
    hub: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
):
    asked = []

    def download(name: str, models_dir: Path, source: str, *, report) -> None:
        asked.append((name, models_dir, source))
        report(Progress("model.safetensors", 1, 2))
        raise KeyboardInterrupt

    monkeypatch.setattr("assistant.models.download.download_model", download)
    data = tmp_path / "data"
    arguments = ["models", "fetch", "Qwen/Tiny-VL", "--from", hub, "--data", str(data)]
    assert main(arguments) == 130
    assert asked == [("Qwen/Tiny-VL", data / "models", hub)]
    assert "再次运行同一命令会接着取" in capfd.readouterr().err


def test_the_clients_of_the_hubs_are_installed():
    assert importlib.util.find_spec("huggingface_hub")
    assert importlib.util.find_spec("modelscope_hub")
