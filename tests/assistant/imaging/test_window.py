from pathlib import Path

import pytest

from assistant.errors import AssistantError
from assistant.imaging.window import (
    AUTO,
    FILE_WINDOW,
    Window,
    check_window,
    find_preset,
    load_presets,
    parse_window,
)

COMMON = {
    "肺": (-600, 1500),
    "纵隔": (50, 350),
    "腹部": (50, 400),
    "肝": (30, 150),
    "骨": (400, 1800),
    "颞骨": (600, 2800),
    "脑": (40, 80),
    "硬膜下": (75, 215),
    "卒中": (40, 40),
    "CTA": (300, 600),
}


def test_presets_are_the_usual_ones() -> None:
    found = {preset.name: (preset.window.center, preset.window.width) for preset in load_presets()}
    assert found == COMMON


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("auto", AUTO),
        ("自动", AUTO),
        ("", AUTO),
        ("DICOM 默认", FILE_WINDOW),
        ("dicom", FILE_WINDOW),
        ("肺", "肺"),
        ("肺窗", "肺"),
        ("LUNG", "肺"),
        ("soft tissue", "腹部"),
        ("cta", "CTA"),
        ("-600/1500", Window(-600, 1500)),
        ("−600／1500", Window(-600, 1500)),
        ("C40 W80", Window(40, 80)),
        ("C-600/W1500", Window(-600, 1500)),
        ("40.5/81", Window(40.5, 81)),
        ("40，80", Window(40, 80)),
    ],
)
def test_parse(text: str, meaning: Window | str) -> None:
    assert parse_window(text) == meaning


def test_the_label_can_be_typed_back() -> None:
    for preset in load_presets():
        assert parse_window(preset.window.label) == preset.window


@pytest.mark.parametrize("text", ["肺炎", "40", "a/b", "40/80/90", "1e5/3", "nan/5"])
def test_not_understood(text: str) -> None:
    with pytest.raises(AssistantError) as caught:
        parse_window(text)
    assert caught.value.code == "USE-111"
    assert "肺" in caught.value.next_step


@pytest.mark.parametrize("text", ["40/0", "40/0.5", "40/-80", "9999999/80"])
def test_impossible_width(text: str) -> None:
    with pytest.raises(AssistantError) as caught:
        parse_window(text)
    assert caught.value.code == "USE-112"


@pytest.mark.parametrize("window", [Window(float("nan"), 80), Window(0, float("inf"))])
def test_windows_that_are_not_numbers(window: Window) -> None:
    with pytest.raises(AssistantError):
        check_window(window)


def test_all_faults_of_the_file_at_once(tmp_path: Path) -> None:
    file = tmp_path / "windows.yaml"
    file.write_text(
        "- {name: 肺, center: -600, width: 0}\n"
        "- {center: 40, width: 80, colour: red}\n"
        "- {name: 脑, center: forty, width: true, aliases: brain}\n"
        "- {name: 骨, center: 400, width: 1800, aliases: [auto]}\n"
        "- {name: 骨, center: 400, width: 1800}\n"
        "- 卒中\n",
        encoding="utf-8",
    )
    with pytest.raises(AssistantError) as caught:
        load_presets(file)
    assert caught.value.code == "CFG-122"
    for part in (
        "第 1 项的 width",
        "第 2 项有未知的键“colour”",
        "第 2 项缺少 name",
        "第 3 项的 center",
        "第 3 项的 width",
        "第 3 项的 aliases",
        "第 4 项名称“auto”",
        "第 6 项应为",
    ):
        assert part in caught.value.message, part


@pytest.mark.parametrize("content", ["", "{}", "[]", "肺: 1"])
def test_a_file_of_another_shape(tmp_path: Path, content: str) -> None:
    file = tmp_path / "windows.yaml"
    file.write_text(content, encoding="utf-8")
    with pytest.raises(AssistantError, match="CFG-122"):
        load_presets(file)


@pytest.mark.parametrize("content", [b"- {name: [", b"\xff\xfe\x00"])
def test_a_file_that_is_no_yaml(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "windows.yaml"
    file.write_bytes(content)
    with pytest.raises(AssistantError, match="CFG-121"):
        load_presets(file)


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(AssistantError, match="CFG-121"):
        load_presets(tmp_path / "windows.yaml")


def test_an_edit_is_seen(tmp_path: Path) -> None:
    import os

    file = tmp_path / "windows.yaml"
    file.write_text("- {name: 甲, center: 1, width: 2}\n", encoding="utf-8")
    assert find_preset("甲", file) is not None
    file.write_text("- {name: 乙, center: 1, width: 2}\n", encoding="utf-8")
    os.utime(file, ns=(1, 1))
    assert find_preset("甲", file) is None
    assert find_preset("乙", file) is not None
