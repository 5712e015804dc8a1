import json
from pathlib import Path

import pytest

from trainer import llamafactory
from trainer.child import Ending
from trainer.llamafactory import last_checkpoint


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


@pytest.mark.parametrize(
    ("arguments", "module"),
    [
        ({}, "llamafactory.cli"),
        ({"use_cpu": True}, "trainer.on_cpu"),
        ({"quantization_bit": 4}, "trainer.in_4bit"),
    ],
)
def test_training_starts_by_the_command_line_that_fits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: dict[str, object], module: str
) -> None:
    started: list[str] = []

    def child(name: str, *_: object, **__: object) -> Ending:
        started.append(name)
        return Ending(0, 1.0, 1)

    monkeypatch.setattr(llamafactory, "run_child", child)
    llamafactory.train(dict(arguments), tmp_path, resume=False, report=lambda _: None)
    llamafactory.export(dict(arguments), tmp_path / "out")
    assert started == [module, "llamafactory.cli"]
