"""What the page is given to work with."""

from dataclasses import dataclass

from assistant.dialogue.prompts import Prompts, load_prompts
from assistant.engine.lane import Lane
from assistant.imaging.window import Preset, load_presets
from assistant.settings import Settings
from assistant.store.ledger import Ledger
from assistant.store.retention import Retention
from assistant.store.scribe import Scribe
from assistant.ui.guard import as_assistant_error


@dataclass(frozen=True)
class Services:
    """Everything behind the page.

    Attributes:
        settings: where state lives, limits, the window to begin with.
        lane: the engine, which may still be loading.
        prompts: system prompt, suggested questions, what a mode adds to a question.
        presets: CT windows to choose from.
        ledger: the conversations.
        scribe: writes answers down, whoever is looking.
        retention: removes what is too old.
    """

    settings: Settings
    lane: Lane
    prompts: Prompts
    presets: tuple[Preset, ...]
    ledger: Ledger
    scribe: Scribe
    retention: Retention

    def close(self) -> None:
        """End every answer where it is, then the engine, then the file."""
        self.retention.close()
        self.scribe.close()
        self.lane.close()
        self.ledger.close()


def open_services(settings: Settings, lane: Lane) -> Services:
    """Open the conversations in the data folder, and read the page's configuration.

    Raises:
        AssistantError: CFG-103, CFG-122, STO-101 to STO-105; the lane is left open.
    """
    prompts, presets = load_prompts(), load_presets()
    ledger = Ledger(settings.data_dir)
    scribe = Scribe(lane, ledger, as_assistant_error)
    retention = Retention(ledger, lambda: settings.keep_days)
    return Services(settings, lane, prompts, presets, ledger, scribe, retention)
