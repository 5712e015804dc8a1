import pytest

from assistant.report.places import joined_before, places_of
from assistant.report.tokens import tokenize


def places(clause: str) -> list[tuple[str, str, str]]:
    return [(p.side, p.organ, p.site) for p in places_of(clause, tuple(tokenize(clause)))]


@pytest.mark.parametrize(
    ("clause", "expected"),
    [
        ("左肺上叶", [("左", "肺", "肺上叶")]),
        ("左侧额叶及颞叶", [("左", "脑", "额叶"), ("左", "脑", "颞叶")]),
        ("左侧额叶及右侧颞叶", [("左", "脑", "额叶"), ("右", "脑", "颞叶")]),
        ("左肺下叶背段胸膜下", [("左", "肺", "肺下叶")]),
        ("肝、左肾", [("", "肝", ""), ("左", "肾", "")]),
        ("右侧颞部颅骨内板下", [("右", "脑", "颞部")]),
        ("左侧", [("左", "", "")]),
        ("", []),
    ],
)
def test_places(clause: str, expected: list[tuple[str, str, str]]):
    assert places(clause) == expected


@pytest.mark.parametrize(
    ("clause", "count"),
    [("肝、左肾", 2), ("肝脏见占位左肾", 1), ("左肺上叶尖后段及右肺下叶", 2)],
)
def test_joined(clause: str, count: int):
    found = places_of(clause, tuple(tokenize(clause)))
    assert len(list(joined_before(clause, found, len(found) - 1))) == count
