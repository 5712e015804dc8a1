"""Whether a Chinese translation still says what the English caption says.

Looks for what harms a patient: a negation, a side or a number that was lost, added or moved.
Wording, style and completeness are not judged. Being unsure counts as a fault: a refused
translation costs a retry, an accepted wrong one teaches a model to be wrong.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from trainer.data.corpus.captions import is_chinese
from trainer.data.corpus.clause import CLAUSE_EN, CLAUSE_ZH, SENTENCE_EN, SENTENCE_ZH, around
from trainer.data.corpus.denial import denies_en, denies_zh, finding_denied_en, finding_denied_zh
from trainer.data.corpus.quantity import Quantity, counts_en, quantities, spelled_en, spelled_zh
from trainer.data.corpus.side import SIDE_EN, SIDE_ZH, beside, side_order
from trainer.data.corpus.terminology import Mention, Terminology

Kind = Literal["negation", "side", "number", "language"]
NAMES: dict[Kind, str] = {"negation": "否定", "side": "侧别", "number": "数字", "language": "语言"}


@dataclass(frozen=True)
class Fault:
    """What the translation got wrong, with a sentence for the one who translates again."""

    kind: Kind
    detail: str


def check(english: str, chinese: str, table: Terminology) -> tuple[Fault, ...]:
    """Everything that a translation lost, added or moved; empty when it may be used.

    >>> from trainer.data.corpus.terminology import load_terminology
    >>> check("No pneumothorax on the left.", "左侧可见气胸。", load_terminology())[0].kind
    'negation'
    """
    chinese = chinese.strip()
    if not is_chinese(chinese):
        return (Fault("language", "译文不是中文"),)
    if "\ufffd" in chinese or not 0.15 <= len(chinese) / max(len(english), 1) <= 1.6:
        return (Fault("language", "译文过长、过短或有乱码"),)
    faults = [*_numbers(english, chinese), *_sides(english, chinese), *_negations(english, chinese)]
    if not faults:
        faults += _terms(english, chinese, table)
    return tuple(faults)


def _numbers(english: str, chinese: str) -> list[Fault]:
    said, told = quantities(english), quantities(chinese)
    spelled, words = spelled_zh(chinese), spelled_en(english)
    lost = [str(one) for one in said if one not in told and one not in spelled]
    pairs = {Quantity.of(2, 0)} if "双" in chinese or "两" in chinese else set()
    lost += [str(one) for one in counts_en(english) if one not in {*told, *spelled, *pairs}]
    added = [str(one) for one in told if one not in said and one not in words]
    faults = [Fault("number", f"丢了数字 {'、'.join(lost)}")] if lost else []
    if added:
        faults.append(Fault("number", f"多了数字 {'、'.join(added)}"))
    kept = [one for one in said if one in told]
    if not faults and kept != [one for one in told if one in said]:
        faults.append(Fault("number", "数字换了先后，可能换了对象"))
    return faults


def _sides(english: str, chinese: str) -> list[Fault]:
    said, told = side_order(SIDE_EN, english), side_order(SIDE_ZH, chinese)
    if said == told:
        return []
    names = {"l": "左", "r": "右", "b": "双侧"}
    shown = [" ".join(names[side] for side in order) or "无" for order in (said, told)]
    return [Fault("side", f"原文的侧别依次为 {shown[0]}，译文为 {shown[1]}")]


def _negations(english: str, chinese: str) -> list[Fault]:
    said = [denies_en(s) for s in SENTENCE_EN.split(english) if s.strip()]
    told = [denies_zh(s) for s in SENTENCE_ZH.split(chinese) if s.strip()]
    if any(said) != any(told):
        return [Fault("negation", "译文丢了否定" if any(said) else "译文多了否定")]
    if len(said) == len(told) and said != told:
        place = next(n for n, pair in enumerate(zip(said, told, strict=True)) if pair[0] != pair[1])
        return [Fault("negation", f"第 {place + 1} 句的否定与原文不符")]
    clauses = sum(denies_zh(clause) for clause in re.split(r"[，。；！？\n]", chinese))
    if clauses < sum(said):
        return [Fault("negation", f"原文有 {sum(said)} 句否定，译文只有 {clauses} 处")]
    return []


def _terms(english: str, chinese: str, table: Terminology) -> list[Fault]:
    """A term that both use must be denied, and on the same side, in both or in neither."""
    mentions = table.mentions(english)
    findings = [mention for mention in mentions if mention.term.is_finding]
    named_en = _any(english[mention.start : mention.stop] for mention in findings)
    named_zh = _any(word for mention in findings for word in mention.term.chinese)
    for mention in mentions:
        if sum(other.term == mention.term for other in mentions) > 1:
            continue
        word = next((word for word in mention.term.chinese if chinese.count(word) == 1), "")
        # "肺" inside "肺不张" is no mention of the lung: only words that nothing longer contains.
        if len(word) < 2 or _part_of_longer(word, mention, mentions, chinese):
            continue
        start = chinese.index(word)
        stop = start + len(word)
        if _denied_otherwise(english, chinese, mention, start, stop):
            return [Fault("negation", f"“{word}”的否定与原文不符")]
        said = beside(english, mention.start, mention.stop, SIDE_EN, named_en)
        told = beside(chinese, start, stop, SIDE_ZH, named_zh)
        one, other = side_order(SIDE_EN, said), side_order(SIDE_ZH, told)
        if len(one) == 1 and len(other) == 1 and one != other:
            return [Fault("side", f"“{word}”的侧别与原文不符")]
    return []


def _any(words: Iterable[str]) -> re.Pattern[str]:
    """Any of these words; none where there are none."""
    return re.compile("|".join(map(re.escape, words)) or "(?!)")


def _denied_otherwise(english: str, chinese: str, mention: Mention, start: int, stop: int) -> bool:
    said = around(english, mention.start, mention.stop, CLAUSE_EN)
    told = around(chinese, start, stop, CLAUSE_ZH)
    if denies_en(said) != denies_zh(told) and not _shared(english, chinese, mention, start):
        return True
    if not mention.term.is_finding:
        return False
    one = finding_denied_en(english, mention.start, mention.stop)
    other = finding_denied_zh(chinese, start, stop)
    return None not in (one, other) and one != other


def _part_of_longer(word: str, mention: Mention, all_: list[Mention], chinese: str) -> bool:
    return any(
        word in longer and word != longer and longer in chinese
        for other in all_
        if other.term != mention.term
        for longer in other.term.chinese
    )


def _shared(english: str, chinese: str, mention: Mention, place: int) -> bool:
    """A denial that reaches over a list: "no A, B or C" is "未见甲、乙，亦未见丙"."""
    said = around(english, mention.start, mention.stop, SENTENCE_EN)
    told = around(chinese, place, place + 1, SENTENCE_ZH)
    return _only_denials(said) and denies_zh(told)


def _only_denials(sentence: str) -> bool:
    turns = re.search(
        r"\b(?:but|however|while|whereas|although|though|except|despite|with)\b", sentence, re.I
    )
    return denies_en(sentence) and turns is None
