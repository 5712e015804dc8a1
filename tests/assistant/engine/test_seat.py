from threading import Condition

import pytest

from assistant.engine.request import Exchange
from assistant.engine.seat import Seat
from assistant.errors import AssistantError
from tests.assistant.engine.mortal import Mortals


def test_an_engine_that_does_not_get_warm_is_closed():
    mortals = Mortals("warm_up")
    seat = Seat(mortals, Condition())
    seat.fill()
    assert seat.phase == "failed"
    assert [engine.closed for engine in mortals.loaded] == [True]


def test_another_engine_that_does_not_get_warm_is_closed_before_the_former_is_loaded_again():
    former, other = Mortals(""), Mortals("warm_up")
    seat = Seat(lambda: loaded_when_closed(former, other), Condition())
    seat.fill()
    exchange = Exchange(other)
    seat.swap(exchange)
    with pytest.raises(AssistantError):
        exchange.wait()
    assert seat.engine is former.loaded[1]


def loaded_when_closed(former: Mortals, other: Mortals):
    assert all(engine.closed for engine in other.loaded)
    return former()


def break_down():
    raise RuntimeError("boom")


@pytest.mark.parametrize("load", [break_down, Mortals("warm_up")])
def test_what_nobody_foresaw_while_opening_does_not_promise_a_restart(load):
    seat = Seat(load, Condition())
    seat.fill()
    assert seat.error is not None
    assert seat.error.code == "ENG-007"
    assert "Error: boom" in seat.error.detail or "EngineEnded" in seat.error.detail
