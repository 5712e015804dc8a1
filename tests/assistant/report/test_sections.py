import pytest

from assistant.report.sections import Sections, normalize, split


@pytest.mark.parametrize(
    ("text", "sections"),
    [
        ("检查所见：甲。诊断意见：乙。建议：丙。", Sections("甲。", "乙。", "丙。")),
        ("【影像所见】甲\n【诊断意见】\n乙\n【建议】丙", Sections("甲", "乙", "丙")),
        ("**检查所见**：甲\n\n**诊断意见**：乙", Sections("甲", "乙")),
        ("CT表现:甲\n印象:乙", Sections("甲", "乙")),
        ("影像学表现\n甲\n影像诊断\n乙", Sections("甲", "乙")),
        ("没有标题，表现为甲，诊断为乙。", Sections("没有标题,表现为甲,诊断为乙。")),
        ("开头。检查所见：甲。诊断：乙1。诊断：乙2。", Sections("开头。\n甲。", "乙1。\n乙2。")),
        ("", Sections()),
        ("诊断意见：", Sections()),
    ],
)
def test_split(text: str, sections: Sections):
    assert split(text) == sections


def test_full_width_is_made_plain_but_chinese_stops_stay():
    assert normalize("１２ｍｍ，（左）：甲、乙。") == "12mm,(左):甲、乙。"
