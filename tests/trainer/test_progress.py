import json
from pathlib import Path

import pytest

from assistant.errors import AssistantError
from trainer.progress import Step, read_history, read_steps, refuse_nan


def test_steps_of_the_log_and_a_line_being_written(tmp_path: Path) -> None:
    log = tmp_path / "trainer_log.jsonl"
    log.write_text(
        '{"current_steps": 1, "total_steps": 4, "loss": 2.5, "elapsed_time": "0:01:02"}\n'
        '{"current_steps": 2, "total_steps": 4, "loss": NaN}\n{"current_st',
        encoding="utf-8",
    )
    first, second = read_steps(log)
    assert first == Step(1, 4, 2.5, 62.0)
    refuse_nan(first)
    with pytest.raises(AssistantError) as caught:
        refuse_nan(second)
    assert caught.value.code == "TRN-301"
    assert "第 2 步" in caught.value.message


def test_days_count(tmp_path: Path) -> None:
    log = tmp_path / "x"
    log.write_text(
        '{"current_steps": 1, "total_steps": 4, "elapsed_time": "1 day, 10:00:01"}\n'
        '{"current_steps": 2, "total_steps": 4, "elapsed_time": "2 days, 0:00:00"}\n'
    )
    assert [step.elapsed_s for step in read_steps(log)] == [34 * 3600 + 1, 48 * 3600]


def test_history_of_a_checkpoint(tmp_path: Path) -> None:
    history = [{"step": 1, "loss": 3.0}, {"step": 2, "eval_loss": 1.0}, {"step": 2, "loss": 2.0}]
    state = {"max_steps": 9, "log_history": history}
    (tmp_path / "trainer_state.json").write_text(json.dumps(state))
    assert read_history(tmp_path) == [Step(1, 9, 3.0, 0.0), Step(2, 9, 2.0, 0.0)]
    assert read_history(None) == []
    (tmp_path / "trainer_state.json").write_text("{")
    assert read_history(tmp_path) == []


def test_no_log(tmp_path: Path) -> None:
    assert read_steps(tmp_path / "none") == []
