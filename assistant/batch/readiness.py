"""Waiting for the engine that a batch asks."""

from assistant.batch.control import Control
from assistant.engine.base import Capabilities
from assistant.engine.lane import Lane
from assistant.errors import AssistantError

POLL_S = 0.5
"""How soon a cancel is noticed while the model loads, seconds."""


def wait_for_model(lane: Lane, control: Control) -> Capabilities | None:
    """What the engine is, once it is loaded; None when cancelled before, or the program ends.

    Raises:
        AssistantError: why it could not be loaded.
    """
    while not control.cancelled.is_set():
        try:
            return lane.wait_ready(POLL_S)
        except AssistantError as error:
            if error.code == "ENG-004":
                return None
            if error.code != "ENG-003":
                raise
    return None
