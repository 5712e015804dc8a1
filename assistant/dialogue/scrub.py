"""What a person types by habit and a conversation must not keep: names, numbers, telephones."""

import re

from assistant.dialogue.surnames import SURNAME

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


_WORD = r"(?:[A-Za-zÀ-ɏ]\.|[A-Za-zÀ-ɏ][A-Za-zÀ-ɏ'’-]*)"
_LATIN = rf"{_WORD}(?:[ ^]+{_WORD}){{0,3}}"
_NAME = _labels("姓名", "名字")
_PERSON = re.compile(
    rf"((?:{_NAME})(?:\s*[:：=是为叫]\s*|\s+))"
    rf"(?:{_HAN}{{2,6}}?{_AFTER}|{_HAN}(?:[ \u3000]{_HAN}){{1,3}}(?={_AFTER})|{_HAN}{{2,3}}"
    rf"|{_LATIN})"
    rf"|({_NAME}){_HAN}{{2,4}}?(?=[，,；;、\s]|[男女]|\d)"
)
_ENGLISH = re.compile(
    r"((?<![A-Za-z])(?<!sign )(?<!file )(?<!series )(?<!disease )"
    r"(?:Patient(?:['’]?s)?[\s_-]*)?Name\s*[:：=]\s*)"
    rf"(?:{_HAN}{{2,4}}?{_AFTER}|{_HAN}{{2,4}}|{_WORD},\s*(?!(?:fe)?male\b){_WORD}(?=\s*(?:[,;，；\n]|$))"
    rf"|{_LATIN})",
    re.I,
)
_PATIENT = re.compile(
    rf"((?:{_labels('患者', '病人', '受检者', '被检者', '就诊人')})\s*)"
    rf"(?:([:：=]\s*){SURNAME}{_HAN}{{1,2}}?(?:{_AFTER}|(?=[!！(（/的因于已曾近来入突今昨主咳发]))"
    rf"|{SURNAME}{_HAN}{{1,2}}?(?=[，,、\s]*(?:男|女|性别|年龄|\d{{1,3}}\s*岁)))"
)
_SEX, _AGE = r"(?:性别\s*[:：]?\s*)?[男女]性?", r"(?:年龄\s*[:：]?\s*)?\d{1,3}\s*岁"
_APART = r"[，,、；;\s]+"
_FIRST = re.compile(
    rf"(^\s*){SURNAME}{_HAN}{{1,2}}?"
    rf"(?={_APART}{_SEX}(?=[，,、；;。\s\d]|$)|{_APART}{_AGE}|{_SEX}(?:{_APART})?{_AGE})",
    re.M,
)
"""A line that begins with a name, as sex or age right behind it show."""

