"""Numbers in a text, in figures or words; lengths in one unit."""

import re
from dataclasses import dataclass

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
_SPELLED_ZH = re.compile(rf"(?P<number>[{''.join(_DIGITS_ZH)}]){_LENGTH}", re.I)


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


def quantities(text: str) -> list[Quantity]:
    """Every number in figures, each once."""
    found: list[Quantity] = []
    scale, start = 0, len(text)
    for match in reversed(list(_NUMBER.finditer(text))):
        if match["unit"] or not _SAME_UNIT.fullmatch(text, match.end(), start):
            scale = _scale(match)
        start = match.start()
        found += [Quantity.of(value, scale) for value in _values(match["number"])]
    return list(dict.fromkeys(reversed(found)))


def spelled_en(text: str) -> set[Quantity]:
    """Numbers that English spells out, an article counting as one."""
    return {
        Quantity.of(_WORDS_EN[m["number"].lower()], _scale(m)) for m in _SPELLED_EN.finditer(text)
    }


def spelled_zh(text: str) -> set[Quantity]:
    """Numbers in Chinese characters."""
    return {Quantity.of(_DIGITS_ZH[m["number"]], _scale(m)) for m in _SPELLED_ZH.finditer(text)}


def counts_en(text: str) -> list[Quantity]:
    """Counts of things, which a translation must give, in figures or in words."""
    return [Quantity.of(_WORDS_EN[m["number"].lower()], 0) for m in _COUNT_EN.finditer(text)]


def _scale(match: re.Match[str]) -> int:
    """Millimetres in the unit that a match ends in, 0 without one."""
    return 10 if match["cm"] else 1 if match["unit"] else 0


def _values(number: str) -> list[float]:
    plain = re.sub(r",(?=\d{3}(?:\D|$))", "", number).replace(",", ".")
    return [float(part) for part in ([plain] if plain.count(".") < 2 else plain.split("."))]
