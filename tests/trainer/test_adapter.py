import json
from pathlib import Path

import pytest

from trainer.adapter import misfit

BASE = {
    "model.layers.0.self_attn.q_proj.weight": [64, 32],
    "visual.blocks.0.attn.qkv.weight": [96, 32],
}
LORA = "base_model.model.model.language_model.layers.0.self_attn.q_proj.lora_{}.weight"


def write(folder: Path, shapes: dict[str, list[int]]) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    header = {
        name: {"dtype": "BF16", "shape": shape, "data_offsets": [0, 0]}
        for name, shape in shapes.items()
    }
    text = json.dumps({"__metadata__": {"format": "pt"}, **header}).encode()
    (folder / "x.safetensors").write_bytes(len(text).to_bytes(8, "little") + text)
    return folder


@pytest.fixture
def base(tmp_path: Path) -> Path:
    return write(tmp_path / "base", BASE)


def test_an_adapter_of_this_base_fits_under_any_release_s_names(base: Path) -> None:
    adapter = write(base.parent / "a", {LORA.format("A"): [8, 32], LORA.format("B"): [64, 8]})
    assert misfit(adapter, base) == ""
    newer = write(
        base.parent / "newer",
        {"model.language_model.layers.0.self_attn.q_proj.weight": [64, 32]},
    )
    assert misfit(adapter, newer) == ""
    assert misfit(newer, base) == ""


@pytest.mark.parametrize(
    ("shapes", "word"),
    [
        ({LORA.format("A"): [8, 48]}, "基座为"),
        ({LORA.format("B"): [128, 8]}, "基座为"),
        ({LORA.format("A").replace("layers.0", "layers.9"): [8, 32]}, "没有 layers.9"),
        ({"model.layers.0.self_attn.q_proj.weight": [64, 48]}, "基座为"),
    ],
)
def test_an_adapter_of_another_base(base: Path, shapes: dict[str, list[int]], word: str) -> None:
    assert word in misfit(write(base.parent / "a", shapes), base)


def test_no_adapter_at_all(base: Path) -> None:
    assert "没有文件夹" in misfit(base.parent / "none", base)
    (base.parent / "empty").mkdir()
    assert "没有 safetensors" in misfit(base.parent / "empty", base)
    (base.parent / "empty" / "x.safetensors").write_bytes(b"\x00garbage")
    assert "读不出来" in misfit(base.parent / "empty", base)
