import pytest

from assistant.report.finding import Finding
from assistant.report.findings import extract
from trainer.data import questions
from trainer.exam.followups import WHERE, Probe, agrees, consistency, probes
from trainer.exam.settings import Evaluate
from trainer.metrics.share import Share

LEFT = Finding("气胸", "", "左")


def test_what_is_asked_follows_from_the_first_answer() -> None:
    assert probes([LEFT], ["胸腔积液"]) == (
        Probe("有气胸吗？", "气胸", present=True),
        Probe(WHERE, sides=frozenset("左")),
    )
    assert probes([], ["胸腔积液", "气胸"]) == (Probe("有胸腔积液吗？", "胸腔积液"),)
    assert probes([Finding("腹水")], []) == (Probe("有腹水吗？", "腹水", present=True),)
    assert probes([], []) == ()


@pytest.mark.parametrize(
    ("probe", "answer", "expected"),
    [
        (Probe("有气胸吗？", "气胸", present=True), "有。左侧气胸。", True),
        (Probe("有气胸吗？", "气胸", present=True), "有。", True),
        (Probe("有气胸吗？", "气胸", present=True), "没有，未见气胸。", False),
        (Probe("有气胸吗？", "气胸", present=True), "图像上未见气胸。", False),
        (Probe("有气胸吗？", "气胸"), "图像上未见气胸。", True),
        (Probe("有气胸吗？", "气胸"), "有。", False),
        (Probe("有气胸吗？", "气胸"), "请结合临床。", False),
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
    probe = probes(extract("左侧气胸。"), [])
    asked = [
        ("左侧气胸。", one, answer) for one, answer in zip(probe, ("有。", "右侧。"), strict=True)
    ]
    assert consistency(asked) == Share(1, 2)


def test_the_other_question_is_none_that_training_uses() -> None:
    used = (*questions.REPORT, *questions.NORMAL, *questions.SHORT, *questions.ENGLISH)
    assert Evaluate().another_question not in used
