"""What one browser tab has on its desk; nothing of it is reachable from another tab."""

from dataclasses import dataclass, field
from threading import Event, Lock

from assistant.dialogue.conversation import Conversation
from assistant.ui.study import View
from assistant.ui.talk import Talk


@dataclass(eq=False)
class Desk:
    """One browser tab. Fields are only ever replaced as a whole.

    Attributes:
        talk: the conversation now on the page.
        view: the picture on screen, if any.
        cancel: of the answer being written, if any.
    """

    talk: Talk
    view: View | None = None
    cancel: Event | None = None
    _lock: Lock = field(default_factory=Lock)

    def begin(self) -> Event | None:
        """The cancel event of a new answer, or None while another one is being written."""
        with self._lock:
            if self.cancel is not None:
                return None
            self.cancel = Event()
            return self.cancel

    def stop(self) -> None:
        """End the answer being written, if any."""
        if self.cancel is not None:
            self.cancel.set()


@dataclass(eq=False)
class Desks:
    """Every open tab's desk, by the page's random session hash."""

    system: str
    _desks: dict[str, Desk] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def of(self, session: str) -> Desk:
        """The tab's desk, an empty one at its first request."""
        with self._lock:
            desk = self._desks.get(session)
            if desk is None:
                desk = self._desks[session] = Desk(self.new_talk())
            return desk

    def new_talk(self) -> Talk:
        """An empty talk with an id of its own."""
        return Talk(Conversation.new(self.system))

    def leave(self, session: str) -> Desk | None:
        """Clear the desk of a tab that was closed; its pictures go with it."""
        with self._lock:
            desk = self._desks.pop(session, None)
        if desk is not None:
            desk.stop()
        return desk

    def __len__(self) -> int:
        return len(self._desks)
