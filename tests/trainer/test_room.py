"""How much room the checkpoints of a training take."""

from pathlib import Path

import pytest
import yaml
from rich.console import Console

from assistant.places import CONFIGS
from trainer.config import load_pipeline
from trainer.room import needed_bytes
from trainer.workspace import Workspace

GB = 10**9


def needed_gb(folder: Path, monkeypatch: pytest.MonkeyPatch, step: str) -> float:
    """Of a full fine-tuning of 1 GB of weights by a step's YAML, beyond what is spared."""
    values = yaml.safe_load((CONFIGS / "train" / "tiny.yaml").read_text(encoding="utf-8"))
    values |= {"sft": ["step.yaml"], "base": {"folder": str(folder)}}
    (folder / "wide.yaml").write_text(yaml.safe_dump(values, allow_unicode=True), "utf-8")
    (folder / "step.yaml").write_text(f"finetuning_type: full\n{step}", encoding="utf-8")
    monkeypatch.setattr("trainer.room.bytes_of", lambda _: GB)
    work = Workspace(
        load_pipeline(folder / "wide.yaml"), folder, folder / "out", Console(quiet=True)
    )
    return (needed_bytes(work, ("sft",)) - (1 << 30)) / GB


@pytest.mark.parametrize(
    ("step", "checkpoints"),
    [
        ("save_total_limit: 2", 3),
        ("save_total_limit: 2\nmax_steps: 1000\nsave_steps: 10", 3),
        ("", 5),
        ("save_total_limit: null", 5),
        ("save_total_limit: two", 5),  # told by the check of the arguments
        ("save_total_limit: null\nmax_steps: 1000\nsave_steps: 90", 12),
        ("save_total_limit: 0\nmax_steps: 1000", 2),
        ("save_total_limit: null\nsave_strategy: epoch\nnum_train_epochs: 7.0", 7),
        ("save_total_limit: null\nsave_strategy: no", 0),
    ],
)
def test_every_checkpoint_that_is_kept_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str, checkpoints: int
) -> None:
    found = needed_gb(tmp_path, monkeypatch, step)
    assert found == pytest.approx(1 + 5 * checkpoints)
