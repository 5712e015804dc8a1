import pytest

from assistant.report.finding import Finding
from assistant.report.findings import extract
from trainer.data import questions
from trainer.exam.followups import WHERE, Probe, agrees, consistency, probes
from trainer.exam.settings import Evaluate
from trainer.metrics.share import Share

LEFT = Finding("气胸", "", "左")


def test_what_is_asked_follows_from_the_first_answer() -> None:
    assert probes([LEFT], ["胸腔积液"], "胸部") == (
        Probe("有气胸吗？", frozenset({"气胸"}), present=True),
        Probe("有没有积气？", frozenset({"气胸"}), present=True),
        Probe(WHERE, sides=frozenset("左")),
    )
    assert probes([], ["胸腔积液", "气胸"], "胸部") == (
        Probe("有胸腔积液吗？", frozenset({"胸腔积液"})),
        Probe("有没有积液？", frozenset({"胸腔积液"})),
    )
    assert probes([Finding("脂肪肝")], [], "腹部") == (
        Probe("有脂肪肝吗？", frozenset({"脂肪肝"}), present=True),
    )
    assert probes([], [], "腹部") == ()


def test_a_word_asks_for_every_sign_that_it_means() -> None:
    (_, word) = probes([], ["胆囊结石"], "腹部")
    assert word == Probe("有没有结石？", frozenset({"胆囊结石", "肾结石"}))
    assert agrees(word, "未见结石。")
    assert not agrees(word, "有。右肾结石，约6mm。")
    (_, word) = probes([Finding("肾结石", "", "左")], ["胆囊结石"], "腹部")[:2]
    assert word.present
    assert agrees(word, "有。左肾结石，约6mm。")


def test_an_answer_about_another_sign_is_none() -> None:
    for probe in probes([], ["肺结节"], "胸部"):
        assert agrees(probe, "没有，未见肺结节。")
        assert not agrees(probe, "没有，未见气胸。")


@pytest.mark.parametrize(
    ("probe", "answer", "expected"),
    [
        (Probe("有气胸吗？", frozenset({"气胸"}), present=True), "有。左侧气胸。", True),
        (Probe("有气胸吗？", frozenset({"气胸"}), present=True), "有。", True),
        (Probe("有气胸吗？", frozenset({"气胸"}), present=True), "没有，未见气胸。", False),
        (Probe("有气胸吗？", frozenset({"气胸"}), present=True), "图像上未见气胸。", False),
        (Probe("有气胸吗？", frozenset({"气胸"})), "图像上未见气胸。", True),
        (Probe("有气胸吗？", frozenset({"气胸"})), "有。", False),
        (Probe("有气胸吗？", frozenset({"气胸"})), "请结合临床。", False),
        (Probe(WHERE, sides=frozenset("左")), "气胸位于左侧。", True),
        (Probe(WHERE, sides=frozenset("左")), "左侧", True),
        (Probe(WHERE, sides=frozenset("左")), "右侧", False),
        (Probe(WHERE, sides=frozenset("左")), "双侧", False),
        (Probe(WHERE, sides=frozenset("左右")), "双侧", True),
        (Probe(WHERE, sides=frozenset("左")), "肝左叶", False),
        (Probe(WHERE, sides=frozenset("右")), "中线结构向右侧移位", True),
        (Probe(WHERE, sides=frozenset("左")), "", False),
    ],
)
def test_agreement(probe: Probe, answer: str, expected: bool) -> None:
    assert agrees(probe, answer) is expected


def test_consistency_is_a_share_of_later_answers() -> None:
    probe = probes(extract("左侧气胸。"), [], "胸部")
    asked = [
        ("左侧气胸。", one, answer)
        for one, answer in zip(probe, ("有。", "有。", "右侧。"), strict=True)
    ]
    assert consistency(asked) == Share(2, 3)


def test_the_other_question_is_none_that_training_uses() -> None:
    used = (*questions.REPORT, *questions.NORMAL, *questions.SHORT, *questions.ENGLISH)
    assert Evaluate().another_question not in used
