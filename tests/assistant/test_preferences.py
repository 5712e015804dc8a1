from pathlib import Path

import pytest

from assistant.dialogue.prompts import load_prompts
from assistant.dialogue.suggestion import Suggestion
from assistant.errors import AssistantError
from assistant.imaging.window import Window, load_presets
from assistant.preferences import FILE, PreferenceFile, Preferences, from_form


def test_nothing_set_changes_nothing() -> None:
    nothing = from_form("", "\n\n", None, "light", system=" ", report="", plain="")
    assert nothing == Preferences()
    assert nothing.prompts(load_prompts()) == load_prompts()
    assert nothing.presets(load_presets()) == load_presets()


def test_what_is_written_is_what_is_set() -> None:
    found = from_form(
        "胰腺 40/200\n 我的 窗：-50 / 350.5 \n", "多大？\n\n哪侧？", 30, "dark", system="你是助手。"
    )
    own = found.presets(load_presets())[len(load_presets()) :]
    assert [(one.name, one.window) for one in own] == [
        ("胰腺", Window(40, 200)),
        ("我的 窗", Window(-50, 350.5)),
    ]
    prompts = found.prompts(load_prompts())
    assert prompts.system == "你是助手。"
    assert prompts.suggestions == tuple(map(Suggestion.fixed, ("多大？", "哪侧？")))
    assert prompts.default_question == load_prompts().default_question
    assert (found.keep_days, found.look) == (30, "dark")
    lines = "\n".join(window.line for window in found.windows)
    assert from_form(lines, "多大？\n哪侧？", 30.0, "dark", system="你是助手。") == found


def test_another_default_question_is_the_one_that_is_suggested() -> None:
    sentences = {"default_question": "读片。", "report": "三段。", "plain": "白话。"}
    prompts = from_form("", "", None, "light", **sentences).prompts(load_prompts())
    shipped = load_prompts()
    assert prompts.model_dump(include=set(sentences)) == sentences
    assert prompts.suggestions[0].ask == "读片。"
    assert prompts.suggestions[1:] == shipped.suggestions[1:]
    assert prompts.system == shipped.system


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        (0, "胰腺", "窗“胰腺”：应写成“名称 窗位/窗宽”"),
        (0, "胰腺 40/0", "窗第 1 条：不能小于 1"),
        (0, "a 1/2\nb 200000/2", "窗第 2 条：不能大于 100000"),
        (0, "肺 40/200", "窗“肺”：名称已有"),
        (0, "肺窗 40/200", "窗“肺窗”：名称已有"),
        (0, "LUNG 40/200", "窗“LUNG”：名称已有"),
        (0, "自动 40/200", "窗“自动”：名称已有"),
        (0, "胰腺 40/200\n胰腺窗 1/2", "窗“胰腺窗”：名称已有"),
        (0, "十三个字的窗名称实在太长了 1/2", "窗第 1 条：不能超过 12 个字"),
        (0, "\n".join(f"w{i} 1/2" for i in range(21)), "窗：不能超过 20 条"),
        (1, "x" * 101, "提问建议第 1 条：不能超过 100 个字"),
        (1, "\n".join("abcdefghi"), "提问建议：不能超过 8 条"),
        (2, -1, "保留天数：不能小于 0"),
        (2, 36501, "保留天数：不能大于 36500"),
        (2, 1.5, "保留天数：应为整数"),
        (2, "许多", "保留天数：应为整数"),
        (3, "pink", "外观：取值不合规"),
        ("system", "x" * 2001, "系统提示词：不能超过 2000 个字"),
        ("default_question", "x" * 501, "默认提问：不能超过 500 个字"),
        ("report", "x" * 501, "报告的要求：不能超过 500 个字"),
        ("plain", "x" * 501, "患者版的要求：不能超过 500 个字"),
    ],
)
def test_what_is_wrong_is_told_in_chinese(field: int | str, value: object, said: str) -> None:
    form: list[object] = ["", "", None, "light"]
    sentences: dict[str, object] = {}
    if isinstance(field, int):
        form[field] = value
    else:
        sentences[field] = value
    with pytest.raises(AssistantError) as caught:
        from_form(*form, **sentences)  # type: ignore[arg-type]
    assert caught.value.code == "CFG-132"
    assert said in caught.value.message


def test_everything_wrong_is_told_at_once() -> None:
    with pytest.raises(AssistantError) as caught:
        from_form("胰腺\n肺 1/2", "x" * 101, -1, "light")
    assert "4 处" in caught.value.message


def test_it_is_kept_and_used_at_once(tmp_path: Path) -> None:
    file = PreferenceFile(tmp_path)
    assert file.now == Preferences()
    wanted = from_form("胰腺 40/200", "多大？", 30, "light")
    file.save(wanted)
    assert file.now == wanted
    assert PreferenceFile(tmp_path).now == wanted
    assert [path.name for path in tmp_path.iterdir()] == [FILE]
    file.save(Preferences())
    assert PreferenceFile(tmp_path).now == Preferences()


def test_what_cannot_be_written_leaves_what_was_set(tmp_path: Path) -> None:
    file = PreferenceFile(tmp_path / "gone")
    with pytest.raises(AssistantError) as caught:
        file.save(from_form("", "", 30, "light"))
    assert caught.value.code == "CFG-133"
    assert file.now == Preferences()


@pytest.mark.parametrize("text", ["", "{", "[]", '{"keep_days": -1}', '{"unknown": 1}'])
def test_a_broken_file_is_told_at_the_start(tmp_path: Path, text: str) -> None:
    (tmp_path / FILE).write_text(text)
    with pytest.raises(AssistantError) as caught:
        PreferenceFile(tmp_path)
    assert caught.value.code == "CFG-131"
