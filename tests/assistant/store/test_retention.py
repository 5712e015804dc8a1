import time
from collections.abc import Callable

import pytest

from assistant.errors import AssistantError
from assistant.store.ledger import Ledger
from assistant.store.retention import Retention
from tests.assistant.store.conftest import done, keep


def until(what: Callable[[], bool]) -> None:
    patience = time.monotonic() + 30
    while not what():
        assert time.monotonic() < patience
        time.sleep(0.01)


def test_old_conversations_go_by_themselves_by_the_days_as_they_are_now(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep(ledger, "甲", done("一"))
    later = time.time() + 10 * 86400
    monkeypatch.setattr("assistant.store.ledger.time.time", lambda: later)
    monkeypatch.setattr("assistant.store.retention.LOOK_S", 0.01)
    days, asked = [20], []

    def keep_days() -> int:
        asked.append(days[0])
        return days[0]

    retention = Retention(ledger, keep_days)
    until(lambda: len(asked) > 2)
    assert ledger.count() == 1
    days[0] = 5
    until(lambda: ledger.count() == 0)
    retention.close()


def test_trouble_once_does_not_end_it(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("assistant.store.retention.LOOK_S", 0.01)
    tried: list[int] = []

    def expire(days: int) -> int:
        tried.append(days)
        raise AssistantError("STO-103", "磁盘已满。", next_step="请腾出空间。")

    monkeypatch.setattr(ledger, "expire", expire)
    retention = Retention(ledger, lambda: 7)
    until(lambda: len(tried) > 2)
    retention.close()
