import json
from pathlib import Path

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
