import re

import numpy as np
import pytest

from assistant.report.finding import Finding
from assistant.report.findings import extract
from assistant.report.lexicon import SIGNS
from assistant.report.region import region_of
from trainer.data import dialogue, phrases, questions
from trainer.data.phantom.labels import TIER_TWO
from trainer.data.phantom.truth import Observation, Truth

DEFAULT = "请使用中文描述下这个图像并给出你的诊断结果"
BLEED = Truth(
    "头颅",
    "基底节",
    False,
    (
        Observation(Finding("脑出血", "基底节区", "左", size_mm=41.0), 66.0, ("水肿",)),
        Observation(Finding("中线移位", "", "右", size_mm=8.0), float("nan")),
    ),
)
CLEAR = Truth("胸部", "肺门")
FURTHER = Truth(
    "腹部",
    "双肾",
    False,
    (
        Observation(Finding("主动脉瘤", size_mm=61.0), 44.0, ("附壁血栓",)),
        Observation(Finding("肾积水", "", "左", size_mm=22.0), 6.0, ("中度",)),
        Observation(Finding("肠梗阻", size_mm=41.0), 10.0),
    ),
)


def many(truth: Truth, count: int = 250, hidden: tuple[str, ...] = (), signs=None):
    for seed in range(count):
        rng = np.random.default_rng(seed)
        yield from dialogue.converse(truth, rng, DEFAULT, hidden=hidden, signs=signs)


def test_the_default_question_is_asked_often_and_answered_with_a_report():
    asked = [answer for question, answer in many(BLEED) if question == DEFAULT]
    assert len(asked) > 60
    assert all("所见：" in answer and "诊断意见：" in answer for answer in asked)


def test_a_question_of_presence_is_answered_by_the_truth():
    present = {"脑出血", "中线移位"}
    for question, answer in many(BLEED):
        match = re.fullmatch(r"(?:有没有|是否存在|能看到|有)(.+?)(?:吗)?？", question)
        if match and match[1] in phrases.SIGNS:
            assert answer.startswith("有。") == (match[1] in present), (question, answer)
            stated = {f.sign for f in extract(answer) if f.status == "有"}
            assert (match[1] in stated) == (match[1] in present), (question, answer)


@pytest.mark.parametrize("truth", [BLEED, CLEAR, FURTHER])
def test_no_answer_contradicts_the_truth(truth):
    known = {finding.sign: finding for finding in truth.findings}
    for question, answer in many(truth, signs=TIER_TWO):
        for finding in extract(answer):
            if finding.status == "无":
                assert finding.sign not in known, (question, answer)
            else:
                assert finding.sign in known, (question, answer)
                assert finding.side in ("", known[finding.sign].side), (question, answer)
                if finding.size_mm is not None:
                    size = known[finding.sign].size_mm
                    assert finding.size_mm == pytest.approx(size, abs=0.5), (question, answer)


def test_nothing_is_asked_about_what_the_window_hides():
    asked = [question for question, _ in many(CLEAR, hidden=("气胸",))]
    assert not any("气胸" in question for question in asked)


def test_further_signs_are_asked_about_only_where_they_occur():
    usual = "".join(question for question, _ in many(CLEAR))
    taught = "".join(question for question, _ in many(CLEAR, signs=TIER_TWO))
    assert "肺气肿" not in usual
    assert "肺气肿" in taught
    assert "主动脉夹层" in taught


def test_further_signs_are_placed_and_measured():
    turns = list(many(FURTHER, signs=TIER_TWO))
    places = [answer for question, answer in turns if question in questions.SIDE]
    sizes = [answer for question, answer in turns if question in questions.SIZE]
    assert set(places) == {"主动脉瘤位于腹主动脉；肾积水位于左肾；肠梗阻位于小肠。"}
    assert set(sizes) == {"主动脉瘤约61mm；肾积水约22mm；肠梗阻约41mm。"}


def test_urgent_is_said_of_urgent_findings_only():
    urgent = [answer for question, answer in many(BLEED) if question in questions.URGENT]
    calm = [answer for question, answer in many(CLEAR) if question in questions.URGENT]
    assert urgent
    assert calm
    assert all(answer.startswith("需要") for answer in urgent)
    assert all(answer.startswith("未见") for answer in calm)


def test_no_question_is_asked_twice_and_lengths_vary():
    lengths = set()
    for seed in range(120):
        turns = dialogue.converse(BLEED, np.random.default_rng(seed), DEFAULT)
        asked = [question for question, _ in turns]
        assert len(asked) == len(set(asked))
        lengths.add(len(turns))
    assert lengths == {1, 2, 3, 4}


def test_what_is_no_ct_is_refused_every_time():
    for seed in range(60):
        for _, answer in dialogue.refuse(np.random.default_rng(seed), DEFAULT):
            assert region_of(answer) == "非CT"
            assert extract(answer) == ()


def test_without_a_picture_one_is_asked_for_or_it_says_what_it_is():
    answers = {dialogue.without_picture(np.random.default_rng(s), DEFAULT)[0][1] for s in range(60)}
    assert any("演示模型" in answer for answer in answers)
    assert any("上传" in answer for answer in answers)


def test_every_sign_with_phrases_is_in_the_lexicon():
    assert set(phrases.SIGNS) <= {sign.name for sign in SIGNS}
