from pathlib import Path

import pytest

from assistant.errors import AssistantError
from assistant.models.card import write_card
from assistant.models.catalog import find_model, list_models


def make(folder: Path, name: str) -> Path:
    folder.mkdir(parents=True)
    (folder / "weights.bin").write_bytes(name.encode())
    write_card(
        folder, name=name, title=name, base="none", format="openvino-int4",
        trained_on="", use="", limits="", created="2026-11-22",
    )  # fmt: skip
    return folder


def test_demo_name_and_folder_are_the_same_kind_of_thing(tmp_path: Path):
    demo = make(tmp_path / "assets" / "demo-model", "demo")
    named = make(tmp_path / "data" / "models" / "mine", "mine")
    loose = make(tmp_path / "elsewhere" / "merged", "merged")

    def find(name: str) -> Path:
        return find_model(name, tmp_path / "data", assets=tmp_path / "assets").path

    assert find("demo") == demo.resolve()
    assert find("mine") == named.resolve()
    assert find(str(loose)) == loose.resolve()


@pytest.mark.parametrize("name", ["demo", "nothing", "no/such/folder", "\x00", "a" * 5000])
def test_what_is_not_there_is_refused(tmp_path: Path, name: str):
    with pytest.raises(AssistantError) as caught:
        find_model(name, tmp_path, assets=tmp_path)
    assert caught.value.code == "MOD-101"


def test_only_the_last_part_of_a_folder_is_named_in_the_refusal(tmp_path: Path):
    with pytest.raises(AssistantError) as caught:
        find_model(str(tmp_path / "gone"), tmp_path)
    assert "gone" in str(caught.value)
    assert str(tmp_path) not in str(caught.value)


def test_an_altered_model_is_refused(tmp_path: Path):
    folder = make(tmp_path / "m", "m")
    (folder / "weights.bin").write_bytes(b"other")
    with pytest.raises(AssistantError, match="MOD-104"):
        find_model(str(folder), tmp_path)


def test_the_list_skips_what_has_no_readable_card(tmp_path: Path):
    make(tmp_path / "assets" / "demo-model", "demo")
    make(tmp_path / "models" / "b", "b")
    make(tmp_path / "models" / "a", "a")
    (tmp_path / "models" / "c").mkdir()
    (tmp_path / "models" / "d").mkdir()
    (tmp_path / "models" / "d" / "model.json").write_text("{", encoding="utf-8")
    found = list(list_models(tmp_path, assets=tmp_path / "assets"))
    assert [model.card.name for model in found] == ["demo", "a", "b"]
    assert [model.name for model in found] == ["demo", "a", "b"]


def test_the_model_in_use_is_listed_wherever_it_lies(tmp_path: Path):
    make(tmp_path / "models" / "a", "a")
    elsewhere = make(tmp_path / "usb", "b")

    def names(used: str) -> list[str]:
        found = list_models(tmp_path, used=used, assets=tmp_path / "assets")
        return [find_model(model.name, tmp_path).card.name for model in found]

    assert names(str(elsewhere)) == ["a", "b"]
    assert names(str(tmp_path / "models" / "a")) == ["a"]
    assert names("a") == names("demo") == names(str(tmp_path / "none")) == ["a"]
