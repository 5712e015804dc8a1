"""The parity gate: what each step may cost, on the same pictures before and after."""

from collections.abc import Sequence
from dataclasses import dataclass

from assistant.report.findings import is_urgent
from trainer.exam.settings import Losses
from trainer.metrics.details import Graded
from trainer.metrics.share import Figure, Measure, bootstrap, share_of

METRICS = {"right": "完全正确", "f1": "F1（征象与侧别）", "urgent": "急症检出"}


@dataclass(frozen=True)
class Loss:
    """What a step cost in one figure.

    Attributes:
        before, after: keys of the variants.
        metric: key of ``METRICS``.
        lost: the figure before less the figure after, over pictures that both were shown;
            its interval resamples the pictures.
        allowed: by the settings.
        binding: there were enough pictures for the gate to judge.
    """

    before: str
    after: str
    metric: str
    lost: Measure
    allowed: float
    binding: bool

    @property
    def failed(self) -> bool:
        """More was lost than is allowed."""
        return self.binding and self.lost.value > self.allowed + 1e-9


def losses(
    step: tuple[str, str], before: Sequence[Graded], after: Sequence[Graded], allowed: Losses
) -> tuple[Loss, ...]:
    """What the step from one variant to another cost.

    Args:
        step: keys of the variants.
        before, after: their answers to the same cases in the same order; the longer is cut.
        allowed: what may be lost.
    """
    count = min(len(before), len(after))
    pair = (before[:count], after[:count])
    limits = {"right": allowed.right, "f1": allowed.f1, "urgent": allowed.urgent}
    return tuple(
        Loss(*step, metric, _lost(metric, *pair), limit, count >= allowed.least)
        for metric, limit in limits.items()
    )


def _lost(metric: str, before: Sequence[Graded], after: Sequence[Graded]) -> Measure:
    older, newer = (_FIGURES[metric](answers) for answers in (before, after))
    return bootstrap(len(before), lambda chosen: older(chosen) - newer(chosen))


def _right(answers: Sequence[Graded]) -> Figure:
    return share_of([one.right for one in answers], [1] * len(answers))


def _f1(answers: Sequence[Graded]) -> Figure:
    counts = [one.matched.sides for one in answers]
    return share_of([c.hits for c in counts], [(c.stated + c.known) / 2 for c in counts])


def _urgent(answers: Sequence[Graded]) -> Figure:
    due = [is_urgent(one.known.findings) for one in answers]
    met = [d and is_urgent(one.verdict.stated) for d, one in zip(due, answers, strict=True)]
    return share_of(met, due)


_FIGURES = {"right": _right, "f1": _f1, "urgent": _urgent}
