import json
import os
from pathlib import Path

import pytest

from assistant.errors import AssistantError
from trainer.progress import Step, StepReader, read_history, refuse_nan


def test_steps_of_the_log_and_a_line_being_written(tmp_path: Path) -> None:
    log = tmp_path / "trainer_log.jsonl"
    log.write_text(
        '{"current_steps": 1, "total_steps": 4, "loss": 2.5, "elapsed_time": "0:01:02"}\n'
        '{"current_steps": 2, "total_steps": 4, "loss": NaN}\n{"current_st',
        encoding="utf-8",
    )
    first, second = StepReader(log).new()
    assert first == Step(1, 4, 2.5, 62.0)
    refuse_nan(first)
    with pytest.raises(AssistantError) as caught:
        refuse_nan(second)
    assert caught.value.code == "TRN-301"
    assert "第 2 步" in caught.value.message


def test_only_what_is_new_is_read_of_a_log_that_grows_or_is_written_anew(tmp_path: Path) -> None:
    log = tmp_path / "trainer_log.jsonl"
    reader = StepReader(log)
    assert reader.new() == []
    log.write_bytes(b'{"current_steps": 1, "total_steps": 4}\n{"current_steps": 2,')
    assert [step.step for step in reader.new()] == [1]
    assert reader.new() == []
    with log.open("r+b") as file:
        file.write(b"x" * 20)  # read before: nobody looks at it again
        file.seek(0, os.SEEK_END)
        file.write(b' "total_steps": 4}\n{"current_steps": 3, "total_steps": 4}\n')
    assert [step.step for step in reader.new()] == [2, 3]
    log.write_bytes(b'{"current_steps": 1, "total_steps": 9}\n')
    assert [(step.step, step.steps) for step in reader.new()] == [(1, 9)]


def test_days_count(tmp_path: Path) -> None:
    log = tmp_path / "x"
    log.write_text(
        '{"current_steps": 1, "total_steps": 4, "elapsed_time": "1 day, 10:00:01"}\n'
        '{"current_steps": 2, "total_steps": 4, "elapsed_time": "2 days, 0:00:00"}\n'
    )
    assert [step.elapsed_s for step in StepReader(log).new()] == [34 * 3600 + 1, 48 * 3600]


def test_history_of_a_checkpoint(tmp_path: Path) -> None:
    history = [{"step": 1, "loss": 3.0}, {"step": 2, "eval_loss": 1.0}, {"step": 2, "loss": 2.0}]
    state = {"max_steps": 9, "log_history": history}
    (tmp_path / "trainer_state.json").write_text(json.dumps(state))
    assert read_history(tmp_path) == [Step(1, 9, 3.0, 0.0), Step(2, 9, 2.0, 0.0)]
    assert read_history(None) == []
    (tmp_path / "trainer_state.json").write_text("{")
    assert read_history(tmp_path) == []


def test_no_log(tmp_path: Path) -> None:
    assert StepReader(tmp_path / "none").new() == []
