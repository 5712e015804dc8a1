"""The picture on screen is got ready before the question about it is written."""

from assistant.engine.lane import Lane
from assistant.ui.session import Desk


def get_ready(desk: Desk, lane: Lane) -> None:
    """Have the engine encode the picture on screen, and read all before the next question."""
    if desk.view is None or desk.record.running:
        return
    image = desk.view.image
    lane.prepare(desk.record.conversation.ask("", (image,) if desk.needs(image) else ()))
