"""What the embedded model is meant to reach, and whether an examination shows it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from assistant.report.finding import Finding
from trainer.data.phantom.labels import TIER_ONE
from trainer.exam.gate import losses
from trainer.exam.result import Examination
from trainer.exam.settings import Losses
from trainer.metrics.details import Graded, detail
from trainer.metrics.share import Measure, Share
from trainer.metrics.tuples import Matched

SMALL_MM, FAINT_GREY = 15.0, 20.0
"""A lesion is small up to this diameter or thickness, and faint below so many grey levels."""

Figure = Share | Measure


@dataclass(frozen=True)
class Goal:
    """One line of the table.

    Attributes:
        name: for people.
        figure: what was reached, with its interval; None when it was not measured.
        target: what is wanted.
        at_least: the figure shall be at least the target, else at most.
        unit: "%" for shares, "s" for seconds.
        why: why it was not measured, or what it covers.
    """

    name: str
    figure: Figure | None
    target: float
    at_least: bool = True
    unit: str = "%"
    why: str = ""

    @property
    def met(self) -> bool | None:
        """By the figure itself, not by its interval; None when there is none."""
        if self.figure is None or not self.figure.of:
            return None
        value = self.figure.value
        return value >= self.target if self.at_least else value <= self.target


def goals_of(found: Examination, signs: Iterable[str] = TIER_ONE) -> list[Goal]:
    """Those that one examination decides, in the order of the issue that sets them."""
    answers = [restricted(one, frozenset(signs)) for one in found.answers]
    summary, chance = found.summary, found.summary.majority
    small = [one for one in answers if any(map(_small, one.known.findings))]
    faint = [one for one in answers if any(_faint(value) for value in one.contrasts)]
    return [
        Goal("第一层征象 F1（征象与侧别）", detail(answers).sides.f1, 0.95),
        Goal(f"第一层征象 F1，含 ≤ {SMALL_MM:g} mm 病灶的层面", detail(small).sides.f1, 0.85),
        Goal(
            f"第一层征象 F1，含对比 < {FAINT_GREY:g} 灰阶病灶的层面", detail(faint).sides.f1, 0.85
        ),
        Goal("侧别错误", detail(answers).wrong_side, 0.01, at_least=False),
        Goal("急症检出", summary.urgent, 0.97),
        Goal("正常判为正常", summary.normal, 0.98),
        Goal("大小误差 ≤ 30%", summary.size, 0.90),
        Goal("部位正确", summary.region, 0.99),
        Goal("全黑图片完全正确", summary.blank, chance.interval[1], at_least=False, why=_CHANCE),
        Goal("图片错位完全正确", summary.shuffled, chance.interval[1], at_least=False, why=_CHANCE),
        Goal("非 CT 被拒绝", summary.not_ct, 0.98),
        Goal("追问与第一次一致", found.controls.consistent, 0.95),
    ]


_CHANCE = "目标是总答最常见结论的区间上限"


def f1_over(answers: Sequence[Graded], signs: Iterable[str]) -> Measure:
    """F1 of signs with their sides, as if there were no others."""
    kept = frozenset(signs)
    return detail([restricted(one, kept) for one in answers]).sides.f1


def lost(before: Sequence[Graded], after: Sequence[Graded], names: tuple[str, str]) -> Goal:
    """What quantising cost in F1 over signs and sides, on the pictures both were shown."""
    name = f"{names[0]} → {names[1]} 的 F1 损失"
    if not before or not after:
        return Goal(name, None, 0.01, at_least=False, why="没有这种形式的模型文件夹")
    step = losses(names, before, after, Losses())
    figure = next(loss.lost for loss in step if loss.metric == "f1")
    return Goal(name, figure, 0.01, at_least=False)


def restricted(one: Graded, signs: frozenset[str]) -> Graded:
    """An answer as if there were no other signs, neither in the picture nor in the answer."""
    kept = [finding.sign in signs for finding in one.known.findings]
    findings = tuple(f for f, keep in zip(one.known.findings, kept, strict=True) if keep)
    contrasts = tuple(c for c, keep in zip(one.contrasts, kept, strict=True) if keep)
    stated = tuple(f for f in one.verdict.stated if f.sign in signs)
    known = replace(one.known, findings=findings)
    matched = Matched(
        tuple(pair for pair in one.matched.pairs if pair.known.sign in signs),
        tuple(finding for finding in one.matched.missed if finding.sign in signs),
        tuple(finding for finding in one.matched.extra if finding.sign in signs),
    )
    verdict = replace(one.verdict, known=known, stated=stated)
    return replace(one, verdict=verdict, contrasts=contrasts, matched=matched)


def _small(finding: Finding) -> bool:
    """A shift of the midline is measured, but is no lesion."""
    size = finding.size_mm
    return size is not None and size <= SMALL_MM and finding.sign != "中线移位"


def _faint(contrast: float | None) -> bool:
    return contrast is not None and contrast < FAINT_GREY
