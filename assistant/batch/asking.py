"""The question about one file or one series: answered before, or asked now."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from assistant.batch.case import Case, filed, row_of_error
from assistant.batch.caveat import FRAMES, LOCALIZER, NOT_CT
from assistant.batch.control import Control
from assistant.batch.job import Job, Question, Reply, ask
from assistant.batch.ledger import Filed, Ledger
from assistant.batch.readiness import wait_for_model
from assistant.batch.row import Row
from assistant.engine.base import Capabilities
from assistant.engine.lane import Lane
from assistant.errors import AssistantError
from assistant.imaging.notice import LOCALIZER as SCOUT
from assistant.imaging.notice import not_ct
from assistant.imaging.render import render
from assistant.imaging.slice import Notice, RenderedImage


@dataclass(frozen=True)
class Asked:
    """An answer, or why there is none.

    Attributes:
        filed: its row, under the name of the file that speaks.
        answers: job and digest under which the answer is to be kept, None to keep none.
        asked: the model was asked now.
        reused: the answer is from an earlier run.
    """

    filed: Filed
    answers: tuple[str, str] | None = None
    asked: bool = False
    reused: bool = False


@dataclass(frozen=True)
class Asker:
    """Asks one job of one model."""

    lane: Lane
    job: Job
    model: Capabilities
    control: Control

    @property
    def most_together(self) -> int:
        """Slices in one question, within what the engine takes."""
        return max(1, min(self.job.per_series, self.model.images_per_conversation))

    @property
    def at_a_time(self) -> int:
        """Questions worth asking together."""
        return max(1, self.model.batch_size)

    def about(self, ledger: Ledger, cases: tuple[Case, ...]) -> Asked | None:
        """The answer about these slices together; None when cancelled.

        Raises:
            AssistantError: BAT-110 the model was changed meanwhile, or why it could not be
                loaded again.
        """
        found = self.about_each(ledger, [cases])
        return found[0] if found else None

    def about_each(self, ledger: Ledger, groups: Sequence[tuple[Case, ...]]) -> list[Asked] | None:
        """The answer about each of several groups of slices, in order; None when cancelled.

        What was asked before, in an earlier run or in an earlier group, is not asked again.

        Raises:
            AssistantError: BAT-110 the model was changed meanwhile, or why it could not be
                loaded again.
        """
        job = self.job.digest(self.model)
        keys = [together(case.sha256 for case in cases) for cases in groups]
        known: dict[str, Asked] = {}
        new: dict[str, tuple[Case, ...]] = {}
        for key, cases in zip(keys, groups, strict=True):
            filed_before = ledger.answer(job, key)
            if filed_before is not None:
                row = filed_before.row.read_again()
                known[key] = Asked(replace(filed_before, row=row), reused=True)
            else:
                new.setdefault(key, cases)
        answered = self._ask(job, new) if new else {}
        if answered is None:
            return None
        found: list[Asked] = []
        for key in keys:
            found.append(known.get(key) or answered[key])
            if key not in known and answered[key].answers:
                known[key] = Asked(answered[key].filed, reused=True)
        return found

    def _ask(self, job: str, new: Mapping[str, tuple[Case, ...]]) -> dict[str, Asked] | None:
        """Ask about each, by key; what cannot be asked or answered has a row that says why."""
        found: dict[str, Asked] = {}
        questions: dict[str, Question] = {}
        for key, cases in new.items():
            try:
                questions[key] = self._question(cases)
            except Exception as error:
                found[key] = _failed(cases, error)
        replies: list[Reply | AssistantError] | None = []
        if questions:
            try:
                asked = list(questions.values())
                replies = ask(self.lane, self.job, asked, self.control.cancelled)
            except Exception as error:
                if not self._same_model():
                    return None
                return found | {key: _failed(new[key], error) for key in questions}
        if replies is None or not self._same_model():
            return None
        for key, reply in zip(questions, replies, strict=True):
            if isinstance(reply, AssistantError):
                found[key] = _failed(new[key], reply)
            else:
                answer = self._filed(new[key], questions[key], reply)
                found[key] = Asked(answer, (job, key), asked=True)
        return found

    def _question(self, cases: tuple[Case, ...]) -> Question:
        speaks = _speaker(cases).slice_
        pictures = tuple(
            render(case.slice_, self.job.window, index=index, guide=speaks)
            for index, case in enumerate(cases)
        )
        return Question(self.job.questions.for_slice(speaks), pictures)

    def _filed(self, cases: tuple[Case, ...], question: Question, reply: Reply) -> Filed:
        speaker = _speaker(cases)
        row = Row.answered(
            speaker.entry.name,
            speaker.sha256,
            window=_windows(question.pictures),
            model=self.model.model,
            text=reply.text,
            cut=reply.cut,
            unseen=next(filter(None, map(_unseen, cases)), None),
        )
        return filed(row, question.pictures[len(question.pictures) // 2], reply.suspicion)

    def _same_model(self) -> bool:
        """Wait for the engine, which may have broken; False when cancelled meanwhile.

        Raises:
            AssistantError: BAT-110 it is another model, or why it cannot be loaded again: the
                files left are not to blame.
        """
        now = wait_for_model(self.lane, self.control)
        if now is None:
            return False
        if now.fingerprint != self.model.fingerprint or now.model != self.model.model:
            raise AssistantError(
                "BAT-110",
                "批量进行中模型被切换，已停下，之前的结果都已保存。",
                next_step="请重新开始；换了模型的批量会用新模型重新提问。",
            )
        return True


def _unseen(case: Case) -> Notice | None:
    """Why the picture of a file does not stand for it."""
    if case.slice_.frames > 1:
        return FRAMES
    codes = {notice.code for notice in case.slice_.notices}
    return NOT_CT if not_ct("").code in codes else LOCALIZER if SCOUT.code in codes else None


def _speaker(cases: tuple[Case, ...]) -> Case:
    """The slice at which the answer stands."""
    return cases[len(cases) // 2]


def _failed(cases: tuple[Case, ...], error: Exception) -> Asked:
    speaker = _speaker(cases)
    return Asked(Filed(row_of_error(speaker.entry, speaker.sha256, error)), asked=True)


def together(digests: Iterable[str]) -> str:
    """One digest for several files; that of a single file is its own."""
    each = list(digests)
    return each[0] if len(each) == 1 else hashlib.sha256("".join(each).encode()).hexdigest()


def _windows(pictures: tuple[RenderedImage, ...]) -> str:
    """Every window used, each named once."""
    return "；".join(dict.fromkeys(picture.window_name for picture in pictures))
