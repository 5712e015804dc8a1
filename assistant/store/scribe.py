"""Writes answers down as the engine speaks, whoever is looking, until the last word."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from threading import Condition, Event, Thread
from time import monotonic

from assistant.engine.base import Chunk, Options, Stats
from assistant.engine.lane import Lane, Waiting
from assistant.errors import AssistantError
from assistant.store.exchange import Exchange, Record, State
from assistant.store.ledger import Ledger
from assistant.store.title import title_of

WRITE_S = 0.08
"""Shortest time between two states of an answer, seconds."""

LOOK_S = 0.5
_STATES: dict[str, State] = {"stop": "done", "length": "cut", "cancel": "stopped"}


@dataclass(frozen=True, eq=False)
class Progress:
    """How far an answer has come; ``ahead`` people come first, None once it is our turn."""

    exchange: Exchange
    ahead: int | None = None


@dataclass(eq=False)
class _Writing:
    owner: str
    record: Record
    progress: Progress
    cancel: Event = field(default_factory=Event)
    over: bool = False


class Scribe:
    """One task per conversation: it belongs to the server, and pages only look on.

    Every state is in the ledger before it is shown.

    Args:
        lane: answers.
        ledger: keeps.
        explain: turns whatever goes wrong into a sentence with a code.
    """

    def __init__(
        self, lane: Lane, ledger: Ledger, explain: Callable[[Exception], AssistantError]
    ) -> None:
        self._lane = lane
        self._ledger = ledger
        self._explain = explain
        self._changed = Condition()
        self._writing: dict[str, _Writing] = {}
        self._threads: set[Thread] = set()
        self._closed = False

    def ask(self, owner: str, record: Record, exchange: Exchange, options: Options) -> Record:
        """Ask after the exchanges of ``record``, and return at once.

        Returns:
            The conversation with the question in it.

        Raises:
            AssistantError: STO-203 an answer is being written, ENG-005 the program ends;
                those of ``Ledger.begin``.
        """
        with self._changed:
            if self._closed:
                raise AssistantError("ENG-005", "程序正在关闭。", next_step="请重新启动程序。")
            # Also one that ended since the record was read: the end of its answer is not in it.
            if record.id in self._writing or record.running:
                raise AssistantError(
                    "STO-203", "这段对话正在作答。", next_step="请等它答完，或先停止。"
                )
            title = record.title or title_of(exchange)
            self._ledger.begin(owner, replace(record, title=title), exchange)
            asked = replace(record, title=title).updated(exchange)
            task = _Writing(owner, asked, Progress(exchange, 0))
            self._writing[record.id] = task
            thread = Thread(target=self._work, args=(task, options), daemon=True)
            self._threads.add(thread)
        thread.start()
        return asked

    def running(self, conversation: str) -> Exchange | None:
        """The answer being written, as far as it has come."""
        with self._changed:
            task = self._writing.get(conversation)
            return task.progress.exchange if task else None

    def follow(self, conversation: str) -> Iterator[Progress]:
        """Every new state of the answer being written, the last one final; nothing without one.

        Between two of them the same state may come again, so that whoever follows can
        leave.
        """
        with self._changed:
            task = self._writing.get(conversation)
        while task is not None:
            with self._changed:
                shown, over = task.progress, task.over
            yield shown
            if over:
                return
            self._wait(task, shown)

    def stop(self, conversation: str) -> None:
        """End the answer being written, if any; what is written stays."""
        with self._changed:
            task = self._writing.get(conversation)
        if task is not None:
            task.cancel.set()

    def close(self, timeout_s: float = 10.0) -> None:
        """End every answer where it is."""
        with self._changed:
            self._closed = True
            for task in self._writing.values():
                task.cancel.set()
            threads = tuple(self._threads)
        for thread in threads:
            thread.join(timeout_s)

    def _work(self, task: _Writing, options: Options) -> None:
        exchange = task.progress.exchange
        try:
            exchange = self._listen(task, options)
        except Exception as error:
            exchange = replace(task.progress.exchange, state="failed", error=self._explain(error))
        try:
            title = task.record.title
            if len(task.record.exchanges) == 1:
                title = title_of(exchange)
            self._ledger.finish(task.owner, task.record.id, exchange, title)
        except Exception as error:
            exchange = replace(exchange, state="failed", error=self._explain(error))
        with self._changed:
            task.progress, task.over = Progress(exchange), True
            del self._writing[task.record.id]
            self._threads = {one for one in self._threads if one.is_alive()}
            self._changed.notify_all()

    def _listen(self, task: _Writing, options: Options) -> Exchange:
        exchange, written_at = task.progress.exchange, 0.0
        conversation, owner = task.record.conversation, task.owner
        for item in self._lane.stream(conversation, options, task.cancel, owner=owner):
            if isinstance(item, Waiting):
                self._show(task, Progress(exchange, item.ahead))
                continue
            exchange = replace(exchange, answer=exchange.answer + item.text)
            if item.stats is not None:
                return self._ended(exchange, item)
            if exchange.answer and monotonic() - written_at >= WRITE_S:
                written_at = monotonic()
                self._ledger.write(exchange)
                self._show(task, Progress(exchange))
        return replace(exchange, state="stopped")

    def _ended(self, exchange: Exchange, last: Chunk) -> Exchange:
        stats = last.stats or Stats(0, 0.0, 0.0, 0, 0, "stop")
        state = _STATES[stats.finish]
        if state == "stopped" and self._closed:
            state = "interrupted"
        decode_s = (stats.tokens - 1) / stats.tokens_per_s if stats.tokens_per_s > 0 else 0.0
        return replace(
            exchange, state=state, seconds=stats.ttft_s + decode_s, tokens_per_s=stats.tokens_per_s
        )

    def _wait(self, task: _Writing, shown: Progress) -> None:
        with self._changed:
            self._changed.wait_for(lambda: task.progress is not shown or task.over, LOOK_S)

    def _show(self, task: _Writing, progress: Progress) -> None:
        with self._changed:
            task.progress = progress
            self._changed.notify_all()
