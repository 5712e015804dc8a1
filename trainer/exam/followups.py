"""Follow-up questions, and whether their answers agree with the first answer."""

from collections.abc import Sequence
from dataclasses import dataclass

from assistant.report.finding import Finding
from assistant.report.findings import extract
from assistant.report.sections import normalize
from assistant.report.tokens import tokenize
from trainer.data.colloquial import WORDS
from trainer.metrics.share import Share
from trainer.metrics.tuples import each_side
from trainer.metrics.yesno import polarity

WHERE = "病灶在哪一侧？"


@dataclass(frozen=True)
class Probe:
    """A question, and what the first answer makes one expect.

    Attributes:
        question: asked in the same conversation.
        signs: those asked for, of which one suffices; none when the side is asked for.
        present: the first answer has one of them.
        sides: that the first answer names.
    """

    question: str
    signs: frozenset[str] = frozenset()
    present: bool = False
    sides: frozenset[str] = frozenset()


def probes(stated: Sequence[Finding], others: Sequence[str], region: str) -> tuple[Probe, ...]:
    """Is a sign there, by its name and by the word people use; and on which side.

    Args:
        stated: findings that the first answer affirms or suspects.
        others: signs to ask for when it has none; the first is.
        region: of the picture; 积液 means another sign in another region.
    """
    sign = stated[0].sign if stated else next(iter(others), "")
    if not sign:
        return ()
    there = {finding.sign for finding in stated}
    asked = [Probe(f"有{sign}吗？", frozenset({sign}), present=bool(stated))]
    for word, meant in WORDS.get(region, {}).items():
        if sign in meant:
            signs = frozenset(meant)
            asked.append(Probe(f"有没有{word}？", signs, present=bool(signs & there)))
            break
    sides = frozenset(finding.side for finding in each_side(stated) if finding.side)
    return (*asked, Probe(WHERE, sides=sides)) if sides else tuple(asked)


def agrees(probe: Probe, answer: str) -> bool:
    """Does a later answer agree with the first? One that speaks of other signs only does not."""
    if not probe.signs:
        return _sides(answer) == probe.sides
    named = extract(answer)
    said = {f.status for f in named if f.sign in probe.signs}
    if named and not said:
        return False
    present = polarity(probe.question, answer) if not said else said != {"无"}
    return present is probe.present


def consistency(asked: Sequence[tuple[str, Probe, str]]) -> Share:
    """Later answers that agree with the first, of first answers, probes and later answers."""
    return Share.among(agrees(probe, answer) for _, probe, answer in asked)


def _sides(answer: str) -> frozenset[str]:
    """Sides that an answer names; lobes of the liver are not sides."""
    named: set[str] = set()
    for token in tokenize(normalize(answer)):
        if token.kind == "side":
            named |= {"左", "右"} if token.value == "双侧" else {token.value}
        elif token.value == "中线移位":
            named |= {side for side in "左右" if side in token.text}
    return frozenset(named)
