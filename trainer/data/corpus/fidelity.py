"""Whether a Chinese translation still says what the English caption says.

Looks for what harms a patient: a negation, a side or a number that was lost, added or moved.
Wording, style and completeness are not judged. Being unsure counts as a fault: a refused
translation costs a retry, an accepted wrong one teaches a model to be wrong.
"""

import re
from dataclasses import dataclass
from typing import Literal

from trainer.data.corpus.captions import is_chinese
from trainer.data.corpus.terminology import Mention, Terminology

Kind = Literal["negation", "side", "number", "language"]
NAMES: dict[Kind, str] = {"negation": "否定", "side": "侧别", "number": "数字", "language": "语言"}

_NOT_EN = re.compile(
    r"\b(?:no|not|non|without|absence of|absent|lack(?:s|ing)? of|negative for|free of|neither|"
    r"nor|never|cannot|denies|unremarkable for|rules? out|ruled out|excludes?|fails? to)\b|"
    r"n['’]t\b",
    re.I,
)
# Words that contain a negative sign and deny nothing.
_NOT_DENIAL_EN = re.compile(
    r"\bnot only\b|\bnot limited to\b|\bno longer than\b|\bno (?:more|less) than\b|"
    r"\bnon-?contrast\b|\bnon-?enhanced\b|\bnon-?specific\b|\bnon-?small\b|"
    r"\b(?:can ?not|could not|not|n['’]t) (?:be )?(?:\w+ly )?(?:excluded?|ruled? out)\b", re.I
)  # fmt: skip
_NOT_ZH = re.compile(
    r"未(?!来|破|成熟|分化|增强|定型)|无(?!菌|名|症状性?|痛性)|没有|并非|不是|不存在|不见|不伴|不能|不支持|不考虑|不累及|不含|"
    r"不显示|不明显|不可见|不符合|不提示|不属于|排除|除外|否认|缺乏|缺如|缺失|阴性|非(?!特异|增强|小细胞|常|对称|典型|典型性)"
)
_NOT_DENIAL_ZH = re.compile(
    r"不仅|不除外|不能除外|不能排除|未除外|无法排除|不排除|不超过|不少于|不大于|不小于|未明确"
)
_SENTENCE_EN = re.compile(r"(?<=[.!?;])(?<!\d\.)\s+|\n")
_SENTENCE_ZH = re.compile(r"[。！？；\n]")
_CLAUSE_EN = re.compile(
    r"[,;:.](?!\d)|\b(?:but|however|while|whereas|although|though|except|despite|with(?!out))\b",
    re.I,
)
_CLAUSE_ZH = re.compile(
    r"[，。；：！？,;]|但是?|然而|而(?=[可见有])|除(?=了|[^外。，]{1,12}外)|伴(?!行)"
)
_SIDE_EN = re.compile(
    r"\b(?:(?P<l>left)|(?P<r>right)|(?P<b>bilateral(?:ly)?|both))\b(?!\s+(?:side|half) up)", re.I
)
_SIDE_ZH = re.compile(
    r"(?P<b>双侧|两侧|双|两(?=[肺肾眼耳]|[上下]叶)|左右|左、右|左右两)|(?P<l>左)|(?P<r>右)"
)
_LENGTH = (
    r"(?:[\s-]*(?P<unit>(?P<cm>cm|centimet(?:er|re)s?|(?:平方|立方)?(?:厘米|公分))|"
    r"mm|millimet(?:er|re)s?|(?:平方|立方)?毫米)(?![a-z]))?"
)
_NUMBER = re.compile(r"(?P<number>\d+(?:[.,]\d+)*)" + _LENGTH, re.I)
# "12 × 8 mm" and "3–4 cm": the unit behind the last number is that of all.
_SAME_UNIT = re.compile(r"\s*(?:[x×*~～–—至到和与-]|to|by|and)\s*", re.I)
_WORDS_EN = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8,
    "nine": 9, "ten": 10, "first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5,
    "single": 1, "both": 2, "half": 0.5, "twelve": 12, "double": 2, "a": 1, "an": 1, "pair": 2,
}  # fmt: skip
_DIGITS_ZH = dict(zip("一二两三四五六七八九十", (1, 2, 2, 3, 4, 5, 6, 7, 8, 9, 10), strict=True))
_SPELLED_EN = re.compile(rf"\b(?P<number>{'|'.join(_WORDS_EN)})\b{_LENGTH}", re.I)
_COUNT_EN = re.compile(
    r"\b(?P<number>two|three|four|five|six|seven|eight|nine|ten)\b(?=\s+(?!of\b)[a-z])", re.I
)
"""Counts of things, which a translation must give, in figures or in words."""
_SPELLED_ZH = re.compile(rf"(?P<number>[{''.join(_DIGITS_ZH)}]){_LENGTH}", re.I)


@dataclass(frozen=True)
class Fault:
    """What the translation got wrong, with a sentence for the one who translates again."""

    kind: Kind
    detail: str


