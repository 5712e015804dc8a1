"""What a person types by habit and a conversation must not keep: names, numbers, telephones."""

import re

GONE = "〔已隐去〕"

_NAMED = re.compile(
    r"((?:患者|病人)?(?:姓名|名字)(?:[是为叫]|[:：])\s*)[\u4e00-\u9fff·]{2,6}"
    r"|((?:住院|门诊|病案|病历|病人|患者|检查|影像|就诊|登记|床)(?:号|编号)|(?:患者|病人)\s*ID|"
    r"(?:身份证|医保)(?:卡?号码?)?|(?:联系|家庭)?(?:电话|住址|地址)|手机号?码?)"
    r"((?:[是为]|[:：])?\s*)(?=[\w#-]*\d|[\u4e00-\u9fff])"
    r"(?:(?<=[:：是为\s])[^\s，。；,;、]{1,40}|[\w#-]*\d[\w#-]*)",
    re.I,
)
_CITIZEN = re.compile(r"(?<!\d)\d{6}(?:18|19|20)\d{2}(?:0[1-9]|1[0-2])\d{5}[\dXx](?!\d)")
_TELEPHONE = re.compile(r"(?<![\d.])1[3-9]\d{9}(?!\d)")


def scrub(text: str) -> str:
    """The text without what identifies: labelled names and numbers, citizen ids, mobile numbers.

    >>> scrub("患者姓名：张三，住院号 A12345，右肺有无结节？")
    '患者姓名：〔已隐去〕，住院号 〔已隐去〕，右肺有无结节？'
    """
    text = _CITIZEN.sub(GONE, text)
    text = _TELEPHONE.sub(GONE, text)
    return _NAMED.sub(lambda found: f"{found[1] or found[2] + found[3]}{GONE}", text)
