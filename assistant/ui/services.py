"""What the page is given to work with."""

from dataclasses import dataclass

from assistant.dialogue.prompts import Prompts, load_prompts
from assistant.engine.lane import Lane
from assistant.imaging.window import Preset, load_presets
from assistant.preferences import PreferenceFile
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
        shipped: the words to the model as configs/ has them.
        shipped_presets: the CT windows as configs/ has them.
        preferences: what the department set instead, or besides.
        ledger: the conversations.
        scribe: writes answers down, whoever is looking.
        retention: removes what is too old.
    """

    settings: Settings
    lane: Lane
    shipped: Prompts
    shipped_presets: tuple[Preset, ...]
    preferences: PreferenceFile
    ledger: Ledger
    scribe: Scribe
    retention: Retention

    @property
    def prompts(self) -> Prompts:
        """System prompt, suggested questions, what a mode adds to a question: as set now."""
        return self.preferences.now.prompts(self.shipped)

    @property
    def presets(self) -> tuple[Preset, ...]:
        """CT windows to choose from, as set now."""
        return self.preferences.now.presets(self.shipped_presets)

    def window_choices(self) -> list[tuple[str, str]]:
        """Every window's name, and what stands for it wherever a window is read."""
        own = self.presets[len(self.shipped_presets) :]
        return [
            *((preset.name, preset.name) for preset in self.shipped_presets),
            *((one.name, f"{one.window.center:g}/{one.window.width:g}") for one in own),
        ]

    @property
    def stamp(self) -> str:
        """Another one whenever what every page shows of engine and settings has changed."""
        status = self.lane.status
        error = status.error.code if status.error else ""
        told = (status.phase, status.capabilities, error, self.preferences.now)
        return f"{hash(told) & 0xFFFFFFFF:08x}"

    def close(self) -> None:
        """End every answer where it is, then the engine, then the file."""
        self.retention.close()
        self.scribe.close()
        self.lane.close()
        self.ledger.close()


def open_services(settings: Settings, lane: Lane) -> Services:
    """Open the conversations in the data folder, and read the page's configuration.

    Raises:
        AssistantError: CFG-103, CFG-122, CFG-131, STO-101 to STO-105; the lane is left open.
    """
    prompts, presets = load_prompts(), load_presets()
    preferences = PreferenceFile(settings.data_dir)
    ledger = Ledger(settings.data_dir)
    scribe = Scribe(lane, ledger, as_assistant_error)

    def keep_days() -> int:
        chosen = preferences.now.keep_days
        return settings.keep_days if chosen is None else chosen

    retention = Retention(ledger, keep_days)
    return Services(settings, lane, prompts, presets, preferences, ledger, scribe, retention)
