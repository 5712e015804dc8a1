import time

from assistant.store.exchange import Heading
from assistant.ui.sidebar import talk_list

NOW = time.mktime((2026, 11, 28, 12, 0, 0, 0, 0, -1))


def test_conversations_stand_under_their_days() -> None:
    headings = [
        Heading("a", "今日", NOW),
        Heading("b", "前几天", NOW - 3 * 86400),
        Heading("c", "从前", NOW - 90 * 86400),
    ]
    shown = talk_list(headings, "b", frozenset("a"), now=NOW)
    places = [shown.index(word) for word in ("今天", "今日", "最近七天", "前几天", "更早", "从前")]
    assert places == sorted(places)
    assert 'class="talk opened" data-id="b"' in shown
    assert shown.count('class="dot"') == 1
    assert 'data-open="b"' in shown


def test_midnight_ends_a_day() -> None:
    midnight = time.mktime((2026, 11, 29, 0, 0, 0, 0, 0, -1))
    shown = talk_list([Heading("a", "昨晚", midnight - 1)], "", frozenset(), now=midnight)
    assert "最近七天" in shown
    assert "今天" not in shown


def test_a_title_cannot_be_markup() -> None:
    shown = talk_list([Heading("a", '<img src=x>"', NOW)], "", frozenset())
    assert "<img" not in shown
    assert "&lt;img src=x&gt;&quot;" in shown


def test_an_empty_list_says_why() -> None:
    assert "还没有对话" in talk_list((), "", frozenset())
    assert "没有符合的对话" in talk_list((), "", frozenset(), searched=True)
