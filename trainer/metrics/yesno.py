"""Yes or no: what an answer says to a question, in Chinese and in English.

是否异常 holds both 是 and 否, and 异常 is no denial: so the answer is read against what the
question asks, and never by a word that merely occurs in it.
"""

import re

from assistant.report.sections import normalize

_UNSURE = re.compile(
    r"(?:不|无法|难以|不能|未能)(?:清楚|确定|知道|明确|判断|评估|回答)|cannot|unsure|not sure", re.I
)
_NORMAL = (
    r"(?:无|未见|没有|未发现|不存在|并无)(?:任何|明显|明确)?的?(?:异常|病变|病灶)"
    r"|(?<!不)(?<!非)正常|(?<!不)健康"
    r"|\bno (?:\w+ )?abnormalit|(?<!not )\bnormal\b|(?<!not )\bhealthy\b"
)
_ABNORMAL = (
    r"不(?:太|是很|是)?(?:正常|健康)|非正常|异常|有病变|有病灶"
    r"|\babnormal|\bnot (?:normal|healthy)\b|\bunhealthy\b"
)
_STATE = re.compile(f"(?P<normal>{_NORMAL})|(?P<abnormal>{_ABNORMAL})", re.I)
_NO = re.compile(r"\W*(?:否|不|没|无|未|非|并非|错|no\b|not\b|none\b|false\b)", re.I)
_YES = re.compile(r"\W*(?:是|对|有|存在|可见|可以|能|会|见|正确|yes\b|true\b)", re.I)
_IN_THE_PICTURE = re.compile(
    r"(?:该|本|此)?(?:幅|张)?(?:图像|影像|图片|图|片子?|层面)[上中内里]?(?:显示)?"
)
_ECHO = re.compile(r"是否|是不是|有没有|有无|能否|可否")


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
    about = _state(_ECHO.sub("", asked))
    state = _state(re.split(r"[。;\n]", said, maxsplit=1)[0])
    if about and state:
        return about == state
    if _NO.match(said):
        return False
    return True if _YES.match(said) else None


def _state(text: str) -> str:
    """ "normal" or "abnormal" by the first word that says so, else ""."""
    found = _STATE.search(text)
    return (found.lastgroup or "") if found else ""
