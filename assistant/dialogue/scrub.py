"""What a person types by habit and a conversation must not keep: names, numbers, telephones."""

import re

GONE = "〔已隐去〕"

_HAN = r"[\u4e00-\u9fff·]"
_AFTER = (
    r"(?=[，,。.；;、？?\s\d]|男|女|性别|年龄|[左右双][肺侧肾脑]?|[肺肝脑肾胸腹头]"
    r"|有无|是否|请|$)"
)
"""What ends a name that no sign ends: 2 or 3 characters are taken where nothing of this comes."""


def _labels(*words: str) -> str:
    """Any of the labels, also spaced out as forms print them: 姓 名."""
    return "|".join(r"\s*".join(word) for word in words)


_NAME = _labels("姓名", "名字")
_PERSON = re.compile(
    rf"((?:{_NAME})(?:\s*[:：是为叫]\s*|\s+))"
    rf"(?:{_HAN}{{2,6}}?{_AFTER}|{_HAN}(?:[ \u3000]{_HAN}){{1,3}}(?={_AFTER})|{_HAN}{{2,3}}"
    r"|[A-Za-z][A-Za-z'.-]*(?:[ ^]+[A-Za-z'.-]+){0,3})"
    rf"|({_NAME}){_HAN}{{2,4}}?(?=[，,；;、\s]|[男女]|\d)"
)
_BORN = re.compile(
    r"((?:出生(?:日期|年月日?)?|生日)\s*[:：是为]?\s*)\d{2,4}[-./年]\s*\d{1,2}(?:[-./月]\s*\d{1,2}日?)?"
)
_ID = re.compile(
    r"((?<![A-Za-z])(?:Patient\s*)?(?:ID|MRN)\s*号?\s*(?:[:：是为]\s*)?)[\w-]*\d[\w-]{3,}", re.I
)
_NUMBERED = _labels(
    *("住院", "门诊", "病案", "病历", "病人", "患者", "检查", "影像", "就诊", "登记", "床"),
    *("就诊卡", "诊疗卡", "放射", "CT", "MR", "DR", "X线", "X光", "片"),
)
_NAMED = re.compile(
    rf"((?:{_NUMBERED})\s*(?:编\s*)?号|(?:患者|病人)\s*ID|"
    r"(?:身份证|医保)(?:卡?号码?)?|(?:联系|家庭)?(?:电话|座机|住址|地址)|手机号?码?)"
    r"((?:[是为]|[:：])?\s*)(?=[\w#-]*\d|[\u4e00-\u9fff])"
    r"(?:(?<=[:：是为\s])[^\s，。；,;、]{1,40}|[\w#-]*\d[\w#-]*)",
    re.I,
)
_FULL_WIDTH = ord("０") - ord("0")
_WIDE = re.compile("[０-９]")
_CITIZEN = re.compile(r"(?<!\d)\d{6}(?:18|19|20)\d{2}(?:0[1-9]|1[0-2])\d{5}[\dXx](?!\d)")
_TELEPHONE = re.compile(r"(?<![\d.])(?:\+?86[ -]?)?1[3-9]\d(?:[ -]?\d{4}){2}(?!\d)")


def scrub(text: str) -> str:
    """The text without what identifies.

    Labelled names, numbers and dates of birth; citizen ids and mobile numbers in any case.

    >>> scrub("患者姓名：张三，住院号 A12345，右肺有无结节？")
    '患者姓名：〔已隐去〕，住院号 〔已隐去〕，右肺有无结节？'
    """
    text = _CITIZEN.sub(GONE, _WIDE.sub(lambda found: chr(ord(found[0]) - _FULL_WIDTH), text))
    text = _TELEPHONE.sub(GONE, text)
    text = _PERSON.sub(lambda found: f"{found[1] or found[2]}{GONE}", text)
    for labelled in (_BORN, _ID):
        text = labelled.sub(lambda found: f"{found[1]}{GONE}", text)
    return _NAMED.sub(lambda found: f"{found[1]}{found[2]}{GONE}", text)
