import json
from pathlib import Path

import numpy as np
import pytest
from pydantic import ValidationError
from rich.console import Console
from rich.progress import Progress

from assistant.dialogue.prompts import load_prompts
from assistant.imaging.intake import read_slice
from assistant.report.lexicon import REGIONS
from trainer.data.phantom.labels import TIER_ONE, TIER_TWO, Label
from trainer.data.recipe import SynthConfig
from trainer.data.sample import make_sample, seed_of
from trainer.stages.synth import synth

TINY = SynthConfig(
    count=12, eval_count=3, size=96, shard=5, workers=1, dicom_count=6, dense_size=32, non_ct=0.2
)


def run(config: SynthConfig, out: Path) -> None:
    with Progress(console=Console(quiet=True)) as progress:
        synth(config, out, progress=progress)
        assert progress.finished


def content(out: Path) -> dict[str, bytes]:
    return {p.relative_to(out).as_posix(): p.read_bytes() for p in out.rglob("*") if p.is_file()}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("synth")
    run(TINY, out)
    return out


def test_every_row_has_its_picture_and_speaks_in_turn(made: Path):
    rows = json.loads((made / "mllm_data/mllm_data.json").read_text(encoding="utf-8"))
    assert len(rows) == TINY.count
    for row in rows:
        roles = [message["role"] for message in row["messages"]]
        assert roles == ["user", "assistant"] * (len(roles) // 2)
        assert row["messages"][0]["content"].startswith("<image>") == bool(row["images"])
        assert all((made / picture).is_file() for picture in row["images"])
    info = json.loads((made / "dataset_info.json").read_text(encoding="utf-8"))
    assert info["mllm_med"]["file_name"] == "mllm_data/mllm_data.json"


def test_truth_has_a_row_for_every_picture(made: Path):
    rows = [json.loads(line) for line in (made / "truth.jsonl").read_text("utf-8").splitlines()]
    assert len(rows) == TINY.count + TINY.eval_count
    assert len({row["seed"] for row in rows}) == len(rows)
    for row in rows:
        assert row["region"] is None or row["region"] in REGIONS
        if row["region"] not in (None, "非CT"):
            center, width = row["window"]
            assert width > 1
            assert -2000 < center < 2000


def test_dense_truth_matches_the_rows(made: Path):
    rows = [json.loads(line) for line in (made / "truth.jsonl").read_text("utf-8").splitlines()]
    slices = {Path(row["file"]).stem for row in rows if row["region"] not in (None, "非CT")}
    names: set[str] = set()
    for path in (made / "dense").glob("*.npz"):
        with np.load(path) as data:
            names |= set(data["names"].tolist())
            assert data["hu"].dtype == np.int16
            assert data["labels"].dtype == np.uint8
            assert data["hu"].shape == data["labels"].shape
            assert data["labels"].max() < len(Label)
    assert names == slices


def test_the_first_slices_are_readable_dicom(made: Path):
    files = sorted((made / "dicom").glob("*.dcm"))
    assert files
    assert read_slice(files[0]).hu is not None


def test_a_killed_run_goes_on_and_ends_with_the_same_bytes(made: Path, tmp_path: Path):
    run(TINY, tmp_path)
    before = content(tmp_path)
    assert before == content(made)
    (tmp_path / "shards" / "train-000005.json").unlink()
    (tmp_path / "mllm_data" / "mllm_data.json").unlink()
    untouched = tmp_path / "mllm_data" / "train-000000.jpg"
    stamp = untouched.stat().st_mtime_ns
    run(TINY, tmp_path)
    assert content(tmp_path) == before
    assert untouched.stat().st_mtime_ns == stamp


@pytest.mark.slow
def test_several_processes_make_the_same_bytes(made: Path, tmp_path: Path):
    run(TINY.model_copy(update={"workers": 2}), tmp_path)
    assert content(tmp_path) == content(made)


def test_the_splits_share_no_seed():
    train = {seed_of(TINY, "train", i) for i in range(20_000)}
    assert train.isdisjoint(seed_of(TINY, "eval", i) for i in range(20_000))
    other = TINY.model_copy(update={"seed": 1})
    assert train.isdisjoint(seed_of(other, "train", i) for i in range(20_000))


def test_a_row_does_not_depend_on_the_count():
    question = load_prompts().default_question
    first = make_sample(TINY, "train", 3, question)
    again = make_sample(TINY.model_copy(update={"count": 99, "shard": 2}), "train", 3, question)
    assert (first.jpeg, first.row) == (again.jpeg, again.row)


def test_every_sign_may_be_named():
    named = SynthConfig.model_validate({"signs": [*TIER_ONE, *TIER_TWO]})
    assert set(named.signs or ()) == {*TIER_ONE, *TIER_TWO}


@pytest.mark.parametrize(
    "wrong", [{"count": 0}, {"non_ct": 1.0}, {"normal": -0.1}, {"extra": 1}, {"signs": ["感冒"]}]
)
def test_a_wrong_config_is_refused(wrong):
    with pytest.raises(ValidationError):
        SynthConfig.model_validate(wrong)
