"""The sides that a text names, and what it names on a side."""

import re

from trainer.data.corpus.clause import CLAUSE_EN, CLAUSE_ZH, bounds

SIDE_EN = re.compile(
    r"\b(?:(?P<l>left)|(?P<r>right)|(?P<b>bilateral(?:ly)?|both))\b(?!\s+(?:side|half) up)", re.I
)
SIDE_ZH = re.compile(
    r"(?P<b>双侧|两侧|双|两(?=[肺肾眼耳]|[上下]叶)|左右|左、右|左右两)|(?P<l>左)|(?P<r>右)"
)
_JOINT = re.compile(r"\b(?:and|as well as)\b|[、和及与并]|同时", re.I)


def side_order(pattern: re.Pattern[str], text: str) -> list[str]:
    """Sides in order, without repetition; "left and right" together are both."""
    text = re.sub(
        r"\b(?:left and (?:the )?right|right and (?:the )?left)\b", "bilateral", text, flags=re.I
    )
    order: list[str] = []
    for found in pattern.finditer(text):
        side = str(found.lastgroup)
        if not order or order[-1] != side:
            order.append(side)
    return order


def beside(
    text: str, start: int, stop: int, side: re.Pattern[str], findings: re.Pattern[str]
) -> str:
    """The part of a text that says on which side the finding at these characters is.

    A clause, or one of its parts joined by "and" or 及, if each has a side and a finding of its
    own: the nodule of "a nodule in the left upper and right lower lobe" is in both.
    """
    first, last = bounds(text, start, stop, CLAUSE_EN if side is SIDE_EN else CLAUSE_ZH)
    joints = list(_JOINT.finditer(text, first, last))
    stops = [*(joint.start() for joint in joints), last][1:]
    for joint, end in zip(joints, stops, strict=True):
        parts = (text[first : joint.start()], text[joint.end() : end])
        if all(side.search(part) and findings.search(part) for part in parts):
            if stop <= joint.start():
                return parts[0]
            first = joint.end()
    return text[first:last]
