from pathlib import Path

import pytest

from assistant.people.roll import Person, Roll
from assistant.people.visits import IDLE_S, LONGEST_S, Visits


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def roll(tmp_path: Path) -> Roll:
    roll = Roll(tmp_path)
    roll.add("anna", "a good password")
    return roll


@pytest.fixture
def anna(roll: Roll) -> Person:
    found = roll.find("anna")
    assert found is not None
    return found


def test_a_token_is_its_persons_and_no_other_is_anybodys(roll: Roll, anna: Person) -> None:
    visits = Visits(roll)
    tokens = {visits.begin(anna) for _ in range(3)}
    assert len(tokens) == 3
    assert all(visits.of(token) == anna for token in tokens)
    for invented in ("", "0" * 64, "é" * 64, next(iter(tokens))[:-1]):
        assert visits.of(invented) is None


def test_logging_out_ends_one_visit(roll: Roll, anna: Person) -> None:
    visits = Visits(roll)
    one, two = visits.begin(anna), visits.begin(anna)
    visits.end(one)
    assert visits.of(one) is None
    assert visits.of(two) == anna


def test_an_idle_visit_ends_and_a_busy_one_after_a_week(roll: Roll, anna: Person) -> None:
    clock = Clock()
    visits = Visits(roll, clock)
    idle, busy = visits.begin(anna), visits.begin(anna)
    while clock.now < LONGEST_S - IDLE_S:
        clock.now += IDLE_S - 1
        assert visits.of(busy) == anna
    assert visits.of(idle) is None
    clock.now = LONGEST_S + 1
    assert visits.of(busy) is None


def test_who_is_removed_or_gets_another_password_is_out(roll: Roll, anna: Person) -> None:
    visits = Visits(roll)
    token = visits.begin(anna)
    roll.remove("anna")
    assert visits.of(token) is None
    token = visits.begin(roll.add("anna", "a good password"))
    assert visits.of(token) is not None
    roll.remove("anna")
    roll.add("anna", "another password")
    assert visits.of(token) is None
