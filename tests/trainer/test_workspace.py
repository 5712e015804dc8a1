"""An output folder belongs to one training at a time, and is one that can be written."""

from pathlib import Path

import pytest

from assistant.errors import AssistantError
from trainer.workspace import claimed


def test_a_folder_is_claimed_once_at_a_time(tmp_path: Path) -> None:
    with claimed(tmp_path / "runs" / "demo"):
        with pytest.raises(AssistantError) as caught, claimed(tmp_path / "runs" / "demo"):
            pass
        assert caught.value.code == "TRN-123"
    with claimed(tmp_path / "runs" / "demo"):
        assert (tmp_path / "runs" / "demo").is_dir()


@pytest.mark.parametrize("place", ["thesis", "thesis/demo"])
def test_a_place_that_is_no_folder_is_told(tmp_path: Path, place: str) -> None:
    (tmp_path / "thesis").write_text("mine", encoding="utf-8")
    with pytest.raises(AssistantError) as caught, claimed(tmp_path / place):
        pass
    assert caught.value.code == "TRN-124"
    assert (tmp_path / "thesis").read_text(encoding="utf-8") == "mine"


def test_what_goes_wrong_in_a_claimed_folder_is_not_laid_to_it(tmp_path: Path) -> None:
    with pytest.raises(PermissionError), claimed(tmp_path / "demo"):
        raise PermissionError(tmp_path / "source")
