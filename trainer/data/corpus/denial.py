"""What a text denies: anything at all, or one finding that it names.

Of a finding there are three answers. None is for all that takes more than its own clause to tell,
like the second member of a list; a guess there would refuse faithful translations.
"""

import re

from trainer.data.corpus.clause import CLAUSE_EN, CLAUSE_ZH, bounds

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
# A new subject behind "and", with a verb of its own.
_CUT_EN = re.compile(
    rf"{CLAUSE_EN.pattern}|\band\b(?=\s+there\b)"
    r"|\band\b(?=\s+(?:an?|the)\b[^,;.]*?\b(?:is|are|was|were)\b)",
    re.I,
)
_SHOW = r"(?:shows?|showing|demonstrat(?:es?|ing)|reveals?|revealing)"
_SEEN = (
    r"(?:seen|present|noted|identified|visible|evident|visuali[sz]ed|demonstrated|found|observed"
    r"|detected|shown|appreciated)"
)
_DENIED_EN = re.compile(
    rf"(?:{_NOT_EN.pattern})(?:\s+(?:\w+ly|to|be|been|{_SHOW}|{_SEEN}|have|contain)\b)*", re.I
)
_AFFIRMED_EN = re.compile(rf"\b(?:there (?:is|are|was|were)|{_SHOW})\b", re.I)
_SAID_EN = re.compile(rf"\b(?:is|are|was|were)\s+(?:(?:also|again|\w+ly)\s+)?{_SEEN}\b", re.I)
_UNSAID_EN = re.compile(rf"\b(?:is|are|was|were)\s+(?:not\s+(?:\w+ly\s+)?{_SEEN}|absent)\b", re.I)
# "No change in the nodule" does not deny the nodule.
_BEYOND_EN = re.compile(
    r"\b(?:in|on|from|within|around|near|to|by|into|for|at|between|than"
    r"|(?<!evidence )(?<!sign )(?<!signs )of)\b",
    re.I,
)
_SUBJECT_EN = re.compile(r"\s*(?:an?|the|there)\b", re.I)
_DENIED_ZH = re.compile(
    rf"(?:{_NOT_ZH.pattern})(?:法|能|曾|明[确显]|清[楚晰]|发现|探及|检出|显示|提示|观察到|可?见到?"
    r"|看到|伴|合并|存在|有|出现)*"
)
_AFFIRMED_ZH = re.compile(
    r"(?<![罕常多少意])见(?!于)|伴(?!行)|(?<![所含具])有(?![无关所])|显示|提示|示|存在(?=\w)"
)


def denies_en(text: str) -> bool:
    """Whether an English text denies anything."""
    return bool(_NOT_EN.search(_NOT_DENIAL_EN.sub(" ", text)))


def denies_zh(text: str) -> bool:
    """Whether a Chinese text denies anything."""
    return bool(_NOT_ZH.search(_NOT_DENIAL_ZH.sub(" ", text)))


def finding_denied_en(text: str, start: int, stop: int) -> bool | None:
    """Whether an English text denies the finding at these characters; None if it is unsure.

    >>> text = "There is an effusion and no pneumothorax."
    >>> finding_denied_en(text, 12, 20), finding_denied_en(text, 28, 40)
    (False, True)
    """
    first, last = bounds(text, start, stop, _CUT_EN)
    before, after = _blank(_NOT_DENIAL_EN, text[first:start]), text[stop:last]
    denial = _last(_DENIED_EN, before)
    tail = before[denial.end() :] if denial else before
    if _AFFIRMED_EN.search(tail):
        return False
    if denial:
        beyond = _BEYOND_EN.search(tail) or _SAID_EN.search(tail) or denial[0].lower() == "non"
        return None if beyond else True
    said, unsaid = _SAID_EN.search(after), _UNSAID_EN.search(after)
    if unsaid and (said is None or unsaid.start() < said.start()):
        return True
    # In "no A, B or C is seen" the clause of C says "is seen".
    listed = denies_en(text[:first]) and not _SUBJECT_EN.match(before)
    return False if said and not listed and not denies_en(after[: said.start()]) else None


def finding_denied_zh(text: str, start: int, stop: int) -> bool | None:
    """Whether a Chinese text denies the finding at these characters; None if it is unsure."""
    first, last = bounds(text, start, stop, CLAUSE_ZH)
    before, after = _blank(_NOT_DENIAL_ZH, text[first:start]), text[stop:last]
    denial = _last(_DENIED_ZH, before)
    tail = before[denial.end() :] if denial else before
    if _AFFIRMED_ZH.search(tail):
        return None if denies_zh(after) and denial else False
    if denial:
        # 可见无强化结节: the nodule is there.
        return None if "的" in tail or before[: denial.start()].endswith(("见", "有")) else True
    behind = _last(_DENIED_ZH, after)
    return True if behind and behind.end() == len(after) else None


def _last(pattern: re.Pattern[str], text: str) -> re.Match[str] | None:
    return max(pattern.finditer(text), key=re.Match.start, default=None)


def _blank(pattern: re.Pattern[str], text: str) -> str:
    return pattern.sub(lambda found: " " * len(found[0]), text)
