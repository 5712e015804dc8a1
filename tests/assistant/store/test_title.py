"""What a conversation is called."""

import pytest

from assistant.store.exchange import Exchange
from assistant.store.title import title_of


@pytest.mark.parametrize(
    ("answer", "title"),
    [
        ("头颅CT平扫，左侧额叶见脑出血，约3.0cm。", "头颅 · 左侧脑出血"),
        ("胸部CT：双侧胸腔积液；右肺下叶实变。", "胸部 · 双侧胸腔积液、右侧肺实变"),
        ("头颅CT平扫：右侧额叶可疑脑梗死。", "头颅 · 右侧脑梗死？"),
        ("胸部CT平扫：双肺纹理清晰，未见实质性病变。", "胸部 · 请描述这幅图像"),
        ("这不是CT图像。", "请描述这幅图像"),
        ("", "请描述这幅图像"),
    ],
)
def test_the_region_and_what_was_found_or_asked(answer, title):
    assert title_of(Exchange("请描述这幅图像", "", answer=answer)) == title


def test_a_long_question_is_cut():
    assert title_of(Exchange("问" * 30, "")) == "问" * 24 + "…"


def test_a_question_about_one_thing_is_the_name():
    asked = Exchange("右肺有无结节？", "", answer="胸部CT：右肺上叶见结节，直径约8mm。")
    assert title_of(asked) == "胸部 · 右肺有无结节？"
