import json
from pathlib import Path

import pytest

from assistant.errors import AssistantError
from assistant.models.card import ModelCard, digest, read_card, verify, write_card


def make(folder: Path, **changes: object) -> ModelCard:
    (folder / "sub").mkdir(parents=True)
    (folder / "config.json").write_text("{}", encoding="utf-8")
    (folder / "sub" / "weights.bin").write_bytes(b"\x00\x01")
    fields = {
        "name": "little", "title": "小模型", "base": "none", "format": "openvino-int4",
        "trained_on": "合成体模", "use": "演示", "limits": "不得用于临床", "created": "2026-11-22",
    }  # fmt: skip
    return write_card(folder, **{**fields, **changes})


def test_what_is_written_is_read_back_and_verified(tmp_path: Path):
    card = make(tmp_path / "m", demo=True, metrics={"right": 0.9})
    assert read_card(tmp_path / "m") == card == verify(tmp_path / "m")
    assert set(card.files) == {"config.json", "sub/weights.bin"}
    assert card.files["sub/weights.bin"] == (
        "b413f47d13ee2fe6c845b2ee141af81de858df4ec549a58b7970bb96645bc8d2"
    )


def test_writing_twice_gives_the_same_bytes(tmp_path: Path):
    make(tmp_path / "a")
    make(tmp_path / "b")
    assert (tmp_path / "a/model.json").read_bytes() == (tmp_path / "b/model.json").read_bytes()


def test_the_fingerprint_is_of_the_files_alone(tmp_path: Path):
    card = make(tmp_path / "a")
    assert make(tmp_path / "b", name="other", title="别名").fingerprint == card.fingerprint
    alter(tmp_path / "a")
    files = {**card.files, "sub/weights.bin": digest(tmp_path / "a" / "sub" / "weights.bin")}
    assert card.model_copy(update={"files": files}).fingerprint != card.fingerprint
    files = {name.upper(): digest for name, digest in card.files.items()}
    assert card.model_copy(update={"files": files}).fingerprint != card.fingerprint


def alter(folder: Path) -> None:
    (folder / "sub" / "weights.bin").write_bytes(b"\x00\x02")


def remove(folder: Path) -> None:
    (folder / "config.json").unlink()


def add(folder: Path) -> None:
    (folder / "adapter.bin").write_bytes(b"")


@pytest.mark.parametrize("change", [alter, remove, add])
def test_a_changed_folder_is_refused(tmp_path: Path, change):
    make(tmp_path / "m")
    change(tmp_path / "m")
    with pytest.raises(AssistantError) as caught:
        verify(tmp_path / "m")
    assert caught.value.code == "MOD-104"


def test_what_a_file_manager_leaves_behind_does_not_matter(tmp_path: Path):
    make(tmp_path / "m")
    for name in (".DS_Store", "Thumbs.db", "desktop.ini"):
        (tmp_path / "m" / name).write_bytes(b"x")
    verify(tmp_path / "m")


def test_a_folder_without_a_card_is_refused(tmp_path: Path):
    with pytest.raises(AssistantError) as caught:
        read_card(tmp_path)
    assert caught.value.code == "MOD-102"


def change(path: Path, **fields: object) -> None:
    path.write_text(json.dumps({**json.loads(path.read_text("utf-8")), **fields}), "utf-8")


@pytest.mark.parametrize(
    "fields",
    [{"format": "exe"}, {"files": {}}, {"name": "../x"}, {"surprise": 1}, {"title": None}],
)
def test_a_card_that_is_not_understood_is_refused(tmp_path: Path, fields: dict):
    make(tmp_path / "m")
    change(tmp_path / "m" / "model.json", **fields)
    with pytest.raises(AssistantError) as caught:
        read_card(tmp_path / "m")
    assert caught.value.code == "MOD-103"


def test_a_truncated_card_is_refused(tmp_path: Path):
    (tmp_path / "model.json").write_bytes(b'{"name": "x')
    with pytest.raises(AssistantError, match="MOD-103"):
        read_card(tmp_path)


def test_an_empty_folder_gets_no_card(tmp_path: Path):
    with pytest.raises(ValueError, match="files"):
        write_card(
            tmp_path, name="x", title="", base="", format="bf16",
            trained_on="", use="", limits="", created="",
        )  # fmt: skip
