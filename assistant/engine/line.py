"""The line before an engine: people in turn, then what is prepared for them, then folders."""

from collections.abc import Iterator, Sequence

from assistant.dialogue.conversation import Conversation
from assistant.engine.request import Preparation, Request
from assistant.errors import AssistantError

CROWD = 4
"""Times ``most`` that may wait in all, so that one person's requests leave room for others."""


class Line:
    """Who comes next. Knows no threads: whoever uses it holds a lock.

    People take turns: of each the oldest request, the person served longest ago first. A named
    person of whom nothing waits is let in until ``CROWD`` times ``most`` wait: nobody can fill
    the line for the others. Who has no name has no such claim.

    Args:
        most: requests of people that may wait before nobody gets a second place; as many of
            folders.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._people: list[Request] = []
        self._folders: list[Request] = []
        self._preparations: dict[str, Preparation] = {}
        self._served: dict[str, int] = {}
        self._clock = 0

    def join(self, request: Request) -> None:
        """Wait at the end.

        Raises:
            AssistantError: ENG-001 there is no room.
        """
        self.join_all((request,))
        waiting = self._preparations.get(request.conversation.id)
        if waiting is not None and not request.folder:
            # The answer computes it anyway, unless it is about something else.
            self.drop_preparation(request.conversation.id, keep=waiting.serves(request))

    def join_all(self, requests: Sequence[Request]) -> None:
        """All of them or none, people or folders.

        Raises:
            AssistantError: ENG-001 there is no room.
        """
        queue = self._folders if requests[0].folder else self._people
        if queue and len(queue) + len(requests) > self._room(requests[0]):
            raise AssistantError(
                "ENG-001",
                f"排队等候的提问已满（{len(queue)} 个）。",
                next_step="请稍等片刻再提问。",
            )
        queue.extend(requests)

    def rejoin(self, requests: Sequence[Request]) -> None:
        """Wait at the head of the folders' line: they had to make way."""
        self._folders = [*requests, *self._folders]

    def leave(self, request: Request) -> None:
        """Wait no longer."""
        for queue in (self._people, self._folders):
            if request in queue:
                queue.remove(request)

    def prepare(self, conversation: Conversation) -> None:
        """Have a conversation got ready; what was wanted for it before is not any more."""
        self.drop_preparation(conversation.id)
        self._preparations[conversation.id] = Preparation(conversation)

    def drop_preparation(self, conversation_id: str, *, keep: bool = False) -> None:
        """Want it no longer; with ``keep`` it may be finished where it is under way."""
        found = self._preparations.pop(conversation_id, None)
        if found is not None and not keep:
            found.cancel.set()

    def take_person(self, answered: Sequence[Request] = ()) -> Request | None:
        """The person whose turn it is; of those who are ``answered`` now nothing more."""
        busy = {self._key(request) for request in answered}
        first = next((one for one in self._in_turn() if self._key(one) not in busy), None)
        if first is not None:
            self._people.remove(first)
            self._clock += 1
            here = {self._key(request) for request in self._people}
            self._served = {key: at for key, at in self._served.items() if key in here}
            self._served[self._key(first)] = self._clock
        return first

    def next_preparation(self) -> Preparation | None:
        """What is to be got ready; it stays until dropped."""
        return next(iter(self._preparations.values()), None)

    def take_folder(self, most: int = 1) -> tuple[Request, ...]:
        """The oldest request of a folder, with those behind it that can be answered with it."""
        taken = self._folders[:1]
        for request in self._folders[1:most]:
            if not _together(taken[0], request):
                break
            taken.append(request)
        self._folders = self._folders[len(taken) :]
        return tuple(taken)

    def settle(self, preparation: Preparation) -> None:
        """It is ready, or cannot be."""
        if self._preparations.get(preparation.conversation.id) is preparation:
            del self._preparations[preparation.conversation.id]

    def must_wait(self, preparation: Preparation) -> bool:
        """Whether somebody waits whom it does not serve."""
        return any(not preparation.serves(request) for request in self._people)

    @property
    def has_urgent(self) -> bool:
        """Whether a person waits, or something is to be got ready for one."""
        return bool(self._people or self._preparations)

    def ahead(self, request: Request) -> int | None:
        """How many come before it; None when it does not wait."""
        order = [*self._in_turn(), *self._folders]
        return order.index(request) if request in order else None

    def clear(self) -> tuple[Request, ...]:
        """Send everyone away; who that was."""
        everyone = (*self._people, *self._folders)
        self._people.clear()
        self._folders.clear()
        for conversation_id in tuple(self._preparations):
            self.drop_preparation(conversation_id)
        return everyone

    def __len__(self) -> int:
        return len(self._people) + len(self._folders)

    def _room(self, newcomer: Request) -> int:
        """Requests that may wait once this one does."""
        waits = newcomer.folder or newcomer.owner in {"", *(one.owner for one in self._people)}
        return self._most if waits else self._most * CROWD

    def _in_turn(self) -> Iterator[Request]:
        nth: dict[str, int] = {}
        ranked: list[tuple[int, int, int, Request]] = []
        for arrival, request in enumerate(self._people):
            key = self._key(request)
            nth[key] = nth.get(key, -1) + 1
            ranked.append((nth[key], self._served.get(key, 0), arrival, request))
        return (entry[-1] for entry in sorted(ranked, key=lambda entry: entry[:3]))

    @staticmethod
    def _key(request: Request) -> str:
        return request.owner or request.conversation.id


def _together(first: Request, other: Request) -> bool:
    """Whether two requests of folders can be answered at once."""
    apart = any(request.answers or request.alone for request in (first, other))
    return not apart and first.options == other.options
