import json
import shutil
from pathlib import Path
from threading import Event

import pytest

from assistant.errors import AssistantError
from assistant.models.card import CARD, verify, write_card
from assistant.models.carry import carry_in
from assistant.models.catalog import find_model
from assistant.models.kind import OPENVINO_PARTS
from assistant.places import ASSETS


@pytest.fixture
def snapshot(fake_hub, tmp_path: Path) -> Path:
    """A folder as a hub's own tool leaves it, without a card."""
    folder = tmp_path / "usb" / "Qwen2-VL 2B（拷贝）"
    for name, content in fake_hub.files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return folder


def test_a_snapshot_gets_a_card(snapshot: Path, tmp_path: Path):
    model = carry_in(snapshot, tmp_path / "models")
    assert model.card.name == "Qwen2-VL-2B"
    assert model.card.format == "bf16"
    assert "pytorch_model.bin" not in model.card.files
    for name in model.card.files:
        assert (model.path / name).read_bytes() == (snapshot / name).read_bytes()
    assert find_model("Qwen2-VL-2B", tmp_path).card == verify(model.path)
    assert not (snapshot / CARD).exists()


def exported(folder: Path, content: bytes = b"weights") -> Path:
    folder.mkdir(parents=True)
    (folder / "weights.bin").write_bytes(content)
    write_card(
        folder, name="mine", title="我的模型", base="b", format="openvino-int4",
        trained_on="数据", use="用途", limits="限制", created="2026-11-22", demo=True,
    )  # fmt: skip
    return folder


def test_a_card_is_kept(tmp_path: Path):
    source = exported(tmp_path / "usb" / "export")
    model = carry_in(source, tmp_path / "models")
    assert model.path == tmp_path / "models" / "mine"
    assert model.card == verify(source)
    assert (model.path / CARD).read_bytes() == (source / CARD).read_bytes()


def test_an_altered_source_is_refused(tmp_path: Path):
    source = exported(tmp_path / "export")
    (source / "weights.bin").write_bytes(b"other")
    with pytest.raises(AssistantError, match="MOD-104"):
        carry_in(source, tmp_path / "models")
    assert not (tmp_path / "models" / "mine").exists()


def test_another_model_of_the_same_name_is_left_alone(tmp_path: Path):
    carry_in(exported(tmp_path / "a"), tmp_path / "models")
    with pytest.raises(AssistantError, match="MOD-217"):
        carry_in(exported(tmp_path / "b", b"different"), tmp_path / "models")
    assert (tmp_path / "models" / "mine" / "weights.bin").read_bytes() == b"weights"


def test_carrying_again_mends_what_was_altered(tmp_path: Path):
    source = exported(tmp_path / "a")
    folder = carry_in(source, tmp_path / "models").path
    (folder / "weights.bin").write_bytes(b"spoiled")
    assert carry_in(source, tmp_path / "models").card == verify(source)


def test_a_cut_off_weight_is_noticed(snapshot: Path, tmp_path: Path):
    weights = snapshot / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1])
    with pytest.raises(AssistantError, match="MOD-216"):
        carry_in(snapshot, tmp_path / "models")


@pytest.fixture
def openvino(tmp_path: Path) -> Path:
    """An OpenVINO export without a card."""
    kept = shutil.ignore_patterns(CARD)
    return Path(shutil.copytree(ASSETS / "demo-model", tmp_path / "usb" / "export", ignore=kept))


def test_an_openvino_folder_is_accepted_whole(openvino: Path, tmp_path: Path):
    model = carry_in(openvino, tmp_path / "models")
    assert model.card.format == "openvino-int4"
    assert set(model.card.files) == {path.name for path in openvino.iterdir()}


@pytest.mark.parametrize("part", OPENVINO_PARTS)
@pytest.mark.parametrize("end", [".xml", ".bin"])
def test_an_openvino_folder_without_a_part_is_refused(
    openvino: Path, tmp_path: Path, part: str, end: str
):
    (openvino / f"{part}{end}").unlink()
    with pytest.raises(AssistantError, match=f"MOD-210.*{part}.bin"):
        carry_in(openvino, tmp_path / "models")
    assert not (tmp_path / "models").exists()


@pytest.mark.parametrize(
    "name",
    [f"{part}{end}" for part in OPENVINO_PARTS for end in (".xml", ".bin")]
    + ["tokenizer.json", "preprocessor_config.json"],
)
def test_a_cut_off_file_is_noticed(openvino: Path, tmp_path: Path, name: str):
    content = (openvino / name).read_bytes()
    (openvino / name).write_bytes(content[: len(content) // 2])
    with pytest.raises(AssistantError, match=f"MOD-216.*{name}"):
        carry_in(openvino, tmp_path / "models")
    assert not (tmp_path / "models").exists()


def test_an_openvino_folder_that_the_engine_does_not_run_is_refused(openvino: Path, tmp_path: Path):
    config = json.loads((openvino / "config.json").read_bytes())
    (openvino / "config.json").write_text(json.dumps({**config, "model_type": "qwen2_5_vl"}))
    with pytest.raises(AssistantError, match=r"MOD-210.*qwen2_5_vl"):
        carry_in(openvino, tmp_path / "models")


def test_cancel_keeps_no_model_and_can_go_on(snapshot: Path, tmp_path: Path):
    cancel = Event()
    with pytest.raises(AssistantError, match="MOD-209"):
        carry_in(snapshot, tmp_path / "models", cancel=cancel, report=lambda _: cancel.set())
    assert not list((tmp_path / "models").rglob(CARD))
    assert carry_in(snapshot, tmp_path / "models").card.format == "bf16"


@pytest.mark.parametrize("content", [{}, {"config.json": b"{}"}, {"notes.txt": b"hello"}])
def test_a_folder_that_is_no_model_is_refused(tmp_path: Path, content):
    folder = tmp_path / "folder"
    folder.mkdir()
    for name, data in content.items():
        (folder / name).write_bytes(data)
    with pytest.raises(AssistantError, match="MOD-210"):
        carry_in(folder, tmp_path / "models")


def test_a_model_already_in_place_is_itself(tmp_path: Path):
    folder = carry_in(exported(tmp_path / "a"), tmp_path / "models").path
    assert carry_in(folder, tmp_path / "models").path == folder
