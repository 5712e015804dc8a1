"""Questions in people's own words are drawn for the picture and judged by it."""

import importlib.util
import sys
from types import ModuleType

import pytest

from assistant.places import CHECKOUT
from assistant.report.finding import Finding
from trainer.exam.paper import Case
from trainer.metrics.verdict import Known

PRESENT, ABSENT, UNKNOWN = "有的", "没有的", "没有学过的"

BLEED = Case(Known("头颅", (Finding("脑出血", "基底节区", "左"),)), None, (), "")
HIP = Case(Known("盆腔", ()), None, (), "")


@pytest.fixture(scope="module")
def words() -> ModuleType:
    path = CHECKOUT / "benchmarks" / "own_words.py"
    spec = importlib.util.spec_from_file_location("own_words", path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    ("kind", "answer", "right"),
    [
        (PRESENT, "有。左侧基底节区脑出血，约30mm。", True),
        (PRESENT, "没有，未见出血。", False),
        (PRESENT, "有。脑积水，轻度。", False),
        (ABSENT, "没有，未见出血。", True),
        (ABSENT, "有。脑积水，轻度。", False),
        (UNKNOWN, "这超出本演示模型所学，请由医生判读。", True),
        (UNKNOWN, "有。左侧基底节区脑出血，约30mm。", False),
    ],
)
def test_an_answer_is_judged_by_the_truth_and_about_the_sign_asked_for(words, kind, answer, right):
    signs = frozenset() if kind == UNKNOWN else frozenset({"脑出血", "硬膜下血肿"})
    assert words.Asked(kind, "出血", signs).right(answer) is right


def test_every_kind_is_asked_and_means_what_the_picture_shows_or_does_not(words):
    drawn = [words.draw_question(BLEED, ("脑出血",), seed) for seed in range(60)]
    assert {asked.kind for asked in drawn} == set(words.KINDS)
    for asked in drawn:
        assert ("脑出血" in asked.signs) is (asked.kind == PRESENT)
    assert {words.draw_question(HIP, (), seed).kind for seed in range(9)} == {UNKNOWN}


def test_the_table_counts_both_turns_of_every_kind(words):
    asked = [
        words.Asked(PRESENT, "出血", frozenset({"脑出血"})),
        words.Asked(UNKNOWN, "骨折", frozenset()),
    ]
    told = [("有。左侧脑出血。", "未见出血。"), ("请医生判读。", "请医生判读。")]
    lines = words.table(asked, told)
    assert [line.split("|")[1].strip() for line in lines[2:]] == [PRESENT, UNKNOWN, "全部"]
    assert "100.0%" in lines[2].split("|")[3]
    assert "50.0%" in lines[-1].split("|")[4]
