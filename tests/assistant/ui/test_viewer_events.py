"""Whatever order answers come in, the picture on screen is the one wanted last."""

from collections.abc import Callable
from threading import Event, Thread
from types import SimpleNamespace

import gradio as gr
import numpy as np
import pytest

from assistant.engine.base import Options
from assistant.engine.lane import Lane
from assistant.errors import AssistantError
from assistant.imaging.series import sort_series
from assistant.imaging.slice import Slice
from assistant.imaging.window import Window
from assistant.settings import Settings
from assistant.ui import asking
from assistant.ui.services import Services
from assistant.ui.session import Desk, Desks
from assistant.ui.study import Study, View, first_view
from assistant.ui.upcoming import Upcoming
from assistant.ui.viewer import build_viewer
from assistant.ui.viewer_events import ViewerEvents

TAB = SimpleNamespace(session_hash="one")


def view_of(seed: int) -> View:
    hu = np.random.default_rng(seed).integers(-1000, 1000, (32, 32), np.int16)
    return first_view(Study(sort_series([Slice(hu=hu, source="dicom")]), {}), "肺")


@pytest.fixture
def events(settings: Settings, open_lane: Callable[..., Lane]) -> ViewerEvents:
    with gr.Blocks():
        viewer = build_viewer(lambda: [])
        upcoming = Upcoming(gr.HTML(), gr.HTML(), lambda: ())
    desks = Desks(lambda: "system")
    return ViewerEvents(viewer, upcoming, desks, settings, open_lane())


@pytest.fixture
def desk(events: ViewerEvents) -> Desk:
    return events.desks.of("one")


class Slow:
    """A reading, or a move, that ends when it is told to."""

    def __init__(self, begin: Callable[["Slow"], object]) -> None:
        self.started, self.may_end = Event(), Event()
        self._thread = Thread(target=lambda: begin(self))
        self._thread.start()
        assert self.started.wait(10)

    def wait(self) -> None:
        self.started.set()
        assert self.may_end.wait(10)

    def end(self) -> None:
        self.may_end.set()
        self._thread.join(10)


def opening(events: ViewerEvents, view: View) -> Slow:
    return Slow(lambda slow: events._open(TAB, lambda: (slow.wait(), view)[1]))


def moving(events: ViewerEvents) -> Slow:
    def begin(slow: Slow) -> None:
        events._move(TAB, lambda view: (slow.wait(), view.through("骨"))[1], events._redrawn)

    return Slow(begin)


def test_the_files_dropped_last_are_shown_though_they_are_read_first(events, desk):
    first, second = view_of(1), view_of(2)
    slow = opening(events, first)
    events._open(TAB, lambda: second)
    slow.end()
    assert desk.view is second
    assert desk.wanted is None


def test_what_was_removed_while_files_are_read_stays_removed(events, desk):
    slow = opening(events, view_of(1))
    events.remove(TAB)
    slow.end()
    assert desk.view is None


@pytest.mark.parametrize("then", ["another", "none"])
def test_a_move_that_ends_late_brings_no_former_picture_back(events, desk, then):
    former, other = view_of(1), view_of(2)
    events._open(TAB, lambda: former)
    slow = moving(events)
    if then == "another":
        events._open(TAB, lambda: other)
    else:
        events.remove(TAB)
    slow.end()
    assert desk.view is (other if then == "another" else None)


def test_moves_by_two_bars_at_once_both_count(events, desk):
    events._open(TAB, lambda: view_of(1))
    slow = moving(events)
    second = Thread(
        target=lambda: events._move(TAB, lambda view: view.at(0), events._redrawn), daemon=True
    )
    second.start()
    slow.end()
    second.join(10)
    assert desk.view is not None
    assert desk.view.window == "骨"


def test_a_move_while_files_are_read_keeps_them_wanted(events, desk):
    events._open(TAB, lambda: view_of(1))
    other = view_of(2)
    slow = opening(events, other)
    events._move(TAB, lambda view: view.through(Window(40, 80)), events._redrawn)
    assert desk.wanted is not None
    slow.end()
    assert desk.view is other


def test_while_files_are_read_nothing_is_asked_about_the_former_picture(
    events, desk, services: Services
):
    events._open(TAB, lambda: view_of(1))
    slow = opening(events, view_of(2))
    with pytest.raises(AssistantError, match="USE-207"):
        asking.ask(desk, services, "甲", "描述", "", Options())
    assert not desk.record.exchanges
    slow.end()
    asking.ask(desk, services, "甲", "描述", "", Options())
    assert desk.record.exchanges[0].pictures[0].image.sha256 == desk.view.image.sha256


def test_files_that_cannot_be_read_leave_the_way_free(events, desk):
    shown = view_of(1)
    events._open(TAB, lambda: shown)

    def refused() -> View:
        raise AssistantError("IMG-101", "坏。", next_step="换。")

    assert "IMG-101" in str(events._open(TAB, refused)[events.viewer.notices])
    assert (desk.view, desk.wanted) == (shown, None)
