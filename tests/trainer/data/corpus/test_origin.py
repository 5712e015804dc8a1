from collections import Counter

import pytest

from assistant.errors import AssistantError
from trainer.data.corpus.origin import Origin, name_in, need_fit, origin_of, unnamed
from trainer.data.corpus.row import Judged, RawRow, Stored

PATTERN = r"^(vol\d+)?_"


def origin(id_: str, case: str = "", *, key: bytes = b"k", identity: bytes = b"") -> Origin:
    raw = RawRow("f", 0, id_, case=case)
    return origin_of(Judged(raw, pictures=(Stored(key * 16, b"", 0, identity),)), PATTERN)


def test_a_case_and_an_id_both_hold() -> None:
    both, other = origin("vol1_2", "P1"), origin("vol2_2", "P1")
    assert both.number == other.number
    assert both.told == other.told == "case+id"
    assert len({*both.ties, *other.ties}) == 3
    # The ids of one source call a patient what a column of another does.
    assert set(origin("vol1_7").ties) == set(origin("7", "vol1").ties)
    assert origin("vol1_7").told == "id"


def test_without_a_name_it_is_the_picture() -> None:
    for id_ in ("7", "_7"):
        assert origin(id_) == Origin(int.from_bytes(b"k" * 8, "big"), (), "")


def test_a_file_ties_what_its_windows_part() -> None:
    lung, brain = (origin("7", key=key, identity=b"hu") for key in (b"l", b"b"))
    assert lung.number != brain.number
    assert lung.ties == brain.ties != ()


@pytest.mark.parametrize(
    ("pattern", "id_", "name"),
    [(None, "a", ""), ("a.", "xabc", "ab"), ("a(.)", "xabc", "b"), ("a", "b", ""), ("b*", "a", "")],
)
def test_a_name_in_an_id(pattern: str | None, id_: str, name: str) -> None:
    assert name_in(pattern, id_) == name


def test_rows_that_should_have_a_name() -> None:
    told = Counter({"0:id": 5, "0:": 2, "1:": 3, "2:case": 1})
    assert unnamed(told, "x") == {"0": 2, "1": 3}
    assert unnamed(told, None) == {"0": 2}
    assert unnamed(Counter({"0:": 3}), None) == {}


def test_a_pattern_that_finds_nothing_is_refused() -> None:
    for fine in ({"0:": 3, "1:case+id": 1}, {"0:": 3, "1:id": 1}, {"0:case": 3}, {}):
        need_fit(Counter(fine), "x")
    need_fit(Counter({"0:": 3}), None)
    with pytest.raises(AssistantError, match=r"sources\.1 的 3 行") as caught:
        need_fit(Counter({"0:case": 3, "1:": 3}), "x")
    assert caught.value.code == "TRN-514"
