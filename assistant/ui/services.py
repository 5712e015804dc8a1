"""What the page is given to work with."""

from dataclasses import dataclass

from assistant.dialogue.prompts import Prompts
from assistant.engine.lane import Lane
from assistant.imaging.window import Preset
from assistant.settings import Settings


@dataclass(frozen=True)
class Services:
    """Everything behind the page.

    Attributes:
        settings: where state lives, limits, the window to begin with.
        lane: the engine, which may still be loading.
        prompts: system prompt and suggested questions.
        presets: CT windows to choose from.
    """

    settings: Settings
    lane: Lane
    prompts: Prompts
    presets: tuple[Preset, ...]
