"""What one browser tab has on its desk; nothing of it is reachable from another tab."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from threading import Lock

from assistant.errors import AssistantError
from assistant.imaging.slice import RenderedImage
from assistant.store.exchange import Record
from assistant.ui.study import View


@dataclass(eq=False)
class Desk:
    """One browser tab. Fields are only ever replaced as a whole.

    Attributes:
        record: the conversation now on the page.
        kept: whether the ledger has it; a new one is kept from its first question on.
        view: the picture on screen, if any; moves through it take turns on ``moving``.
        wanted: of the files being read now, those dropped last; None when none are.
        study: key of the study whose picture was sent last, "" before the first.
        refusal: why the last thing wanted was not done.
        editing: id of the exchange whose question is being changed, or "".
        search: what the list of conversations is narrowed to.
        watcher: the one event that draws an answer as it grows; the newest takes over.
        seen: revision of the ledger that was drawn last.
        stamp: of the engine and the settings that are shown, see ``Services.stamp``.
        arrived: the page has been drawn from this desk; one whose connection broke for long
            still shows what was on another, which is gone.
        drafts: what was typed and not sent, see ``drafts.py``.
    """

    record: Record
    kept: bool = False
    view: View | None = None
    study: str = ""
    refusal: AssistantError | None = None
    editing: str = ""
    search: str = ""
    watcher: object | None = None
    seen: int = -1
    stamp: str = ""
    arrived: bool = False
    wanted: object | None = None
    moving: Lock = field(default_factory=Lock)
    drafts: dict[str, str] = field(default_factory=dict)

    def put(self, view: View | None) -> None:
        """Another picture on screen, or none; files still being read come too late."""
        self.view, self.wanted = view, None

    def needs(self, image: RenderedImage) -> bool:
        """Whether the next question carries this picture: it is not the last one sent."""
        sent = self.record.last_image
        return sent is None or sent.sha256 != image.sha256

    def lay(self, record: Record, *, kept: bool) -> None:
        """Another conversation; whoever draws the former one ends."""
        self.watcher = None
        self.record, self.kept = record, kept
        self.refusal, self.editing, self.study = None, "", ""

    def read(self, record: Record, *, live: bool) -> None:
        """The same conversation as the ledger has it now.

        An answer that nobody here is writing any more was interrupted.
        """
        if record.running and not live:
            record = record.updated(replace(record.exchanges[-1], state="interrupted"))
        self.record = record


@dataclass(eq=False)
class Desks:
    """Every open tab's desk, by the page's random session hash.

    Attributes:
        system: the system prompt that a new conversation begins with, as set now.
    """

    system: Callable[[], str]
    _desks: dict[str, Desk] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def of(self, session: str) -> Desk:
        """The tab's desk, an empty one at its first request."""
        with self._lock:
            desk = self._desks.get(session)
            if desk is None:
                desk = self._desks[session] = Desk(self.blank())
            return desk

    def blank(self) -> Record:
        """An empty conversation with an id of its own."""
        return Record(self.system())

    def leave(self, session: str) -> Desk | None:
        """Clear the desk of a tab that was closed; an answer being written goes on."""
        with self._lock:
            desk = self._desks.pop(session, None)
        if desk is not None:
            desk.watcher = None
        return desk

    def __len__(self) -> int:
        return len(self._desks)
