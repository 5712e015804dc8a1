import time
from email.utils import formatdate

import pytest

from assistant.engine.failure import MOST_PAUSE_S, pause_asked_s


@pytest.mark.parametrize(
    ("header", "pause_s"),
    [
        ("3", 3.0),
        (" 2.5 ", 2.5),
        ("86400", MOST_PAUSE_S),
        ("inf", MOST_PAUSE_S),
        ("-3", 0.0),
        ("nan", 0.0),
        ("", 0.0),
        ("soon", 0.0),
        ("Fri, 31 Dec 9999 23:59:59 GMT", MOST_PAUSE_S),
        ("Thu, 01 Jan 1970 00:00:00 GMT", 0.0),
        ("Thu, 99 Jan 1970 00:00:00 GMT", 0.0),
    ],
)
def test_what_a_header_asks_for(header: str, pause_s: float):
    assert pause_asked_s(header) == pause_s


def test_a_date_is_so_far_away(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(time, "time", lambda: 1_000_000_000.0)
    assert pause_asked_s(formatdate(1_000_000_004, usegmt=True)) == 4.0
