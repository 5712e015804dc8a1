import json
import os
import stat
from pathlib import Path

import pytest

from assistant.errors import AssistantError
from assistant.people import password as passwords
from assistant.people.roll import FILE, Roll

GOOD = "correct horse 电池"


@pytest.fixture
def roll(tmp_path: Path) -> Roll:
    return Roll(tmp_path)


def test_without_a_file_nobody_is_known_and_there_is_no_login(roll: Roll) -> None:
    assert roll.people() == ()
    assert roll.check("anna", GOOD) is None


def test_the_first_user_is_the_administrator_and_the_next_is_not(roll: Roll) -> None:
    assert roll.add("Anna", GOOD).admin
    assert not roll.add("王医生", GOOD).admin
    assert roll.add("cai", GOOD, admin=True).admin
    assert [one.name for one in roll.people()] == ["anna", "王医生", "cai"]


def test_only_the_right_password_of_the_right_name(roll: Roll) -> None:
    roll.add("anna", GOOD)
    roll.add("bo", "another password")
    found = roll.check(" ANNA ", GOOD)
    assert found is not None
    assert found.name == "anna"
    for name, word in [("anna", "another password"), ("bo", GOOD), ("anna", ""), ("x", GOOD)]:
        assert roll.check(name, word) is None


def test_another_process_sees_a_change_at_once(tmp_path: Path, roll: Roll) -> None:
    Roll(tmp_path).add("anna", GOOD)
    assert roll.find("anna") is not None
    Roll(tmp_path).remove("anna")
    assert roll.find("anna") is None


def test_the_file_holds_no_password_and_only_its_owner_reads_it(tmp_path: Path, roll: Roll) -> None:
    roll.add("anna", GOOD)
    roll.add("bo", GOOD)
    text = (tmp_path / FILE).read_text("utf-8")
    assert GOOD not in text
    one, two = json.loads(text)["users"]
    assert one["hash"] != two["hash"]
    assert [path.name for path in tmp_path.iterdir()] == [FILE]
    if os.name == "posix":
        assert stat.S_IMODE((tmp_path / FILE).stat().st_mode) == 0o600


def test_an_unknown_name_costs_a_hash_as_well(roll: Roll, monkeypatch: pytest.MonkeyPatch) -> None:
    roll.add("anna", GOOD)
    hashed: list[str] = []
    real = passwords._hash
    monkeypatch.setattr(
        passwords, "_hash", lambda word, *cost: hashed.append(str(cost[1:])) or real(word, *cost)
    )
    roll.check("anna", "wrong word")
    roll.check("nobody", "wrong word")
    assert len(hashed) == 2
    assert hashed[0] == hashed[1]


@pytest.mark.parametrize("name", ["", "a b", "../x", "a" * 33, "<b>", "a\n", "a/b"])
def test_impossible_names_are_refused(roll: Roll, name: str) -> None:
    if name == "a\n":
        name = "a\nb"
    with pytest.raises(AssistantError) as caught:
        roll.add(name, GOOD)
    assert caught.value.code == "ACC-102"


@pytest.mark.parametrize("word", ["", "1234567", "a" * 257, "ANNABELLA"])
def test_weak_passwords_are_refused(roll: Roll, word: str) -> None:
    with pytest.raises(AssistantError) as caught:
        roll.add("annabella", word)
    assert caught.value.code == "ACC-104"
    assert roll.people() == ()


def test_a_taken_name_an_unknown_one_and_the_last_administrator(roll: Roll) -> None:
    roll.add("anna", GOOD)
    roll.add("bo", GOOD)
    for act, code in [
        (lambda: roll.add("ANNA", GOOD), "ACC-103"),
        (lambda: roll.remove("cai"), "ACC-105"),
        (lambda: roll.remove("anna"), "ACC-107"),
    ]:
        with pytest.raises(AssistantError) as caught:
            act()
        assert caught.value.code == code
    roll.remove("bo")
    roll.remove("anna")
    assert roll.people() == ()


def test_a_new_password_replaces_the_old_one_and_nothing_else(roll: Roll) -> None:
    before = roll.add("anna", GOOD)
    roll.add("bo", GOOD)
    roll.change_password("Anna", "another password")
    after = roll.check("anna", "another password")
    assert after is not None
    assert (after.id, after.name, after.admin) == (before.id, "anna", True)
    assert roll.check("anna", GOOD) is None
    assert roll.check("bo", GOOD) is not None
    for name, word, code in [("cai", GOOD, "ACC-105"), ("anna", "short", "ACC-104")]:
        with pytest.raises(AssistantError) as caught:
            roll.change_password(name, word)
        assert caught.value.code == code


def test_a_later_user_of_the_same_name_is_somebody_else(roll: Roll) -> None:
    roll.add("anna", GOOD)
    first = roll.add("bo", GOOD)
    roll.remove("bo")
    assert roll.add("bo", GOOD).id != first.id


@pytest.mark.parametrize("text", ["", "{", "[]", '{"users": [{"name": "x"}]}', '{"more": 1}'])
def test_a_broken_file_lets_nobody_in(tmp_path: Path, roll: Roll, text: str) -> None:
    (tmp_path / FILE).write_text(text)
    for act in (roll.people, lambda: roll.check("anna", GOOD), lambda: roll.add("anna", GOOD)):
        with pytest.raises(AssistantError) as caught:
            act()
        assert caught.value.code == "ACC-101"
