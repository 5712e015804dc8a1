"""The question about one file or one series: answered before, or asked now."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from assistant.batch.case import Case, filed, row_of_error
from assistant.batch.control import Control
from assistant.batch.job import Job, ask
from assistant.batch.ledger import Filed, Ledger
from assistant.batch.row import Row
from assistant.engine.base import Capabilities
from assistant.engine.lane import Lane
from assistant.errors import AssistantError
from assistant.imaging.render import render
from assistant.imaging.slice import RenderedImage


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

    def about(self, ledger: Ledger, cases: tuple[Case, ...]) -> Asked | None:
        """The answer about these slices together; None when cancelled.

        Raises:
            AssistantError: BAT-110 the model was changed meanwhile.
        """
        speaker = cases[len(cases) // 2]
        job, key = self.job.digest(self.model), together(case.sha256 for case in cases)
        known = ledger.answer(job, key)
        if known is not None:
            return Asked(known, reused=True)
        try:
            answered = self._ask(speaker, cases)
        except AssistantError as error:
            if error.code == "BAT-110":
                raise
            return Asked(Filed(row_of_error(speaker.entry, speaker.sha256, error)), asked=True)
        except Exception as error:
            return Asked(Filed(row_of_error(speaker.entry, speaker.sha256, error)), asked=True)
        return None if answered is None else Asked(answered, (job, key), asked=True)

    def _ask(self, speaker: Case, cases: tuple[Case, ...]) -> Filed | None:
        pictures = tuple(
            render(case.slice_, self.job.window, index=index) for index, case in enumerate(cases)
        )
        question = self.job.questions.for_slice(speaker.slice_)
        reply = ask(self.lane, self.job, question, pictures, self.control.cancelled)
        if reply is None:
            return None
        self._same_model()
        row = Row.answered(
            speaker.entry.name,
            speaker.sha256,
            window=_windows(pictures),
            model=self.model.model,
            text=reply.text,
        )
        return filed(row, pictures[len(pictures) // 2], reply.suspicion)

    def _same_model(self) -> None:
        now = self.lane.status.capabilities
        if (
            now is None
            or now.fingerprint != self.model.fingerprint
            or now.model != self.model.model
        ):
            raise AssistantError(
                "BAT-110",
                "批量进行中模型被切换，已停下，之前的结果都已保存。",
                next_step="请重新开始；换了模型的批量会用新模型重新提问。",
            )


def together(digests: Iterable[str]) -> str:
    """One digest for several files; that of a single file is its own."""
    each = list(digests)
    return each[0] if len(each) == 1 else hashlib.sha256("".join(each).encode()).hexdigest()


def _windows(pictures: tuple[RenderedImage, ...]) -> str:
    """Every window used, each named once."""
    return "；".join(dict.fromkeys(picture.window_name for picture in pictures))
