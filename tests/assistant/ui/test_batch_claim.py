from dataclasses import replace
from pathlib import Path

import pytest

from assistant.batch.database import LEDGER
from assistant.errors import AssistantError
from assistant.people.password import Secret
from assistant.people.roll import Person
from assistant.ui.batch_claim import MARK, claim_results

NOTHING = Secret(2, 1, 1, "", "")
ANNA = Person("a1" * 16, "anna", True, NOTHING)
BO = Person("b0" * 16, "bo", False, NOTHING)


def refusal(folder: Path, person: Person) -> str:
    with pytest.raises(AssistantError) as caught:
        claim_results(folder, person)
    return caught.value.code


def test_an_empty_folder_becomes_theirs_and_stays_it(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "results"
    for _ in range(2):
        claim_results(folder, BO)
    assert "bo" not in (folder / MARK).read_text("utf-8")
    assert refusal(folder, replace(BO, id="b1" * 16)) == "BAT-117"
    assert refusal(folder, ANNA) == "BAT-117"


def test_results_without_a_name_are_an_administrators_to_take(tmp_path: Path) -> None:
    (tmp_path / LEDGER).touch()
    assert refusal(tmp_path, BO) == "BAT-117"
    claim_results(tmp_path, ANNA)
    assert refusal(tmp_path, BO) == "BAT-117"


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert refusal(tmp_path / "file" / "results", BO) == "BAT-118"
