from pathlib import Path

import pytest
from rich.console import Console

from assistant.errors import AssistantError
from assistant.places import CONFIGS
from trainer.child import Ending
from trainer.config import load_pipeline
from trainer.manifest import begin
from trainer.stages import merge
from trainer.stages.merge import refuse_difference
from trainer.workspace import Workspace


@pytest.mark.parametrize(("error", "effect"), [(1e-7, 0.2), (0.02, 0.2), (1e-7, 0.0)])
def test_rounding_is_not_refused(error: float, effect: float) -> None:
    refuse_difference({"logits_error": error, "adapter_effect": effect}, 0.03)


@pytest.mark.parametrize(
    ("error", "effect"), [(0.04, 0.2), (0.02, 0.01), (float("nan"), 0.2), (0.04, 0.0)]
)
def test_a_merge_that_changed_or_lost_something_is_refused(error: float, effect: float) -> None:
    with pytest.raises(AssistantError) as caught:
        refuse_difference({"logits_error": error, "adapter_effect": effect}, 0.03)
    assert caught.value.code == "TRN-403"


def test_a_card_that_was_corrected_is_written_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[str] = []

    def export(weights: Path, adapter: Path | None, merged: Path, *, template: str) -> Ending:
        merged.mkdir(parents=True)
        (merged / "model.safetensors").write_bytes(b"x")
        made.append(template)
        return Ending(0, 1.0, 1)

    monkeypatch.setattr(merge, "merge", export)
    figures = {"logits_error": 0.0, "adapter_effect": 0.1}
    monkeypatch.setattr(merge, "compare", lambda *_: figures)
    pipeline = load_pipeline(CONFIGS / "train" / "tiny.yaml")
    for stage in ("base", *(f"sft/{Path(name).stem}" for name in pipeline.sft)):
        job = begin(tmp_path / stage, stage, inputs={}, config={})
        (job.folder / "weights.bin").write_text(stage)
        job.finish([job.folder])
    card = pipeline.card.model_copy(update={"limits": "不得用于儿童。"})
    for one in (pipeline, pipeline, pipeline.model_copy(update={"card": card})):
        merge.run(Workspace(one, CONFIGS / "train", tmp_path, Console(quiet=True)))
    assert made == ["qwen2_vl"] * 2
    assert "不得用于儿童" in (tmp_path / "merge/model/model.json").read_text(encoding="utf-8")
