import json
from pathlib import Path

import pytest

from assistant.errors import AssistantError
from trainer.llamafactory import Step, explain, last_checkpoint, read_steps, refuse_nan


@pytest.mark.parametrize(
    ("returncode", "tail", "code"),
    [
        (1, "OSError: [Errno 28] No space left on device", "TRN-303"),
        (1, "torch.OutOfMemoryError: CUDA out of memory. Tried to allocate", "TRN-302"),
        (1, "RuntimeError: DefaultCPUAllocator: can't allocate memory", "TRN-302"),
        (-9, "", "TRN-302"),
        (1, "ValueError: Undefined dataset nothing in dataset_info.json", "TRN-304"),
    ],
)
def test_why_it_ended(tmp_path: Path, returncode: int, tail: str, code: str) -> None:
    log = tmp_path / "x.log"
    log.write_text(f"Loading\n{tail}\n", encoding="utf-8")
    error = explain(returncode, log)
    assert error.code == code
    assert error.next_step
    if code == "TRN-304":
        assert "Undefined dataset" in error.message


def test_the_last_whole_checkpoint_is_taken_and_half_ones_go(tmp_path: Path) -> None:
    for number in (2, 10):
        (tmp_path / f"checkpoint-{number}").mkdir()
        state = json.dumps({"global_step": number})
        (tmp_path / f"checkpoint-{number}" / "trainer_state.json").write_text(state)
    (tmp_path / "checkpoint-12").mkdir()
    (tmp_path / "checkpoint-12" / "model.safetensors").write_bytes(b"half")
    (tmp_path / "checkpoint-14").mkdir()
    (tmp_path / "checkpoint-14" / "trainer_state.json").write_text('{"global_st')
    assert last_checkpoint(tmp_path) == tmp_path / "checkpoint-10"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["checkpoint-10", "checkpoint-2"]


def test_no_checkpoint(tmp_path: Path) -> None:
    assert last_checkpoint(tmp_path) is None


def test_steps_of_the_log_and_a_line_being_written(tmp_path: Path) -> None:
    log = tmp_path / "trainer_log.jsonl"
    log.write_text(
        '{"current_steps": 1, "total_steps": 4, "loss": 2.5, "elapsed_time": "0:00:01"}\n'
        '{"current_steps": 2, "total_steps": 4, "loss": NaN}\n{"current_st',
        encoding="utf-8",
    )
    first, second = read_steps(log)
    assert first == Step(1, 4, 2.5, "0:00:01", "")
    refuse_nan(first)
    with pytest.raises(AssistantError) as caught:
        refuse_nan(second)
    assert caught.value.code == "TRN-301"
