from pathlib import Path

import pytest

from assistant.errors import AssistantError
from trainer.child import Ending
from trainer.endings import explain, refuse


@pytest.mark.parametrize(
    ("returncode", "tail", "code"),
    [
        (1, "OSError: [Errno 28] No space left on device", "TRN-303"),
        (1, "torch.OutOfMemoryError: CUDA out of memory. Tried to allocate", "TRN-302"),
        (1, "RuntimeError: DefaultCPUAllocator: can't allocate memory", "TRN-302"),
        (-9, "", "TRN-302"),
        (1, "traceback : Signal 9 (SIGKILL) received by PID 4711", "TRN-302"),
        (1, "ValueError: Undefined dataset nothing in dataset_info.json", "TRN-304"),
    ],
)
def test_why_it_ended(tmp_path: Path, returncode: int, tail: str, code: str) -> None:
    log = tmp_path / "x.log"
    log.write_text(f"Loading\n{tail}\n", encoding="utf-8")
    error = explain(returncode, log, what="训练")
    assert error.code == code
    assert error.message.startswith("训练")
    assert error.next_step
    if code == "TRN-304":
        assert "Undefined dataset" in error.message
        assert "x.log" in error.next_step


@pytest.mark.parametrize(
    ("arguments", "advice"),
    [
        ({"per_device_train_batch_size": 4, "gradient_accumulation_steps": 2}, "从 4 改为 2"),
        ({"per_device_train_batch_size": 4, "gradient_accumulation_steps": 2}, "从 2 改为 4"),
        ({}, "从 8 改为 4"),
        (
            {"per_device_train_batch_size": 1, "disable_gradient_checkpointing": True},
            "去掉 disable_gradient_checkpointing",
        ),
        ({"per_device_train_batch_size": 1}, "image_max_pixels"),
        ({"per_device_train_batch_size": 1, "image_max_pixels": 9}, "qlora_8gb"),
        (
            {"per_device_train_batch_size": 1, "image_max_pixels": 9, "quantization_bit": 4},
            "image_max_pixels 从 9 减小",
        ),
    ],
)
def test_out_of_memory_names_what_to_change(
    tmp_path: Path, arguments: dict[str, object], advice: str
) -> None:
    error = explain(-9, tmp_path / "none", what="训练", arguments=arguments)
    assert error.code == "TRN-302"
    assert advice in error.next_step
    assert "cutoff_len" not in error.next_step  # it might cut the pictures


def test_what_an_earlier_run_died_of_explains_nothing(tmp_path: Path) -> None:
    log = tmp_path / "x.log"
    log.write_bytes("显存：CUDA out of memory\n".encode())
    start = log.stat().st_size
    with log.open("ab") as file:
        file.write(b"ValueError: no valid samples\n")
    with pytest.raises(AssistantError, match="no valid samples") as caught:
        refuse(Ending(1, 1.0, 1, start), log, what="训练")
    assert caught.value.code == "TRN-304"
    assert "out of memory" not in caught.value.detail


def test_a_good_ending_is_not_refused(tmp_path: Path) -> None:
    refuse(Ending(0, 1.0, 1), tmp_path / "none", what="合并")
    with pytest.raises(AssistantError):
        refuse(Ending(3, 1.0, 1), tmp_path / "none", what="合并")
