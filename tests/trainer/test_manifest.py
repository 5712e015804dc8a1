import errno
from pathlib import Path

import pytest

from assistant.errors import AssistantError
from trainer.manifest import INTENTION, MANIFEST, begin, read_manifest


def _finish(folder: Path, *, inputs: dict[str, str], text: str = "weights") -> None:
    job = begin(folder, "base", inputs=inputs, config={"lr": 0.1})
    (job.folder / "model.bin").write_text(text, encoding="utf-8")
    job.finish([job.folder / "model.bin"])


def test_a_finished_stage_is_not_done_again(tmp_path: Path) -> None:
    _finish(tmp_path / "base", inputs={"synth": "a"})
    job = begin(tmp_path / "base", "base", inputs={"synth": "a"}, config={"lr": 0.1})
    assert job.done is not None
    assert (tmp_path / "base" / "model.bin").is_file()


@pytest.mark.parametrize(
    ("inputs", "config"), [({"synth": "b"}, {"lr": 0.1}), ({"synth": "a"}, {"lr": 0.2})]
)
def test_other_inputs_or_config_start_from_an_empty_folder(
    tmp_path: Path, inputs: dict[str, str], config: dict[str, float]
) -> None:
    _finish(tmp_path / "base", inputs={"synth": "a"})
    job = begin(tmp_path / "base", "base", inputs=inputs, config=dict(config))
    assert job.done is None
    assert not job.resumed
    assert not (job.folder / "model.bin").exists()


@pytest.mark.parametrize("damage", ["altered", "removed"])
def test_a_damaged_output_is_made_again(tmp_path: Path, damage: str) -> None:
    _finish(tmp_path / "base", inputs={})
    output = tmp_path / "base" / "model.bin"
    if damage == "altered":
        output.write_text("WEIGHTS", encoding="utf-8")
    else:
        output.unlink()
    assert begin(tmp_path / "base", "base", inputs={}, config={"lr": 0.1}).done is None


def test_a_killed_run_goes_on_only_with_the_same_intention(tmp_path: Path) -> None:
    first = begin(tmp_path / "base", "base", inputs={}, config={"lr": 0.1})
    (first.folder / "checkpoint").write_text("half", encoding="utf-8")
    again = begin(tmp_path / "base", "base", inputs={}, config={"lr": 0.1})
    assert again.resumed
    assert (again.folder / "checkpoint").is_file()
    other = begin(tmp_path / "base", "base", inputs={}, config={"lr": 0.3})
    assert not other.resumed
    assert not (other.folder / "checkpoint").exists()


def test_a_stranger_s_folder_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.docx").write_text("mine", encoding="utf-8")
    with pytest.raises(AssistantError) as caught:
        begin(tmp_path, "base", inputs={}, config={})
    assert caught.value.code == "TRN-121"
    assert (tmp_path / "thesis.docx").is_file()


def test_a_disk_that_was_full_at_the_start_leaves_no_stranger(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(path: Path, *_: object, **__: object) -> None:
        path.touch()
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(Path, "write_text", full)
        with pytest.raises(OSError, match="No space"):
            begin(tmp_path / "base", "base", inputs={}, config={})
    _finish(tmp_path / "base", inputs={})
    assert [path.name for path in (tmp_path / "base").glob(".*")] == []


def test_the_manifest_tells_what_it_was_made_of(tmp_path: Path) -> None:
    _finish(tmp_path / "a", inputs={"synth": "s"})
    _finish(tmp_path / "b", inputs={"synth": "s"}, text="other weights")
    a, b = read_manifest(tmp_path / "a"), read_manifest(tmp_path / "b")
    assert a is not None
    assert b is not None
    assert a.inputs == {"synth": "s"}
    assert set(a.outputs) == {"model.bin"}
    assert a.versions["numpy"]
    assert a.digest != b.digest
    assert not (tmp_path / "a" / INTENTION).exists()


def test_a_broken_manifest_is_none(tmp_path: Path) -> None:
    (tmp_path / MANIFEST).write_text("{", encoding="utf-8")
    assert read_manifest(tmp_path) is None


def test_what_the_stage_keeps_for_itself_is_no_output(tmp_path: Path) -> None:
    job = begin(tmp_path / "sft", "sft", inputs={}, config={})
    (job.folder / "model.bin").write_text("weights", encoding="utf-8")
    manifest = job.finish(job.folder.iterdir())
    assert set(manifest.outputs) == {"model.bin"}
    assert begin(tmp_path / "sft", "sft", inputs={}, config={}).done == manifest
