"""What was typed and not sent: it waits with its conversation, in memory, until the tab closes."""

from assistant.ui.guard import text
from assistant.ui.session import Desk


def keep(desk: Desk, typed: object) -> None:
    """Keep what is in the question box, before something else comes into it.

    While a question is being changed, what was typed before goes first.
    """
    written, place = text(typed), place_of(desk)
    if desk.editing:
        shown = {one.id: one.question for one in desk.record.exchanges}
        if place in desk.drafts or shown.get(desk.editing) == written:
            return
    if written.strip():
        desk.drafts[place] = written
    else:
        desk.drafts.pop(place, None)


def take(desk: Desk) -> str:
    """What goes into the question box of the conversation that is now on the desk."""
    return desk.drafts.pop(place_of(desk), "")


def drop(desk: Desk, conversation: str) -> None:
    """Forget what was typed for a conversation that is removed."""
    desk.drafts.pop(conversation, None)


def place_of(desk: Desk) -> str:
    """A conversation in which nothing was asked yet is in no list: all of them share one."""
    return desk.record.id if desk.kept else ""
