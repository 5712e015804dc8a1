"""Sentences as radiologists write them (``sentences.tsv``), and what they say."""

import re
from dataclasses import replace

import pytest

from assistant.places import CHECKOUT
from assistant.report.findings import Finding, extract, is_sided, is_urgent
from assistant.report.lexicon import SIGNS
from tests.assistant.report.sentences import Sentence, read, score

SENTENCES = read()
UNDERSTOOD = [one for one in SENTENCES if one.understood]
LIMITS = [one for one in SENTENCES if not one.understood]


@pytest.mark.parametrize("one", UNDERSTOOD, ids=lambda one: one.text[:24])
def test_what_a_report_says(one: Sentence):
    found = extract(one.text)
    assert set(found) == set(one.expected)
    assert len(found) == len(one.expected)


@pytest.mark.xfail(strict=True, reason="not understood yet")
@pytest.mark.parametrize("one", LIMITS, ids=lambda one: one.text[:24])
def test_what_is_not_understood_yet(one: Sentence):
    assert set(extract(one.text)) == set(one.expected)


def test_the_sentences_are_many_and_of_every_kind():
    texts = [one.text for one in SENTENCES]
    assert len(texts) == len(set(texts)) >= 300
    for words in ("未见", "不除外", "双侧", "及", "伴", "cm", "mm", "可能", "术后", "诊断意见"):
        assert sum(words in text for text in texts) >= 3, words
    signs = {finding.sign for one in SENTENCES for finding in one.expected}
    assert signs <= {sign.name for sign in SIGNS}
    assert len(signs) > 45


def test_f1_over_all_sentences_is_what_the_documentation_says():
    exact = score((one.expected, extract(one.text)) for one in SENTENCES)
    later = score((one.expected, extract(one.text)) for one in SENTENCES if one.later)
    page = (CHECKOUT / "docs" / "evaluation.md").read_text(encoding="utf-8")
    for measured in (exact, later):
        assert f"{measured.f1:.3f}" in page, measured


def test_every_sign_is_understood_by_every_name():
    for sign in SIGNS:
        for word in (sign.name, *sign.synonyms):
            assert [(f.sign, f.status) for f in extract(f"可见{word}。")] == [(sign.name, "有")], (
                word
            )
            assert [(f.sign, f.status) for f in extract(f"未见{word}。")] == [(sign.name, "无")], (
                word
            )


@pytest.mark.parametrize(("size", "urgent"), [(40, False), (55, True), (72, True)])
def test_an_aneurysm_is_urgent_by_its_size(size: int, urgent: bool):
    assert is_urgent(extract(f"腹主动脉呈瘤样扩张，最大横径约{size}mm。")) is urgent


@pytest.mark.parametrize(
    ("text", "urgent"),
    [
        ("腹主动脉瘤，最大径约62mm，长约80mm，未见破裂。", True),
        ("腹主动脉瘤，大小约62mm×58mm，长约80mm。", True),
        ("检查所见：腹主动脉增宽，最大径约62mm，长约80mm。诊断意见：腹主动脉瘤。", True),
        ("升主动脉瘤，直径约60mm，降主动脉直径约28mm。", True),
        ("腹主动脉瘤样扩张，最宽处约7.0cm，范围约10cm，可见附壁血栓。", True),
        ("腹主动脉瘤，最大径约40mm，长约80mm。", False),
        ("检查所见：腹主动脉增宽，最大径约40mm，范围约10cm。诊断意见：腹主动脉瘤。", False),
    ],
)
def test_an_aneurysm_is_as_large_as_it_is_wide(text: str, urgent: bool):
    assert is_urgent(extract(text)) is urgent


def test_how_long_an_aneurysm_is_does_not_say_how_wide():
    (along,) = extract("腹主动脉瘤，长约80mm。")
    (unmeasured,) = extract("腹主动脉瘤。")
    assert along == unmeasured
    assert along.size_mm is None
    assert not is_urgent([along])


def test_a_measured_sign_leaves_the_nameless_lesion_to_the_one_that_was_not_measured():
    text = (
        "检查所见：左肾见高密度影，长径约11mm。左肾积水，前后径约30mm。"
        "诊断意见：1.左肾结石；2.左肾积水。"
    )
    sizes = {finding.sign: finding.size_mm for finding in extract(text)}
    assert sizes == {"肾结石": 11.0, "肾积水": 30.0}


def test_no_spelling_belongs_to_two_signs():
    words = [word for sign in SIGNS for word in (sign.name, *sign.synonyms)]
    assert len(words) == len(set(words))


def test_left_and_right_are_never_exchanged():
    exchanged = str.maketrans("左右", "右左")
    for one in UNDERSTOOD:
        if "肝" in one.text or "左右" in one.text:  # lobes of the liver are not sides
            continue
        mirrored = one.text.translate(exchanged)
        expected = {replace(f, side=f.side.translate(exchanged)) for f in one.expected}
        assert set(extract(mirrored)) == expected, mirrored


@pytest.mark.parametrize(
    "text", ["", "。", "\n\n", "mm", "未见", "？？？", "无无无", "左右左右", "12×13"]
)
def test_text_without_findings(text: str):
    assert extract(text) == ()


def test_a_very_long_text_is_no_trouble():
    assert len(extract("右肺上叶见一结节影，直径约8mm。" * 500)) == 1
    assert extract("，" * 5000 + "右侧气胸") == (Finding("气胸", side="右"),)


@pytest.mark.parametrize(
    ("text", "urgent"),
    [
        ("左侧硬膜下血肿不除外。", True),
        ("右侧气胸。", True),
        ("未见气胸。", False),
        ("右肺上叶结节。", False),
        ("陈旧性脑梗死。", False),
        ("急性脑梗死。", True),
        ("", False),
    ],
)
def test_urgent(text: str, urgent: bool):
    assert is_urgent(extract(text)) is urgent


def test_the_lexicon_is_regular():
    for sign in SIGNS:
        assert sign.organs or sign.region
        assert not re.search(r"\s", sign.name)


@pytest.mark.parametrize(
    ("text", "sided"),
    [("左侧额叶脑出血。", True), ("腹水（中量）。", False), ("双肺未见结节。", False), ("", False)],
)
def test_what_has_a_side(text: str, sided: bool):
    assert is_sided(extract(text)) is sided
