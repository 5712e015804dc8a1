"""What is asked of every file or series of a batch, and the answer to one."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from threading import Event
from typing import Literal

from assistant.batch.question import Questions
from assistant.dialogue.conversation import Conversation
from assistant.engine.base import Capabilities, Options
from assistant.engine.lane import Lane
from assistant.errors import AssistantError
from assistant.imaging.slice import RenderedImage

RETRY_S = 0.5
"""Pause before asking again when the engine's queue is full, seconds."""

STATE_QUESTION, ABNORMAL = "这张CT正常吗？", "不正常"
"""The fixed question, and the beginning of the answer whose probability is P(异常)."""

MOST_TOGETHER = 8
"""Most slices that stand for a series."""


@dataclass(frozen=True)
class Job:
    """What is asked.

    Attributes:
        system: system prompt.
        questions: for all, or by region.
        window: as ``parse_window`` understands it.
        options: how to generate.
        by: "slice" asks about every file, "series" once about each series.
        per_series: slices that stand for a series, 1 to ``MOST_TOGETHER``.
        max_files: most files of a folder.
    """

    system: str
    questions: Questions
    window: str = "auto"
    options: Options = field(default_factory=Options)
    by: Literal["slice", "series"] = "slice"
    per_series: int = 3
    max_files: int = 20000

    def digest(self, model: Capabilities) -> str:
        """Answers to jobs of the same digest may stand for each other."""
        answering = [model.engine, model.model, model.fingerprint]
        questions = [self.questions.default, sorted(self.questions.by_region)]
        how = [self.by, self.per_series, "one window"] if self.by == "series" else [self.by, 1]
        asked = [self.system, questions, self.window, asdict(self.options), how, answering]
        return hashlib.sha256(json.dumps(asked).encode()).hexdigest()


@dataclass(frozen=True)
class Reply:
    """What the model said.

    Attributes:
        text: the answer.
        suspicion: P(异常), where its engine can tell.
        cut: it ends at the most tokens of an answer, not where the model would end it.
    """

    text: str
    suspicion: float | None = None
    cut: bool = False


@dataclass(frozen=True, eq=False)
class Question:
    """What is asked about which pictures."""

    text: str
    pictures: tuple[RenderedImage, ...]


def ask(
    lane: Lane, job: Job, questions: Sequence[Question], cancel: Event
) -> list[Reply | AssistantError] | None:
    """Whole answers, or why there is none; waits its turn when the queue is full.

    Several are decoded together where the engine can. None when cancelled.

    Raises:
        AssistantError: the engine cannot be used.
    """
    talks = [Conversation.new(job.system) for _ in questions]
    try:
        while not cancel.is_set():
            try:
                return _replies(lane, job, talks, questions, cancel)
            except AssistantError as error:
                if error.code == "ENG-004":  # the program ends; the file is not to blame
                    return None
                if error.code != "ENG-001":
                    raise
                cancel.wait(RETRY_S)
        return None
    finally:
        for talk in talks:
            lane.forget(talk.id)


def _replies(
    lane: Lane,
    job: Job,
    talks: Sequence[Conversation],
    questions: Sequence[Question],
    cancel: Event,
) -> list[Reply | AssistantError] | None:
    asked = [
        talk.ask(question.text, question.pictures)
        for talk, question in zip(talks, questions, strict=True)
    ]
    told = lane.together(asked, job.options, _Either(cancel))
    if _over(lane, cancel):
        return None
    replies: list[Reply | AssistantError] = []
    for talk, question, answer in zip(talks, questions, told, strict=True):
        if isinstance(answer, AssistantError):
            replies.append(answer)
            continue
        suspicion = _suspicion(lane, talk, question, cancel)
        if _over(lane, cancel):
            return None
        cut = answer.stats is None or answer.stats.finish != "stop"
        replies.append(Reply(answer.text.strip(), suspicion, cut))
    return replies


def _over(lane: Lane, cancel: Event) -> bool:
    """Whether nobody waits for answers any more."""
    return cancel.is_set() or lane.status.phase == "closed"


def _suspicion(lane: Lane, talk: Conversation, question: Question, cancel: Event) -> float | None:
    """P(异常); None where it cannot be had, which takes nothing from an answer that is there."""
    # Under the same id, so that the picture and all before the question is computed once.
    state = talk.ask(STATE_QUESTION, question.pictures)
    while not cancel.is_set():
        try:
            chances = lane.likelihoods(state, (ABNORMAL,), _Either(cancel), folder=True)
            return chances[0] if chances else None
        except AssistantError as error:
            if error.code != "ENG-001":
                return None
            cancel.wait(RETRY_S)
    return None


class _Either(Event):
    """Set when itself is, or the batch's: the lane sets the event of each request at its end."""

    def __init__(self, batch: Event) -> None:
        super().__init__()
        self._batch = batch

    def is_set(self) -> bool:
        return super().is_set() or self._batch.is_set()
