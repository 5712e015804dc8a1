import json
from dataclasses import replace

import pytest

from assistant.batch.caveat import CUT, EMPTY
from assistant.batch.row import Row
from assistant.report.findings import Finding


def answered(text: str, *, cut: bool = False) -> Row:
    return Row.answered("a.dcm", "00", window="肺", model="m", text=text, cut=cut)


def test_a_row_says_what_its_answer_says():
    row = answered("检查所见：右侧胸腔见气体影。诊断意见：右侧气胸。")
    assert (row.status, row.code, row.region, row.urgency) == ("done", "", "胸部", "紧急")
    assert row.findings == (Finding("气胸", side="右"),)


@pytest.mark.parametrize(
    ("text", "urgency"),
    [
        ("左侧硬膜下血肿不除外。", "紧急"),
        ("右肺上叶结节。", "关注"),
        ("颅内未见出血。", "常规"),
        ("双肺纹理清晰。", "常规"),
    ],
)
def test_urgency(text: str, urgency: str):
    assert answered(text).urgency == urgency


@pytest.mark.parametrize(
    ("text", "urgency"),
    [
        ("检查所见：双肺纹理清晰。诊断意见：", "需复核"),
        ("检查所见：右肺上叶结节。诊断意见：", "需复核"),
        ("检查所见：右侧气胸。诊断意见：", "紧急"),
    ],
)
def test_what_a_cut_answer_did_not_come_to_say_may_be_urgent(text: str, urgency: str):
    row = answered(text, cut=True)
    assert (row.status, row.code, row.urgency, row.text) == ("done", "BAT-122", urgency, text)
    assert row.caveat == CUT.message


def test_an_empty_answer_says_nothing_of_the_picture():
    row = answered("")
    assert (row.status, row.code, row.urgency) == ("done", "BAT-123", "需复核")
    assert row.caveat == EMPTY.message
    assert answered("双肺纹理清晰。").caveat == ""


@pytest.mark.parametrize("code", ["", "BAT-122", "BAT-124", "BAT-125", "BAT-126"])
def test_an_earlier_answer_is_read_as_this_version_reads(code: str):
    now = replace(answered("右侧血胸。", cut=code == "BAT-122"), code=code or "BAT-127")
    before = replace(now, code=code, urgency="常规", region="", findings=())
    assert before.read_again() == now
    refused = Row("a", "", "refused", "IMG-102", text="文件是空的。")
    assert refused.read_again() == refused


def test_json_and_back():
    row = answered("右肺上叶结节，直径8mm。")
    assert Row.from_json(json.loads(json.dumps(row.to_json()))) == row


def test_what_is_not_a_row_is_not_made_one():
    with pytest.raises(KeyError):
        Row.from_json({"file": "a"})
