"""Yes or no: what an answer says to a question, in Chinese and in English.

是否异常 holds both 是 and 否, and 异常 is no denial: so the answer is read against what the
question asks, and never by a word that merely occurs in it.
"""

import re

from assistant.report.sections import normalize
from trainer.metrics.assertion import DENIAL_ZH, assertion

_UNSURE = re.compile(
    r"(?:不|无法|难以|不能|未能)(?:清楚|确定|知道|明确|判断|评估|回答)|cannot|unsure|not sure", re.I
)
_NEAR = r"(?:(?!但|而|却|可见|排除|除外)[^,。;:?!\n]){0,12}?"
_NEARBY = r"(?:(?!\b(?:and|but)\b)[^,.;:?!\n]){0,40}?"
_NOT = r"(?:\b(?:no|not|nothing|never|without|negative for|free of)\b|n['’]t\b)"
_NORMAL = (
    rf"(?:无(?!法)|未|没|不存在|不是|不属于|非(?!常)){_NEAR}(?:异常|病变|病灶)|不异常|正常|健康"
    rf"|{_NOT}{_NEARBY}\babnormal|\bnormal\b|\bhealthy\b|\bunremarkable\b"
)
_ABNORMAL = (
    r"(?:不|未|没|非(?!常))(?:(?!但|而|异常)[^,。;:?!\n]){0,6}?(?:正常|健康)|异常|有病变|有病灶"
    rf"|{_NOT}{_NEARBY}\b(?:normal|healthy)\b|\babnormal|\bunhealthy\b"
)
_STATE = re.compile(f"(?P<normal>{_NORMAL})|(?P<abnormal>{_ABNORMAL})", re.I)
# 异常在左侧吗 asks where it is, and not whether there is one.
_OF_THE_ABNORMALITY = re.compile(
    r"(?:异常|病变|病灶)\w{0,3}(?:在|位于|是|为|属于|来自|累及|呈)|\bthe abnormalit\w+ \w", re.I
)
# 除结节外未见异常 names an abnormality.
_EXCEPT = re.compile(
    r"\b(?:except|apart from|aside from|other than)\b|除(?!外)[^。;\n]{1,20}?外|除了", re.I
)
_NO = re.compile(rf"\W*(?:否|{DENIAL_ZH.pattern}|并非|错|no\b|not\b(?! only)|none\b|false\b)", re.I)
_YES = re.compile(
    r"\W*(?:是|对(?![比侧称应照])|有|存在|包含|可见|可以|能|会|见|正确|yes\b|true\b"
    r"|there (?:is|are) (?:one|some)\b)",
    re.I,
)
_PLAIN = re.compile(
    r"\W*(?:(?P<no>否|不|不是|不是的|不对|没有|没|无|不存在|并非|错误?|no|none|nope|false)"
    r"|(?P<yes>是|是的|对|对的|有|有的|存在|正确|yes|true))(?=\s*(?:[^\w\s]|$))|\W*(?P<yes_>yes)\b",
    re.I,
)
_IN_THE_PICTURE = re.compile(
    r"在?(?:该|本|此|这)?(?:幅|张)?(?:图像|影像|图片|图|片子?|层面)[上中内里]?(?:显示)?"
)
_SIDES = {
    "left": re.compile(r"左|双[侧肺肾]|[两俩]侧|\b(?:left|both|bilateral(?:ly)?)\b", re.I),
    "right": re.compile(r"右|双[侧肺肾]|[两俩]侧|\b(?:right|both|bilateral(?:ly)?)\b", re.I),
}
_ECHO = re.compile(r"是否|是不是|有没有|有无|能否|可否|正不(?=正常)")


def polarity(question: str, answer: str) -> bool | None:
    """True for yes, False for no, None when it is neither.

    >>> polarity("肺部是否异常？", "异常"), polarity("肺部是否正常？", "异常")
    (True, False)
    """
    asked, said = normalize(question).strip(), normalize(answer).strip()
    said = said.removeprefix(asked)
    if _ECHO.match(said):  # 是否异常:否 repeats the question first
        said = re.split(r"[:,。]", said, maxsplit=1)[-1]
    said = said.removeprefix(found[0]) if (found := _IN_THE_PICTURE.match(said)) else said
    if _UNSURE.match(said):
        return None
    if plain := _PLAIN.match(said):
        return plain["no"] is None
    about = "" if _OF_THE_ABNORMALITY.search(asked) else _state(_ECHO.sub("", asked))
    first = re.split(r"[。;\n]", said, maxsplit=1)[0]
    state = _state(first)
    if state == "normal" and _EXCEPT.search(first):
        state = "abnormal"
    if about and state:
        return about == state
    if (asserted := assertion(asked, said)) is not None:
        return asserted
    if _NO.match(said):
        return False
    # 左肺有结节吗:可见结节位于右肺 is no yes.
    return True if _YES.match(said) and _sides(asked) <= (_sides(first) or _sides(asked)) else None


def _sides(text: str) -> set[str]:
    return {side for side, pattern in _SIDES.items() if pattern.search(text)}


def _state(text: str) -> str:
    """ "normal" or "abnormal" by the first word that says so, else ""."""
    found = _STATE.search(text)
    return (found.lastgroup or "") if found else ""