_DIGIT = "[0-9〇○零一二三四五六七八九十]"
_MONTH_DAY = rf"\s*{_DIGIT}{{1,3}}(?:\s*[-./月]\s*{_DIGIT}{{1,3}}(?:\s*[日号])?|\s*月)?"
_DAY = "|".join(
    (
        rf"{_DIGIT}{{4}}\s*[-./年]{_MONTH_DAY}",
        r"(?:18|19|20)\d{6}",
        r"\d{1,2}[-./]\d{1,2}[-./]\d{4}",
        rf"{_DIGIT}{{2}}\s*年{_MONTH_DAY}",
        r"\d{2}[-./]\d{1,2}[-./]\d{1,2}",
        r"\d{1,2} [A-Z][a-z]{2,8},? \d{4}",
        r"[A-Z][a-z]{2,8}\.? \d{1,2},? \d{4}",
    )
)
_BORN = re.compile(
    r"((?:出生(?:日期|年月日?)?|生日|生于|(?i:\bDOB|Birth\s*Date|Date\s+of\s+Birth|\bborn(?:\s+on)?))"
    rf"\s*(?:[:：=是为于在]\s*)?)(?<!\d)(?:{_DAY})(?!\d)"
)
_BIRTH = re.compile(rf"(?<!\d)(?:{_DAY})(\s*(?:出生(?!缺陷|体重|史)|生(?=[，,。.；;、\s男女]|$)))")
_ID = re.compile(
    r"((?<![A-Za-z])(?:Patient\s*)?(?:ID|MRN)\s*号?\s*(?:[:：=是为]\s*)?)[\w-]*\d[\w-]{3,}", re.I
)
_NUMBERED = _labels(
    *("住院", "门诊", "病案", "病历", "病人", "患者", "检查", "影像", "就诊", "登记", "床"),
    *("就诊卡", "诊疗卡", "放射", "CT", "MR", "DR", "X线", "X光", "片"),
)
_NAMED = re.compile(
    rf"((?:{_NUMBERED})\s*(?:编\s*)?号|(?:患者|病人)\s*ID|"
    r"(?:身份证|医保)(?:卡?号码?)?|(?:联系|家庭)?(?:电话|座机)|手机号?码?)"
    r"((?:[是为]|[:：=])?\s*)(?=[\w#-]*\d|[\u4e00-\u9fff])"
    r"(?:(?<=[:：=是为\s])[^\s，。；,;、]{1,40}|[\w#-]*\d[\w#-]*)",
    re.I,
)
_CARDS = _labels("就诊卡", "诊疗卡", "门诊卡", "医保卡", "社保卡", "健康卡")
_CARD = re.compile(
    rf"((?:{_CARDS})\s*(?:[:：=是为]\s*)?)"
    r"[A-Za-z#-]*\d[A-Za-z\d-]{3,}(?: \d{3,})*"
)
_PLACE = r"[^\s，。；,;、？?]"
_HOME = re.compile(
    rf"((?:{_labels('住址', '地址')})(?:[:：=是为]\s*|\s+)?)(?:(?<=[:：=是为\s]){_PLACE}{{1,40}}"
    rf"|(?={_PLACE}{{0,40}}?[\d省市区县路街村])[\u4e00-\u9fffA-Za-z\d]{_PLACE}{{1,39}})"
    rf"(?:\s+{_PLACE}{{0,20}}?(?:[省市县镇乡村路街道巷弄号楼栋幢]|(?<!门)区|(?<!脑)室|单元|\d层)(?=[\s，。；,;、]|$))*"
)
_FULL_WIDTH = ord("０") - ord("0")
_WIDE = re.compile("[０-９]")
_CITIZEN = re.compile(r"(?<!\d)\d{6}(?:18|19|20)\d{2}(?:0[1-9]|1[0-2])\d{5}[\dXx](?!\d)")
_TELEPHONE = re.compile(r"(?<![\d.])(?:\+?86[ -]?)?1[3-9]\d(?:[ -]?\d{4}){2}(?!\d)")


def scrub(text: str) -> str:
    """The text without what identifies.

    Labelled names, numbers, addresses and dates of birth; a name that begins a line and has
    sex or age behind it; citizen ids and mobile numbers in any case.

    >>> scrub("患者姓名：张三，住院号 A12345，右肺有无结节？")
    '患者姓名：〔已隐去〕，住院号 〔已隐去〕，右肺有无结节？'
    """
    text = _CITIZEN.sub(GONE, _WIDE.sub(lambda found: chr(ord(found[0]) - _FULL_WIDTH), text))
    text = _TELEPHONE.sub(GONE, text)
    text = _PERSON.sub(lambda found: f"{found[1] or found[2]}{GONE}", text)
    text = _PATIENT.sub(lambda found: f"{found[1]}{found[2] or ''}{GONE}", text)
    text = _FIRST.sub(lambda found: f"{found[1]}{GONE}", text)
    text = _BIRTH.sub(lambda found: f"{GONE}{found[1]}", text)
    for labelled in (_ENGLISH, _BORN, _ID, _CARD, _HOME):
        text = labelled.sub(lambda found: f"{found[1]}{GONE}", text)
    return _NAMED.sub(lambda found: f"{found[1]}{found[2]}{GONE}", text)
