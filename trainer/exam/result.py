"""Everything that an examination found, before it is written down."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from assistant.report.findings import is_urgent
from trainer.exam.followups import consistency
from trainer.exam.gate import Loss, losses
from trainer.exam.paper import Case
from trainer.exam.settings import Evaluate
from trainer.exam.sitting import Sheet
from trainer.metrics.calibration import Calibration, calibrate
from trainer.metrics.details import Details, Graded, detail, grade
from trainer.metrics.share import Share
from trainer.metrics.summary import Summary, summarize
from trainer.metrics.text import Overlap


@dataclass(frozen=True)
class Controls:
    """The same slices asked about otherwise; the black and the shuffled are in the summary.

    Attributes:
        rephrased: right answers to the other question.
        unmoved: answers to it with the region, signs and sides of the first answer.
        consistent: later answers of a conversation that agree with its first.
    """

    rephrased: Share
    unmoved: Share
    consistent: Share


@dataclass(frozen=True)
class Standing:
    """One variant in the table.

    Attributes:
        key, title, before: of :class:`trainer.exam.variants.Variant`.
        answers: graded, as many as it was shown; empty when it could not be loaded.
        details: of these answers.
        absent: why it could not be loaded, else "".
    """

    key: str
    title: str
    before: str
    answers: tuple[Graded, ...]
    details: Details
    absent: str = ""

    @property
    def right(self) -> Share:
        """Entirely right answers."""
        return Share.among(one.right for one in self.answers)

    @property
    def urgent(self) -> Share:
        """Urgent slices whose answer has an urgent finding."""
        due = [one.verdict for one in self.answers if is_urgent(one.known.findings)]
        return Share.among(is_urgent(verdict.stated) for verdict in due)

    @property
    def normal(self) -> Share:
        """Normal slices answered without a finding."""
        clear = [one.verdict for one in self.answers if not one.known.findings]
        return Share.among(verdict.normal for verdict in clear)


@dataclass(frozen=True)
class Examination:
    """All figures of a run.

    Attributes:
        cases: what was asked.
        sheet: the answers of the model that clinicians run.
        answers: its reports, graded.
        summary, details, controls: of them.
        calibration: of P(异常); None when the engine knows no probabilities.
        overlap: of words with the reference reports; None when it was not worked out.
        standings: every variant, from the base on; the last is the one above.
        losses: of every step between two of them.
    """

    cases: tuple[Case, ...]
    sheet: Sheet
    answers: tuple[Graded, ...]
    summary: Summary
    details: Details
    controls: Controls
    calibration: Calibration | None
    overlap: Overlap | None
    standings: tuple[Standing, ...]
    losses: tuple[Loss, ...]

    @property
    def failed(self) -> tuple[Loss, ...]:
        """Losses that the gate refuses."""
        return tuple(loss for loss in self.losses if loss.failed)


def graded(cases: Sequence[Case], reports: Sequence[str]) -> tuple[Graded, ...]:
    """Grade reports on the first cases."""
    return tuple(
        grade(case.known, case.contrasts, text) for case, text in zip(cases, reports, strict=False)
    )


def standing(
    key: str, title: str, before: str, answers: tuple[Graded, ...], absent: str = ""
) -> Standing:
    """A row of the table."""
    return Standing(key, title, before, answers, detail(answers), absent)


def assess(
    cases: Sequence[Case],
    sheet: Sheet,
    standings: Sequence[Standing],
    settings: Evaluate,
    overlap: Overlap | None = None,
) -> Examination:
    """Work everything out; the last of the standings belongs to the sheet."""
    known = [case.known for case in cases]
    answers = standings[-1].answers
    rephrased = graded(cases, sheet.rephrased)
    calibration = None
    if sheet.abnormal:
        calibration = calibrate(sheet.abnormal, [bool(one.findings) for one in known])
    return Examination(
        cases=tuple(cases),
        sheet=sheet,
        answers=answers,
        summary=summarize(known, sheet.reports, sheet.blank, sheet.strangers),
        details=standings[-1].details,
        controls=Controls(
            Share.among(one.right for one in rephrased),
            Share.among(
                one.verdict.key == first.verdict.key
                for one, first in zip(rephrased, answers, strict=False)
            ),
            consistency(sheet.follow_ups),
        ),
        calibration=calibration,
        overlap=overlap,
        standings=tuple(standings),
        losses=_steps({one.key: one for one in standings}, settings),
    )


def _steps(standings: Mapping[str, Standing], settings: Evaluate) -> tuple[Loss, ...]:
    """Losses of every variant against the one it was made of, or the nearest that answered."""
    found: list[Loss] = []
    for one in standings.values():
        older = standings.get(one.before)
        while older is not None and not older.answers:
            older = standings.get(older.before)
        if older is not None and one.answers:
            found += losses((older.key, one.key), older.answers, one.answers, settings.losses)
    return tuple(found)
