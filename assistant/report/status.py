"""Present, absent or suspected: how cues in a clause fall on the signs around them."""

import re
from collections.abc import Iterator, Mapping, Sequence

from assistant.report.tokens import HEADS, Token

_ALTERNATIVES = re.compile(r"[^,。;]{0,6}[、或/][^,。;]{0,6}")
_NOTHING_MORE = ("", "显示", "明确", "确切", "征象", "表现")
_NEAR = 3
_BACKWARDS = ("?", "术后", "病史")
"""What was before these is doubted, or is over; what follows is not."""

_RESOLVED = re.compile(r"吸收|消失")
_AT_ONCE = re.compile(r"[较前现今均也已]*")


def statuses(clause: str, words: Sequence[Token]) -> Mapping[int, str]:
    """Status of every head by its first character.

    A cue holds for what follows it in the clause (未见 A、B 及 C) until the next cue; one
    that directly follows a head (A、B 可能) falls back on it and on its alternatives.
    """
    found: dict[int, str] = {}
    current = "有"
    earlier: list[Token] = []
    for index, word in enumerate(words):
        if word.kind in HEADS:
            found[word.start] = "无" if word.kind == "absent" else current
            earlier.append(word)
        elif word.kind == "cue":
            if earlier and _falls_back(word, earlier[-1], clause, words[index + 1 :]):
                for head in _alternatives(clause, earlier):
                    found[head.start] = word.value
            elif word.text not in _BACKWARDS:
                current = "有" if word.value == "见" else word.value
    return found


def _falls_back(cue: Token, head: Token, clause: str, later: Sequence[Token]) -> bool:
    if cue.text == "?":
        return True
    if cue.value == "见" or cue.start - head.end > _NEAR:
        return False
    between = clause[head.end : cue.start]
    if _RESOLVED.search(cue.text) and not _AT_ONCE.fullmatch(between):
        return False  # 血肿致脑沟消失: the sulci are gone
    if cue.value == "无":  # 结节未见 denies the nodule, 结节未见增大 does not
        return clause[cue.end :].strip() in _NOTHING_MORE and not later
    return cue.value == "问" or not any(word.kind in HEADS for word in later[:1])


def _alternatives(clause: str, heads: Sequence[Token]) -> Iterator[Token]:
    """The last head and those listed before it with 、 or 或."""
    following = heads[-1]
    yield following
    for head in reversed(heads[:-1]):
        if not _ALTERNATIVES.fullmatch(clause[head.end : following.start]):
            return
        yield head
        following = head
