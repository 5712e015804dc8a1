import json
from pathlib import Path

import pytest

from assistant.ui.samples import load_samples, read_sample


def test_without_samples_there_are_none(tmp_path: Path) -> None:
    assert load_samples(tmp_path) == ()


@pytest.mark.parametrize("listed", ["", "{}", '[{"title": 1}]', "["])
def test_a_list_that_cannot_be_read_is_none(tmp_path: Path, listed: str) -> None:
    (tmp_path / "samples.json").write_text(listed, encoding="utf-8")
    assert load_samples(tmp_path) == ()


def test_a_sample_is_read_by_its_title(tmp_path: Path) -> None:
    listed = [{"title": "肺结节", "files": ["a.dcm", "b.dcm"], "answer": "其他键不碍事"}]
    (tmp_path / "samples.json").write_text(json.dumps(listed), encoding="utf-8")
    (tmp_path / "a.dcm").write_bytes(b"a")
    (tmp_path / "b.dcm").write_bytes(b"b")
    assert [sample.title for sample in load_samples(tmp_path)] == ["肺结节"]
    assert read_sample("肺结节", tmp_path) == (b"a", b"b")
    with pytest.raises(StopIteration):
        read_sample("没有", tmp_path)
