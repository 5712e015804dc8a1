"""Reads ``sentences.tsv``: what radiologists write, and what it says."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from assistant.report.finding import Finding

FILE = Path(__file__).with_name("sentences.tsv")
LATER = "事后另写"


@dataclass(frozen=True)
class Sentence:
    """One line.

    Attributes:
        text: as written.
        expected: its findings.
        understood: False where extraction is known to fail.
        later: written after the extractor, without looking at what it makes of it.
    """

    text: str
    expected: tuple[Finding, ...]
    understood: bool
    later: bool


def read() -> list[Sentence]:
    """Every sentence in order."""
    found: list[Sentence] = []
    later = False
    for line in FILE.read_text(encoding="utf-8").splitlines():
        later = later or (line.startswith("#") and LATER in line)
        if line.strip() and not line.startswith("#"):
            text, _, findings = line.partition("\t")
            expected = tuple(_finding(part.split()) for part in findings.split(";") if part.strip())
            understood = not text.startswith("!")
            found.append(
                Sentence(text.lstrip("!").replace("\\n", "\n"), expected, understood, later)
            )
    return found


def _finding(words: list[str]) -> Finding:
    size = next((float(w[1:]) for w in words if w.startswith("=")), None)
    words = [w for w in words if not w.startswith("=")]
    status = "无" if words[0].startswith("-") else "可疑" if words[-1].endswith("?") else "有"
    words = [w.strip("-?") for w in words]
    side = words.pop(0) if words[0] in ("左", "右", "双侧") else ""
    return Finding(words[-1], words[-2] if len(words) > 1 else "", side, status, size)


@dataclass(frozen=True)
class Score:
    """Findings that agree in sign, site, side, status and size.

    Attributes:
        agreed: expected and found. expected: expected. found: found.
    """

    agreed: int
    expected: int
    found: int

    @property
    def precision(self) -> float:
        return self.agreed / self.found

    @property
    def recall(self) -> float:
        return self.agreed / self.expected

    @property
    def f1(self) -> float:
        return 2 * self.agreed / (self.expected + self.found)


def score(pairs: Iterable[tuple[Sequence[Finding], Sequence[Finding]]]) -> Score:
    """Over pairs of expected and found findings."""
    kept = [(set(expected), set(found)) for expected, found in pairs]
    return Score(
        sum(len(expected & found) for expected, found in kept),
        sum(len(expected) for expected, _ in kept),
        sum(len(found) for _, found in kept),
    )
