from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.batch.ledger import Ledger, Member, open_ledger
from assistant.batch.plan import Entry
from assistant.batch.stacks import Stack, stacks
from assistant.imaging.slice import Slice

AXIAL = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0)
CORONAL = (1.0, 0.0, 0.0, 0.0, 0.0, -1.0)


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with open_ledger(tmp_path) as ledger:
        yield ledger


def note(ledger: Ledger, **places: Slice) -> list[tuple[list[str], list[str]]]:
    ledger.plan(Entry(Path(name), name) for name in places)
    for name, place in places.items():
        ledger.note(name, f"sha-{name}", place)
    return [
        ([member.name for member in stack.members], [notice.code for notice in stack.notices])
        for stack in stacks(ledger)
    ]


def at(position: float | None, uid: str = "s", turned: tuple[float, ...] | None = AXIAL) -> Slice:
    return Slice(series_uid=uid, orientation=turned, position_mm=position)


def test_series_are_sorted_by_position(ledger: Ledger):
    assert note(ledger, a=at(20.0), b=at(0.0), c=at(10.0)) == [(["b", "c", "a"], [])]


def test_gaps_duplicates_and_mixed_orientation_are_reported(ledger: Ledger):
    found = note(
        ledger, a=at(0.0), b=at(5.0), c=at(5.0), d=at(10.0), e=at(25.0), f=at(1.0, turned=CORONAL),
    )  # fmt: skip
    assert found == [
        (["a", "b", "c", "d", "e"], ["BAT-141", "IMG-221", "IMG-222"]),
        (["f"], ["BAT-141"]),
    ]


def test_what_has_no_series_stands_alone(ledger: Ledger):
    found = note(ledger, a=at(None, uid="", turned=None), b=at(None, uid="", turned=None))
    assert found == [(["a"], []), (["b"], [])]


@pytest.mark.parametrize(
    ("count", "most", "chosen"),
    [(9, 3, [1, 4, 7]), (2, 3, [0, 1]), (1, 1, [0]), (10, 1, [5]), (100, 4, [12, 37, 62, 87])],
)
def test_representatives_are_evenly_spread(count: int, most: int, chosen: list[int]):
    members = tuple(Member(str(number), "", Slice()) for number in range(count))
    assert [int(m.name) for m in Stack(members).representatives(most)] == chosen
