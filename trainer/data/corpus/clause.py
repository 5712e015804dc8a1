"""Sentences and clauses, in English and in Chinese."""

import re

SENTENCE_EN = re.compile(r"(?<=[.!?;])(?<!\d\.)\s+|\n")
SENTENCE_ZH = re.compile(r"[。！？；\n]")
CLAUSE_EN = re.compile(
    r"[,;:.](?!\d)|\b(?:but|however|while|whereas|although|though|except|despite|with(?!out))\b",
    re.I,
)
CLAUSE_ZH = re.compile(
    r"[，。；：！？,;]|但是?|然而|而(?=[可见有])|除(?=了|[^外。，]{1,12}外)|伴(?!行)"
)


def around(text: str, start: int, stop: int, pattern: re.Pattern[str]) -> str:
    """The clause, between two matches of ``pattern``, that holds these characters."""
    first, last = bounds(text, start, stop, pattern)
    return text[first:last]


def bounds(text: str, start: int, stop: int, pattern: re.Pattern[str]) -> tuple[int, int]:
    """Where the clause that holds these characters starts and stops."""
    first = max((m.end() for m in pattern.finditer(text) if m.end() <= start), default=0)
    last = min((m.start() for m in pattern.finditer(text) if m.start() >= stop), default=len(text))
    return first, last
