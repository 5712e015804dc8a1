"""Words of a report that matter to extraction, in order of appearance."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Literal

from assistant.report.anatomy import LESIONS, ORGANS, SITES
from assistant.report.lexicon import SIGNS

Kind = Literal["sign", "absent", "noun", "lesion", "site", "organ", "side", "size", "cue"]
HEADS: tuple[Kind, ...] = ("sign", "absent", "noun", "lesion")
"""What a finding can stand on."""

# Words that contain a word of the lexicon but mean something else.
_SKIPPED = (
    "占位效应", "占位征象", "结节状", "结节样", "肿块状", "团块状", "囊肿样", "出血量", "出血性",
    "左右",
    "脾大小", "头皮血肿", "皮下血肿", "肺窗", "纵隔窗", "脑窗", "骨窗", "腹窗", "意见",
    "类似", "见图",
)  # fmt: skip
_NOT_A_SIZE = "|".join(
    (
        r"(?:层[厚距]|距)[^,。;]{0,8}?\d+(?:\.\d+)?\s*(?:mm|cm|毫米|厘米)",
        r"(?:原|前次|上次|较前\()(?:约|为|大小|直径)*\d+(?:\.\d+)?\s*(?:mm|cm|毫米|厘米)",
        r"\d+(?:\.\d+)?\s*[mc]m[23](?!\d)",
    )
)
"""Of the slice, of the scan before, of a volume."""

_SOFT_TISSUE = (
    r"(?:头皮|皮下|帽状腱膜|软组织|胸壁)[^,。;硬颅脑腔肺]{0,8}?(?:血肿影?|积血|积气|气体影|出血)"
)
"""Blood and air that are neither in the skull nor in the pleura."""

_NO_DENIAL = r"(?:无|未见)(?:明显|明确)?(?:移位|变化|改变)(?:[性的之](?=\S)|(?=骨折))|未破入脑室"
"""无移位骨折 is a fracture."""

# First alternative wins, so 不除外 is tried before 除外, and 有无 before 无.
_CUES: Mapping[str, str] = {
    "有": r"可能性?(?:较|很)?[大高]",
    "可疑": r"(?:不能|无法|未能|尚不能|难以?|不可|不宜|不|未|待|需|有待)(?:完全|明确)?(?:除外|排除)"
    r"|待排|待查|高度怀疑|怀疑|可疑|疑似|疑诊|疑为|疑|可能性?小?(?:为|是|系)?|似(?:为|有|见|可见)|警惕|\?",
    "问": r"有无|是否|术后|病史|既往|曾有",
    "无": r"不伴有?|未伴有?|未合并|不合并|未出现|未示|未观察到|看不到"
    r"|没有(?:看|见|观察|检|提示|显示)[到见]?|未(?:再)?(?:见|发现|显示|提示|查见|探及|检出|及)|没有|未有|无|排除|除外|否认"
    r"|不(?:考虑|支持|符合|存在)|并非|不是|阴性|\(-\)"
    r"|(?<![未没不能有])(?:已|基本|完全)(?:基本|完全)?(?:吸收|消失)|(?<![未没不能])消失",
    "见": r"但|而|(?<!残)余|可见|另见|示|见|考虑|符合|合并|不过|仅|只|同时|(?<![未没含具无])有",
}
_SIDES: Mapping[str, str] = {
    "左": r"左侧?", "右": r"右侧?", "双侧": r"[双两](?:侧|(?=[肺肾额颞顶枕胸上下基小]))",
}  # fmt: skip

_LOBES = r"[额颞顶枕](?:[、及]?[额颞顶枕])+[叶部区]?"
_DIAMETER = r"(\d+(?:\.\d+)?)\s*(mm|cm|毫米|厘米)?"
_SIZE = r"N(?:\s*[×x*~-]\s*N){0,2}".replace("N", r"\d+(?:\.\d+)?\s*(?:mm|cm|毫米|厘米)?")


@dataclass(frozen=True)
class Token:
    """A word that matters.

    Attributes:
        kind: what it is; "absent" states that a sign is not there, "noun" is a sign only
            beside an organ, "lesion" one that the text does not name.
        value: canonical name; of a cue "有", "无", "可疑", "问" (not about now) or "见".
        text: as written.
        start: first character; end: one past the last.
        size_mm: of kind "size", the largest of the diameters.
        organ: of kinds "site" and "organ".
    """

    kind: Kind
    value: str
    text: str
    start: int
    end: int
    size_mm: float | None = None
    organ: str = ""


def tokenize(text: str) -> Iterator[Token]:
    """Tokens of normalized text, longest word first."""
    for match in _grammar().finditer(text):
        token = _token(match)
        if token is not None:
            yield token


def _token(match: re.Match[str]) -> Token | None:
    group, text = match.lastgroup or "", match[0]
    start, end = match.span()
    match group.split("_"):
        case ["skip"]:
            return None
        case ["noun" | "lesion" as kind]:
            return Token(kind, text, text, start, end)
        case ["sign"]:
            return Token("sign", _names("sign")[text.upper()], text, start, end)
        case ["absent"]:
            return Token("absent", _matching(text, "absent"), text, start, end)
        case ["site"]:
            name = _names("site")[text.upper()]
            return Token("site", name, text, start, end, organ=_organ_of_site(name))
        case ["organ"]:
            name = _names("organ")[text.upper()]
            return Token("organ", name, text, start, end, organ=name)
        case ["shift"]:
            return Token("sign", _matching(text, "patterns"), text, start, end)
        case ["lobes"]:
            return Token("site", _lobes(text), text, start, end, organ="脑")
        case ["size"]:
            size_mm = _millimetres(text)
            return None if size_mm is None else Token("size", text, text, start, end, size_mm)
        case ["cue" | "side" as kind, value]:
            return Token(kind, value, text, start, end)
    raise AssertionError(group)


def _matching(text: str, field: Literal["absent", "patterns"]) -> str:
    return next(s.name for s in SIGNS for p in getattr(s, field) if re.fullmatch(p, text))


def _organ_of_site(name: str) -> str:
    return next(site.organ for site in SITES if site.name == name)


def _lobes(text: str) -> str:
    """额、颞叶 and 额颞叶 are one place."""
    letters = re.sub("[、及叶部区]", "", text)
    return letters + ("叶" if text.endswith("叶") else "部")


def _millimetres(text: str) -> float | None:
    diameters = re.findall(_DIAMETER, text, re.I)
    last_unit = diameters[-1][1]
    if not last_unit:
        return None
    return max(
        round(float(number) * (10 if (unit or last_unit).lower() in ("cm", "厘米") else 1), 2)
        for number, unit in diameters
    )


@cache
def _grammar() -> re.Pattern[str]:
    groups = {
        "skip": f"{_any(_SKIPPED)}|{_NOT_A_SIZE}|{_NO_DENIAL}|{_SOFT_TISSUE}",
        "absent": "|".join(pattern for sign in SIGNS for pattern in sign.absent),
        "shift": "|".join(pattern for sign in SIGNS for pattern in sign.patterns),
        "sign": _any(_names("sign")),
        "noun": _any(noun for sign in SIGNS for noun in sign.nouns),
        "lesion": _any(LESIONS),
        "lobes": _LOBES,
        "site": _any(_names("site")),
        "organ": _any(_names("organ")),
        "size": _SIZE,
        **{f"cue_{value}": pattern for value, pattern in _CUES.items()},
        **{f"side_{value}": pattern for value, pattern in _SIDES.items()},
    }
    return re.compile("|".join(f"(?P<{name}>{body})" for name, body in groups.items()), re.I)


def _any(words: Iterable[str]) -> str:
    return "|".join(re.escape(word) for word in sorted(set(words), key=len, reverse=True))


@cache
def _names(kind: str) -> Mapping[str, str]:
    """Every spelling, upper case, to its canonical name."""
    spellings: dict[str, Iterable[tuple[str, tuple[str, ...]]]] = {
        "sign": ((sign.name, (sign.name, *sign.synonyms)) for sign in SIGNS),
        "site": ((site.name, (site.name, *site.synonyms)) for site in SITES),
        "organ": ((organ.name, organ.words) for organ in ORGANS),
    }
    return {word.upper(): name for name, words in spellings[kind] for word in words}
