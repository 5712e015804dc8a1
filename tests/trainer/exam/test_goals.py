from dataclasses import replace

import pytest

from assistant.report.finding import Finding
from tests.trainer.exam.examination import CASES, REPORTS, SETTINGS
from trainer.data.phantom.labels import TIER_ONE
from trainer.exam.goal_page import goal_table, sign_table, untaught
from trainer.exam.goals import Goal, f1_over, goals_of, lost, restricted
from trainer.exam.result import Examination, assess, graded, standing
from trainer.exam.sitting import Sheet
from trainer.metrics.details import Graded, grade
from trainer.metrics.share import Measure, Share
from trainer.metrics.verdict import Known

TEXTS = tuple(REPORTS.values())


def examined(texts: tuple[str, ...] = TEXTS) -> Examination:
    sheet = Sheet(reports=texts, blank="胸部CT未见明显异常。", strangers=("这不是CT图像。",))
    last = standing("int4", "INT4", "", graded(CASES, texts))
    return assess(CASES, sheet, [last], SETTINGS)


def by_name(goals: list[Goal]) -> dict[str, Goal]:
    return {goal.name: goal for goal in goals}


def test_every_goal_is_held_against_what_was_counted():
    goals = by_name(goals_of(examined()))
    assert len(goals) == 12
    sides = goals["侧别错误"]
    assert (sides.figure.value, sides.met) == (0.5, False)
    assert goals["部位正确"].met is True
    assert goals["非 CT 被拒绝"].figure == Share(1, 1)
    normal = goals["正常判为正常"]
    assert (normal.figure, normal.met) == (Share(1, 2), False)


@pytest.mark.parametrize(
    ("figure", "at_least", "met"),
    [
        (Share(95, 100), True, True),
        (Share(94, 100), True, False),
        (Share(95, 100), False, True),
        (Share(96, 100), False, False),
        (Share(0, 0), True, None),
        (None, True, None),
    ],
)
def test_a_goal_is_met_by_the_figure_itself(figure, at_least, met):
    assert Goal("", figure, 0.95, at_least=at_least).met is met


def test_small_and_faint_lesions_are_counted_by_their_slices():
    goals = by_name(goals_of(examined()))
    small = goals["第一层征象 F1，含 ≤ 15 mm 病灶的层面"]
    assert (small.figure.of, small.figure.value) == (1, 1.0)
    assert goals["第一层征象 F1，含对比 < 20 灰阶病灶的层面"].met is None


def test_other_signs_neither_help_nor_harm():
    text = "检查所见：胸部CT：右侧气胸。左侧见肺气肿。\n诊断意见：右侧气胸，左肺肺气肿。"
    known = Known("胸部", (Finding("肺气肿", "", "左"), Finding("气胸", "", "右")))
    one = grade(known, (None, 70.0), text)
    kept = restricted(one, frozenset({"气胸"}))
    assert [f.sign for f in kept.known.findings] == ["气胸"]
    assert [f.sign for f in kept.verdict.stated] == ["气胸"]
    assert kept.contrasts == (70.0,)
    assert f1_over([one], ("气胸",)).value == 1.0
    missed = grade(known, (None, 70.0), "检查所见：胸部CT：右侧气胸。\n诊断意见：右侧气胸。")
    assert f1_over([missed], ("气胸",)).value == 1.0
    assert f1_over([missed], ("气胸", "肺气肿")).value < 1.0


def test_what_quantising_costs_and_that_it_was_not_measured():
    answers: tuple[Graded, ...] = examined().answers
    worse = tuple(grade(one.known, one.contrasts, "胸部CT未见明显异常。") for one in answers)
    cost = lost(answers, worse, ("bf16", "INT4"))
    assert cost.figure is not None
    assert cost.figure.value > 0.01
    assert cost.met is False
    same = lost(answers, answers, ("bf16", "INT4"))
    assert replace(same, figure=None).met is None
    assert same.met is True
    assert lost((), answers, ("bf16", "INT4")).met is None


def test_the_table_says_what_was_reached_what_was_not_and_what_was_not_measured():
    goals = [
        Goal("甲", Share(99, 100), 0.95),
        Goal("乙", Share(90, 100), 0.95),
        Goal("丙", None, 0.01, at_least=False, why="没有文件夹"),
        Goal("丁", Measure(0.4, 0.3, 0.5, 20), 0.3, at_least=False, unit="s"),
    ]
    rows = goal_table(goals)[2:]
    assert rows[0].endswith("| 100 | ≥ 95.0% | 达到 |")
    assert rows[1].endswith("| **未达到** |")
    assert rows[2].endswith("| — | — | 0 | ≤ 1.0% | 未测（没有文件夹） |")
    assert rows[3] == "| 丁 | 0.400 s | 0.300–0.500 s | 20 | ≤ 0.3 s | **未达到** |"


def test_what_was_never_taught_is_named():
    taught = [sign for sign in TIER_ONE if sign != "肺结节"]
    assert "没有教过的第一层征象：肺结节。" in untaught(taught)
    assert "都教过" in untaught(TIER_ONE)
    rows = sign_table(examined().details.signs, ("胸腔积液",))
    assert any(row.startswith("| 胸腔积液 | 是 | 1 | 1 | 0 | 0 | 100.0% |") for row in rows)
    assert any(row.startswith("| 气胸 | 否 |") for row in rows)
