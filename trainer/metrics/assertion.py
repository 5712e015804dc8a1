"""A sentence for an answer: whether one of its clauses asserts or denies what was asked."""

import re

_ASKS = re.compile(
    r"[吗么]|是否|是不是|有没有|有无|能否|可否"
    r"|(?:^|[,:]\s*)(?:is|are|was|were|do|does|did|has|have|had|can|could)(?:n['’]t)?\b",
    re.I,
)
_CHOICE = re.compile(r"\bor\b|还是|或", re.I)
_CLAUSE = re.compile(r"[,，。;；!?！？\n]|\.(?!\d)|\bbut\b|但", re.I)
DENIAL_ZH = re.compile(
    r"未|没|不(?!仅|但|只|单|光(?![滑整洁])|能?(?:排除|除外))|无(?!名|法(?:排除|除外))|非(?!常)"
)
"""不仅有积液 and 无名动脉 deny nothing."""
_DENIAL = re.compile(
    r"\b(?:no|not(?! only)|none|without|absent|absence|negative|neither|nor)\b|n['’]t\b"
    rf"|(?!不(?:全|均|透|规则|明确|清))(?:{DENIAL_ZH.pattern})",
    re.I,
)
# What may follow a denial that comes after what it denies: 结节未见, no nodule is one.
_END = re.compile(
    r"(?:\W|见到?|看到|发现|有|clearly|definitely|been|be|seen|present|evident|visible|identified"
    r"|detected|noted|there)*$",
    re.I,
)
_LATIN = re.compile(r"[a-z][a-z0-9-]*", re.I)
_EMPTY = re.compile(
    r"an?|the|this|that|these|those|is|are|was|were|be|been|do|does|did|has|have|had|can|could"
    r"|there|its?|in|on|of|at|to|for|with|from|by|and|any|some|evidence|sign|image|picture|scan"
    r"|you|see|seen|shown?|present|visible|patient|isn|aren|doesn|don"
)
_HAN = re.compile(r"[\u4e00-\u9fff]+")
_PARTICLES = re.compile(
    r"是否|是不是|有没有|有无|能否|可否|存在|可见|看到|见到|发现|显示|出现|包含|位于|患者"
    r"|图像|影像|图片|[吗么呢有是的在中里内上这该此本张幅图]"
)


def assertion(question: str, answer: str) -> bool | None:
    """True where a clause says what was asked, False where one denies it, else None.

    Args:
        question: normalized; one that offers a choice, denies or asks for no yes or no gets None.
        answer: normalized.

    >>> assertion("左肺有结节吗?", "左肺未见结节。"), assertion("左肺有结节吗?", "右肺有结节")
    (False, None)
    """
    if not _ASKS.search(question) or _CHOICE.search(question):
        return None
    wanted = _words(question)
    if not wanted or _DENIAL.search(re.sub("有没有|有无|是不是|是否", "", question)):
        return None
    if _names_it(question, answer):
        return True
    clauses = [clause.lower() for clause in _CLAUSE.split(answer) if clause.strip()]
    shared = {clause: {word for word in wanted if _has(clause, word)} for clause in clauses}
    for clause in sorted(clauses, key=lambda clause: -len(shared[clause])):
        denial = _DENIAL.search(clause)
        if denial and (_denies(clause, denial, shared[clause]) or _END.match(clause, denial.end())):
            return False
        if shared[clause] == wanted:
            return True
    return None


def _names_it(question: str, answer: str) -> bool:
    """病变对称吗:对称 repeats what the question ends in, in Chinese."""
    bare = answer.strip(" .。!")
    return bool(_HAN.fullmatch(bare)) and len(bare) > 1 and question.rstrip(" ?吗么").endswith(bare)


def _denies(clause: str, denial: re.Match[str], words: set[str]) -> bool:
    return any(clause.rfind(word) >= denial.start() for word in words)


def _words(text: str) -> set[str]:
    """What a question is about: its English nouns without an s, its Chinese between particles."""
    latin = (word for word in _LATIN.findall(text.lower()) if not _EMPTY.fullmatch(word))
    han = (part for run in _HAN.findall(text) for part in _PARTICLES.split(run))
    return {*map(_stem, latin), *filter(None, han)}


def _stem(word: str) -> str:
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word


def _has(clause: str, word: str) -> bool:
    if _HAN.match(word):
        return word in clause
    return re.search(rf"(?<![a-z]){re.escape(word)}(?:s|es)?(?![a-z])", clause) is not None
