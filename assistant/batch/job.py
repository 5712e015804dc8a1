"""What is asked of every file of a batch, and the answer to one."""

import hashlib
import json
import logging
from dataclasses import asdict, dataclass, field
from threading import Event

from assistant.batch.plan import Entry
from assistant.batch.row import Row, RowStatus
from assistant.dialogue.conversation import Conversation
from assistant.engine.base import Capabilities, Chunk, Options
from assistant.engine.lane import Lane
from assistant.errors import AssistantError
from assistant.imaging.intake import read_slice
from assistant.imaging.render import render
from assistant.imaging.slice import Notice

RETRY_S = 0.5
"""Pause before asking again when the engine's queue is full, seconds."""

_UNEXPECTED = Notice("BAT-121", "处理这个文件时出现意外错误，其余文件不受影响。")
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Job:
    """What is asked of every file.

    Attributes:
        system: system prompt.
        question: the one question.
        window: as ``parse_window`` understands it.
        options: how to generate.
        max_files: most files of a folder.
    """

    system: str
    question: str
    window: str = "auto"
    options: Options = field(default_factory=Options)
    max_files: int = 20000

    def digest(self, model: Capabilities) -> str:
        """Answers to jobs of the same digest may stand for each other."""
        answering = [model.engine, model.model, model.fingerprint]
        asked = [self.system, self.question, self.window, asdict(self.options), answering]
        return hashlib.sha256(json.dumps(asked).encode()).hexdigest()


def diagnose(
    entry: Entry, sha256: str, lane: Lane, job: Job, model: str, cancel: Event
) -> Row | None:
    """The row of one file, whatever happens to it; None when cancelled."""

    def not_done(status: RowStatus, why: Notice) -> Row:
        return Row(entry.name, sha256, status, why.code, model=model, text=why.message)

    if entry.why_not:
        return not_done("skipped", entry.why_not)
    try:
        picture = render(read_slice(entry.path), job.window)
        conversation = Conversation.new(job.system).ask(job.question, (picture,))
        answer = _answer(lane, conversation, job.options, cancel)
    except AssistantError as error:
        refused = error.code.startswith("IMG")
        return not_done("refused" if refused else "failed", Notice(error.code, error.message))
    except Exception as error:
        _log.error("%s %s", _UNEXPECTED.code, type(error).__name__)
        return not_done("failed", _UNEXPECTED)
    if answer is None:
        return None
    return Row.answered(entry.name, sha256, window=picture.window_name, model=model, text=answer)


class _Either(Event):
    """Set when itself is, or the batch's: the lane sets the event of each request at its end."""

    def __init__(self, batch: Event) -> None:
        super().__init__()
        self._batch = batch

    def is_set(self) -> bool:
        return super().is_set() or self._batch.is_set()


def _answer(lane: Lane, conversation: Conversation, options: Options, cancel: Event) -> str | None:
    """The whole answer, None when cancelled; waits its turn when the queue is full."""
    while not cancel.is_set():
        pieces: list[str] = []
        try:
            for item in lane.stream(conversation, options, _Either(cancel)):
                if isinstance(item, Chunk):
                    pieces.append(item.text)
            return None if cancel.is_set() else "".join(pieces).strip()
        except AssistantError as error:
            if error.code != "ENG-001":
                raise
            cancel.wait(RETRY_S)
        finally:
            lane.forget(conversation.id)
    return None
