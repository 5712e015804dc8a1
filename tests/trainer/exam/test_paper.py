import numpy as np

from assistant.report.findings import extract
from trainer.data.recipe import SynthConfig
from trainer.exam.paper import blank, draw_cases, draw_strangers, handed_in
from trainer.exam.settings import Evaluate
from trainer.metrics.verdict import judge

RECIPE = SynthConfig.model_validate({"size": 128, "count": 1})


def test_the_same_settings_give_the_same_slices_and_others_others() -> None:
    settings = Evaluate(pictures=6)
    first, again = list(draw_cases(settings, RECIPE)), list(draw_cases(settings, RECIPE))
    assert [case.picture.sha256 for case in first] == [case.picture.sha256 for case in again]
    other = draw_cases(Evaluate(pictures=6, seed=950_000_000), RECIPE)
    assert {case.picture.sha256 for case in first}.isdisjoint(c.picture.sha256 for c in other)


def test_truth_contrasts_and_reference_agree() -> None:
    cases = list(draw_cases(Evaluate(pictures=24), RECIPE))
    assert any(case.known.findings for case in cases)
    assert any(not case.known.findings for case in cases)
    for case in cases:
        assert len(case.contrasts) == len(case.known.findings)
        assert judge(case.known, case.reference).right, case.reference
        for finding, contrast in zip(case.known.findings, case.contrasts, strict=True):
            assert contrast is None or 0 < contrast <= 255, finding
        assert {f.sign for f in extract(case.reference) if f.status != "无"} == {
            f.sign for f in case.known.findings
        }


def test_strangers_and_the_black_picture() -> None:
    strangers = list(draw_strangers(Evaluate(strangers=3), RECIPE))
    assert len({one.sha256 for one in strangers}) == 3
    assert blank().pixels.max() == 0


def test_pictures_as_people_hand_them_in_differ_and_mean_the_same() -> None:
    cases = tuple(draw_cases(Evaluate(pictures=6), RECIPE))
    found = tuple(handed_in(cases, 3))
    assert [one.known for one in found] == [one.known for one in cases]
    for one, case in zip(found, cases, strict=True):
        assert one.picture.sha256 != case.picture.sha256
        assert one.picture.pixels.dtype == np.uint8
        assert one.picture.pixels.shape[2] == 3
    again = tuple(handed_in(cases, 3))
    assert [one.picture.sha256 for one in again] == [one.picture.sha256 for one in found]
