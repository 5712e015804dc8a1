"""The pipeline's data: prepared in its folder, and refused before training if it cannot examine."""

import io
from pathlib import Path

import pytest
import yaml
from rich.console import Console

from assistant.errors import AssistantError
from assistant.places import CONFIGS
from tests.trainer.medtrinity_rows import Maker, write_shards
from trainer.config import load_pipeline
from trainer.manifest import read_manifest
from trainer.stages import corpus
from trainer.workspace import Workspace


@pytest.fixture
def work(tmp_path: Path) -> Workspace:
    """English captions; the examination asks about phantoms."""
    write_shards(tmp_path / "shards", Maker().mixed(40))
    given = {"sources": [{"kind": "parquet", "path": "shards"}], "workers": 1, "name": "x"}
    given["split"] = {"validation": 0.2, "test": 0.2}
    (tmp_path / "prepare.yaml").write_text(yaml.safe_dump(given), encoding="utf-8")
    pipeline = load_pipeline(CONFIGS / "train" / "qwen2vl_2b.yaml")
    console = Console(file=io.StringIO(), width=200)
    return Workspace(pipeline, tmp_path, tmp_path / "run", console)


def test_data_are_prepared_in_the_pipeline_s_folder(work: Workspace) -> None:
    corpus.run(work)
    assert read_manifest(work.data) is not None
    assert (work.data / "mllm_data" / "mllm_data.json").is_file()


def test_nothing_to_examine_with_is_told_before_training(work: Workspace) -> None:
    exam = work.pipeline.evaluate.model_copy(update={"questions": "held_out"})
    pipeline = work.pipeline.model_copy(update={"evaluate": exam})
    with pytest.raises(AssistantError) as caught:
        corpus.run(Workspace(pipeline, work.configs, work.root, work.console))
    assert caught.value.code == "TRN-603"
    assert "evaluate.questions: phantoms" in caught.value.next_step