@dataclass(frozen=True)
class Quantity:
    """A number; a ``length`` is in mm, whatever it was written in."""

    value: float
    length: bool

    @classmethod
    def of(cls, value: float, scale: int) -> "Quantity":
        """``value`` of something as long as ``scale`` mm; a plain number when that is 0."""
        return cls(round(value * (scale or 1), 6), bool(scale))

    def __str__(self) -> str:
        return f"{self.value:g} mm" if self.length else f"{self.value:g}"


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
    said, told = _quantities(english), _quantities(chinese)
    spelled = {
        Quantity.of(_DIGITS_ZH[m["number"]], _scale(m)) for m in _SPELLED_ZH.finditer(chinese)
    }
    lost = [str(one) for one in said if one not in told and one not in spelled]
    words = {
        Quantity.of(_WORDS_EN[m["number"].lower()], _scale(m))
        for m in _SPELLED_EN.finditer(english)
    }
    added = [str(one) for one in told if one not in said and one not in words]
    counted = (Quantity.of(_WORDS_EN[m["number"].lower()], 0) for m in _COUNT_EN.finditer(english))
    if "双" in chinese or "两" in chinese:
        spelled.add(Quantity.of(2, 0))
    lost += [str(one) for one in counted if one not in told and one not in spelled]
    faults = [Fault("number", f"丢了数字 {'、'.join(lost)}")] if lost else []
    if added:
        faults.append(Fault("number", f"多了数字 {'、'.join(added)}"))
    kept = [one for one in said if one in told]
    if not faults and kept != [one for one in told if one in said]:
        faults.append(Fault("number", "数字换了先后，可能换了对象"))
    return faults


def _quantities(text: str) -> list[Quantity]:
    """Every number in figures, each once."""
    found: list[Quantity] = []
    scale, start = 0, len(text)
    for match in reversed(list(_NUMBER.finditer(text))):
        if match["unit"] or not _SAME_UNIT.fullmatch(text, match.end(), start):
            scale = _scale(match)
        start = match.start()
        found += [Quantity.of(value, scale) for value in _values(match["number"])]
    return list(dict.fromkeys(reversed(found)))


def _scale(match: re.Match[str]) -> int:
    """Millimetres in the unit that a match ends in, 0 without one."""
    return 10 if match["cm"] else 1 if match["unit"] else 0


def _values(number: str) -> list[float]:
    plain = re.sub(r",(?=\d{3}(?:\D|$))", "", number).replace(",", ".")
    return [float(part) for part in ([plain] if plain.count(".") < 2 else plain.split("."))]


def _sides(english: str, chinese: str) -> list[Fault]:
    said, told = _side_order(_SIDE_EN, english), _side_order(_SIDE_ZH, chinese)
    if said == told:
        return []
    names = {"l": "左", "r": "右", "b": "双侧"}
    shown = [" ".join(names[side] for side in order) or "无" for order in (said, told)]
    return [Fault("side", f"原文的侧别依次为 {shown[0]}，译文为 {shown[1]}")]


def _side_order(pattern: re.Pattern[str], text: str) -> list[str]:
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


def _negations(english: str, chinese: str) -> list[Fault]:
    said = [_denies_en(s) for s in _SENTENCE_EN.split(english) if s.strip()]
    told = [_denies_zh(s) for s in _SENTENCE_ZH.split(chinese) if s.strip()]
    if any(said) != any(told):
        return [Fault("negation", "译文丢了否定" if any(said) else "译文多了否定")]
    if len(said) == len(told) and said != told:
        place = next(n for n, pair in enumerate(zip(said, told, strict=True)) if pair[0] != pair[1])
        return [Fault("negation", f"第 {place + 1} 句的否定与原文不符")]
    clauses = sum(_denies_zh(clause) for clause in re.split(r"[，。；！？\n]", chinese))
    if clauses < sum(said):
        return [Fault("negation", f"原文有 {sum(said)} 句否定，译文只有 {clauses} 处")]
    return []


def _denies_en(text: str) -> bool:
    return bool(_NOT_EN.search(_NOT_DENIAL_EN.sub(" ", text)))


def _denies_zh(text: str) -> bool:
    return bool(_NOT_ZH.search(_NOT_DENIAL_ZH.sub(" ", text)))


def _terms(english: str, chinese: str, table: Terminology) -> list[Fault]:
    """A term that both use must be denied, and on the same side, in both or in neither."""
    mentions = table.mentions(english)
    for mention in mentions:
        if sum(other.term == mention.term for other in mentions) > 1:
            continue
        word = next((word for word in mention.term.chinese if chinese.count(word) == 1), "")
        # "肺" inside "肺不张" is no mention of the lung: only words that nothing longer contains.
        if len(word) < 2 or _part_of_longer(word, mention, mentions, chinese):
            continue
        place = chinese.index(word)
        said = _around(english, mention.start, mention.stop, _CLAUSE_EN)
        told = _around(chinese, place, place + len(word), _CLAUSE_ZH)
        if _denies_en(said) != _denies_zh(told) and not _shared(english, chinese, mention, place):
            return [Fault("negation", f"“{word}”的否定与原文不符")]
        one, other = _side_order(_SIDE_EN, said), _side_order(_SIDE_ZH, told)
        if len(one) == 1 and len(other) == 1 and one != other:
            return [Fault("side", f"“{word}”的侧别与原文不符")]
    return []


def _part_of_longer(word: str, mention: Mention, all_: list[Mention], chinese: str) -> bool:
    return any(
        word in longer and word != longer and longer in chinese
        for other in all_
        if other.term != mention.term
        for longer in other.term.chinese
    )


def _around(text: str, start: int, stop: int, pattern: re.Pattern[str]) -> str:
    """The clause that holds these characters."""
    first = max((m.end() for m in pattern.finditer(text) if m.end() <= start), default=0)
    last = min((m.start() for m in pattern.finditer(text) if m.start() >= stop), default=len(text))
    return text[first:last]


def _shared(english: str, chinese: str, mention: Mention, place: int) -> bool:
    """A denial that reaches over a list: "no A, B or C" is "未见甲、乙，亦未见丙"."""
    said = _around(english, mention.start, mention.stop, _SENTENCE_EN)
    told = _around(chinese, place, place + 1, _SENTENCE_ZH)
    return _only_denials(said) and _denies_zh(told)


def _only_denials(sentence: str) -> bool:
    turns = re.search(
        r"\b(?:but|however|while|whereas|although|though|except|despite|with)\b", sentence, re.I
    )
    return _denies_en(sentence) and turns is None
