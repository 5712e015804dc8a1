"""The terminology table: how an English term is written in Chinese."""

import re
from dataclasses import dataclass
from pathlib import Path

from assistant.errors import AssistantError
from assistant.places import CONFIGS
from trainer.config import read_yaml

TERMINOLOGY = CONFIGS / "terminology.zh.yaml"
_NO_FINDING = re.compile(
    r"\b(?:lung|lobe|mediastinum|liver|gallbladder|spleen|pancreas|kidney|gland|bladder|ganglia"
    r"|thalamus|cerebellum|brainstem|ventricle|vertebra|body|contrast|axial|coronal|sagittal)\b",
    re.I,
)


@dataclass(frozen=True)
class Term:
    """An English term; ``chinese[0]`` is preferred, the others are as right."""

    english: str
    chinese: tuple[str, ...]

    @property
    def is_finding(self) -> bool:
        """Rather than a place or a way of imaging."""
        return _NO_FINDING.search(self.english) is None


@dataclass(frozen=True)
class Mention:
    """A term where a text uses it: characters ``start`` to ``stop``."""

    term: Term
    start: int
    stop: int


@dataclass(frozen=True)
class Terminology:
    """The whole table, longest terms first."""

    terms: tuple[Term, ...]
    pattern: re.Pattern[str]

    def mentions(self, text: str) -> list[Mention]:
        """Every term in an English text, the longest where several fit."""
        return [
            Mention(self.terms[int(str(found.lastgroup)[1:])], found.start(), found.end())
            for found in self.pattern.finditer(text)
        ]


def load_terminology(path: Path = TERMINOLOGY) -> Terminology:
    """Read the table.

    Raises:
        AssistantError: TRN-101 unreadable, TRN-506 naming every wrong entry at once.
    """
    terms: list[Term] = []
    faults: list[str] = []
    for english, chinese in read_yaml(path).items():
        words = chinese if isinstance(chinese, list) else [chinese]
        named = tuple(word.strip() for word in words if isinstance(word, str) and word.strip())
        if not named or len(named) < len(words):
            faults.append(f"“{english}”的译名应为文字或文字的列表")
            continue
        terms.append(Term(str(english), named))
    if faults:
        raise AssistantError(
            "TRN-506",
            f"术语表 {path.name} 有 {len(faults)} 处不对：{'；'.join(faults)}。",
            next_step="请按文件开头的说明改正。",
        )
    ordered = tuple(sorted(terms, key=lambda term: -len(term.english)))
    ways = "|".join(
        rf"(?P<t{number}>{re.escape(term.english)}(?:e?s)?)" for number, term in enumerate(ordered)
    )
    return Terminology(ordered, re.compile(rf"\b(?:{ways or '(?!)'})\b", re.I))
