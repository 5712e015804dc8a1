from tests.trainer.exam.examination import CASES, REPORTS
from trainer.exam.gate import losses
from trainer.exam.result import graded
from trainer.exam.settings import Losses

GOOD = [REPORTS["effusion"], REPORTS["invented"], REPORTS["normal"], REPORTS["normal"]]
BAD = [REPORTS["normal"], REPORTS["normal"], REPORTS["normal"], REPORTS["normal"]]


def step(before: list[str], after: list[str], allowed: Losses):
    many = CASES * 10
    found = losses(("merged", "int4"), graded(many, before * 10), graded(many, after * 10), allowed)
    return {loss.metric: loss for loss in found}


def test_what_is_lost_is_measured_on_the_same_pictures() -> None:
    found = step(GOOD, BAD, Losses())
    assert found["right"].lost.value == 0.5
    assert found["f1"].lost.value == 1.0
    assert found["urgent"].lost.value == 1.0
    assert 0.3 < found["right"].lost.low < 0.5 < found["right"].lost.high < 0.7
    assert all(loss.failed for loss in found.values())


def test_nothing_lost_and_something_gained_pass() -> None:
    strict = Losses(right=0, f1=0, urgent=0)
    assert not any(loss.failed for loss in step(GOOD, GOOD, strict).values())
    assert not any(loss.failed for loss in step(BAD, GOOD, strict).values())
    assert step(BAD, GOOD, strict)["right"].lost.value == -0.5


def test_a_loss_up_to_what_is_allowed_passes() -> None:
    assert not step(GOOD, BAD, Losses(right=0.5))["right"].failed
    assert step(GOOD, BAD, Losses(right=0.49))["right"].failed


def test_too_few_pictures_are_told_and_do_not_bind() -> None:
    found = step(GOOD, BAD, Losses(least=41))["right"]
    assert not found.binding
    assert not found.failed
    assert found.lost.value == 0.5


def test_the_longer_is_cut_to_what_both_were_shown() -> None:
    (found, *_) = losses(
        ("merged", "int4"), graded(CASES[:2], GOOD[:2]), graded(CASES, GOOD), Losses()
    )
    assert (found.lost.of, found.lost.value) == (2, 0)
