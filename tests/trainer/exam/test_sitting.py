from pathlib import Path

import pytest

from tests.trainer.exam.examination import CASES, REPORTS, SETTINGS, Model, Sure, candidate, picture
from trainer.exam.followups import WHERE


def test_every_question_is_asked_once(tmp_path: Path) -> None:
    model = Sure()
    sitter = candidate(lambda: model, tmp_path / "answers.jsonl")
    sheet = sitter.sit(CASES, [picture("stranger")])
    sitter.close()
    assert model.closed == 1
    assert sheet.reports == tuple(REPORTS[case.picture.sha256] for case in CASES)
    assert sheet.strangers == ("这不是CT图像。",)
    assert sheet.rephrased == sheet.reports[:2]
    assert sheet.abnormal == (0.9, 0.8, 0.1, 0.95)
    questions = [probe.question for _, probe, _ in sheet.follow_ups]
    assert questions == [
        *("有胸腔积液吗？", "有没有积液？", WHERE, "有气胸吗？", "有没有积气？", WHERE),
        *("有气胸吗？", "有没有积气？", "有气胸吗？", "有没有积气？", WHERE),
    ]
    # reports, blank and stranger in the default words; two in others; four chances
    assert model.asked.count("请写报告") == 6
    assert model.asked.count(SETTINGS.another_question) == 2
    assert model.asked.count("P") == 4


def test_an_engine_without_probabilities_gives_none(tmp_path: Path) -> None:
    sheet = candidate(Model, tmp_path / "answers.jsonl").sit(CASES, [])
    assert sheet.abnormal == ()


@pytest.mark.parametrize("dies_at", [0, 2, 5, 9])
def test_a_killed_examination_goes_on_where_it_stopped(tmp_path: Path, dies_at: int) -> None:
    path = tmp_path / "answers.jsonl"
    killed, second, whole = Sure(dies_at), Sure(), Sure()
    with pytest.raises(KeyboardInterrupt):
        candidate(lambda: killed, path).sit(CASES, [])
    sheet = candidate(lambda: second, path).sit(CASES, [])
    assert len(killed.asked) == dies_at
    assert sheet == candidate(lambda: whole, tmp_path / "other.jsonl").sit(CASES, [])
    assert killed.asked + second.asked == whole.asked


def test_an_answered_examination_loads_no_model(tmp_path: Path) -> None:
    path = tmp_path / "answers.jsonl"
    sheet = candidate(Sure, path).sit(CASES, [])

    def load() -> Model:
        raise AssertionError("loaded")

    sitter = candidate(load, path)
    assert sitter.sit(CASES, []) == sheet
    sitter.close()


def test_no_more_is_asked_than_the_settings_say(tmp_path: Path) -> None:
    model = Sure()
    frugal = SETTINGS.model_copy(update={"rephrased": 0, "follow_ups": 1})
    sheet = candidate(lambda: model, tmp_path / "answers.jsonl", frugal).sit(CASES, [])
    assert sheet.rephrased == ()
    assert len(sheet.follow_ups) == 3
