import contextlib
import io
from pathlib import Path

import pytest
import yaml
from rich.console import Console

from assistant.places import CONFIGS
from trainer.config import load_pipeline
from trainer.manifest import begin
from trainer.progress import Step
from trainer.stages import sft
from trainer.workspace import Workspace


@pytest.fixture
def work(tmp_path: Path) -> Workspace:
    values = yaml.safe_load((CONFIGS / "train" / "tiny.yaml").read_text(encoding="utf-8"))
    for name in values["sft"]:
        (tmp_path / name).write_bytes((CONFIGS / "train" / name).read_bytes())
    (tmp_path / "tiny.yaml").write_text(yaml.safe_dump(values, allow_unicode=True), "utf-8")
    console = Console(file=io.StringIO(), width=150, force_terminal=True)
    return Workspace(load_pipeline(tmp_path / "tiny.yaml"), tmp_path, tmp_path / "out", console)


def test_one_bar_with_loss_speed_and_time_left(work: Workspace) -> None:
    job = begin(work.folder("sft/tiny_full"), "sft/tiny_full", inputs={}, config={})
    with sft._shown(work, job, 16) as report:
        report(Step(5, 100, 2.5, 10.0))
        report(Step(15, 100, 1.25, 30.0))
        report(Step(100, 100, None, 31.0))  # the line that closes the log
    shown = work.console.file.getvalue()  # type: ignore[attr-defined]
    last = shown[shown.rindex("sft/tiny_full") :]
    assert "15/100 步" in last
    assert "损失 1.250 · 8.00 条/秒 · 还需 0:02:50" in last
    assert "第 15 步，损失 1.250" in (job.folder / sft.CURVE).read_text(encoding="utf-8")


def test_the_curve_is_drawn_when_it_fails_and_goes_on_from_a_checkpoint(work: Workspace) -> None:
    job = begin(work.folder("sft/x"), "sft/x", inputs={}, config={})
    with contextlib.suppress(RuntimeError), sft._shown(work, job, 1) as report:
        report(Step(1, 9, 3.0, 1.0))
        raise RuntimeError
    assert "第 1 步，损失 3.000" in (job.folder / sft.CURVE).read_text(encoding="utf-8")
    checkpoint = job.folder / "checkpoint-2"
    checkpoint.mkdir()
    (checkpoint / "trainer_state.json").write_text(
        '{"global_step": 2, "max_steps": 9, "log_history": [{"step": 1, "loss": 3.0}, '
        '{"step": 2, "loss": 2.5}]}'
    )
    again = begin(work.folder("sft/x"), "sft/x", inputs={}, config={})
    assert again.resumed
    with sft._shown(work, again, 1) as report:
        report(Step(3, 9, 2.0, 1.0))
    curve = (job.folder / sft.CURVE).read_text(encoding="utf-8")
    assert len(curve.split('points="')[1].split('"')[0].split()) == 3


def test_which_stages_hold_weights_and_adapter(work: Workspace) -> None:
    assert sft.model_and_adapter(work) == ("sft/tiny_full", "sft/tiny_lora")
    assert sft.template(work) == "qwen2_vl"
    alone = work.pipeline.model_copy(update={"sft": ("tiny_lora.yaml",)})
    one = Workspace(alone, work.configs, work.root, work.console)
    assert sft.model_and_adapter(one) == ("base", "sft/tiny_lora")
    full = work.pipeline.model_copy(update={"sft": ("tiny_full.yaml",)})
    whole = Workspace(full, work.configs, work.root, work.console)
    assert sft.model_and_adapter(whole) == ("sft/tiny_full", None)
