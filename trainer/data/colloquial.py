"""What people call things: words for signs, organs and states, by region."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

Words = Mapping[str, Mapping[str, tuple[str, ...]]]

_BLEEDING = ("脑出血", "硬膜下血肿", "硬膜外血肿", "蛛网膜下腔出血")
_LUMPS = ("肺结节", "肺肿块")
_LUNGS = ("肺结节", "肺肿块", "肺实变", "肺气肿", "气胸")
_LIVER = ("肝占位", "肝囊肿", "脂肪肝")

WORDS: Words = MappingProxyType(
    {
        "头颅": {
            "出血": _BLEEDING,
            "颅内出血": _BLEEDING,
            "脑溢血": ("脑出血",),
            "血肿": _BLEEDING[:3],
            "梗死": ("脑梗死",),
            "脑梗": ("脑梗死",),
            "脑梗塞": ("脑梗死",),
            "中风": ("脑出血", "脑梗死"),
            "积水": ("脑积水",),
            "蛛血": ("蛛网膜下腔出血",),
            "中线偏移": ("中线移位",),
        },
        "胸部": {
            "结节": ("肺结节",),
            "小结节": ("肺结节",),
            "肿块": ("肺肿块",),
            "占位": _LUMPS,
            "肿瘤": _LUMPS,
            "实变": ("肺实变",),
            "肺炎": ("肺实变",),
            "感染": ("肺实变",),
            "炎症": ("肺实变",),
            "积液": ("胸腔积液",),
            "胸水": ("胸腔积液",),
            "积气": ("气胸",),
        },
        "腹部": {
            "结石": ("胆囊结石", "肾结石"),
            "胆结石": ("胆囊结石",),
            "囊肿": ("肝囊肿",),
            "占位": ("肝占位", "肝囊肿"),
            "肿块": ("肝占位",),
            "肿瘤": ("肝占位",),
            "积液": ("腹水",),
            "腹腔积液": ("腹水",),
            "游离气": ("游离气体",),
            "穿孔": ("游离气体",),
            "梗阻": ("肠梗阻",),
            "动脉瘤": ("主动脉瘤",),
            "脾肿大": ("脾大",),
        },
    }
)
"""Words that people ask with, by region, and every sign that each of them means there."""

ORGANS: Words = MappingProxyType(
    {
        "头颅": {
            **dict.fromkeys(("脑实质", "脑内", "脑子里", "大脑"), ("脑出血", "脑梗死")),
            "脑室": ("脑积水",),
        },
        "胸部": {
            **dict.fromkeys(("肺", "肺部", "双肺", "肺里", "肺上"), _LUNGS),
            **dict.fromkeys(("胸腔", "胸膜腔"), ("胸腔积液", "气胸")),
        },
        "腹部": {
            **dict.fromkeys(("肝", "肝脏", "肝上", "肝里"), _LIVER),
            "胆囊": ("胆囊结石",),
            **dict.fromkeys(("肾", "肾脏", "双肾"), ("肾结石", "肾积水")),
            **dict.fromkeys(("脾", "脾脏"), ("脾大",)),
            "腹腔": ("腹水", "游离气体"),
            "肠管": ("肠梗阻",),
        },
    }
)
"""Organs that people ask about, by region, and the signs that lie there."""


@dataclass(frozen=True)
class State:
    """How an organ is, asked by its own words.

    Attributes:
        sign: what it has when it is not as it should be.
        asked: ways to ask.
        calm: what is said when it is as it should be.
    """

    sign: str
    asked: tuple[str, ...]
    calm: str


STATES = (
    State("脑积水", ("脑室大不大？", "脑室大吗？", "脑室有没有扩大？", "脑室扩张了吗？"),
          "脑室不大"),
    State("中线移位", ("中线偏不偏？", "中线居中吗？", "中线有没有偏？", "中线移位了吗？",
                   "中线偏了多少？"), "中线居中"),
    State("脾大", ("脾大不大？", "脾脏大吗？", "脾有没有增大？", "脾脏多大？"), "脾不大"),
    State("主动脉瘤", ("腹主动脉粗不粗？", "腹主动脉宽吗？", "主动脉有没有扩张？",
                   "主动脉扩张了吗？"), "腹主动脉不宽"),
    State("肠梗阻", ("肠管扩张了吗？", "肠管有没有扩张？", "肠子胀不胀？"), "肠管无扩张"),
    State("气胸", ("肺有没有压缩？", "肺压缩了多少？"), "肺未见压缩"),
    State("脂肪肝", ("肝脏密度低吗？", "肝密度正常吗？"), "肝密度正常"),
)  # fmt: skip

UNTAUGHT = (
    *("纵隔", "淋巴结", "胰腺", "椎体", "脊柱", "食管", "甲状腺", "肾上腺", "肋骨", "冠状动脉"),
    *("鼻窦", "乳突", "眼眶", "垂体", "胸壁", "心脏", "心包", "胃", "阑尾", "胆总管"),
)
"""Organs of which no phantom shows an illness."""

_ILLNESSES = (
    *("骨折", "转移", "骨转移", "夹层", "肺栓塞", "血栓", "脓肿", "结核", "支气管扩张", "钙化"),
    *("胰腺炎", "阑尾炎", "胆囊炎", "淋巴结肿大", "积水", "脑萎缩", "肾囊肿", "肝硬化", "间质病变"),
)

HAPPENING = ("出血", "脑梗", "积水", "感染", "梗阻", "穿孔", "骨折", "转移", "钙化")
"""Words that people also ask with as with a verb: 出血了吗？"""


def unknown_words(region: str, taught: Sequence[str]) -> tuple[str, ...]:
    """Words that mean nothing that is taught in a region: illnesses, and those of elsewhere."""
    here = WORDS.get(region, {})
    elsewhere = (word for place, words in WORDS.items() if place != region for word in words)
    words = dict.fromkeys((*_ILLNESSES, *elsewhere))
    return tuple(
        word
        for word in words
        if word not in here and not any(word in sign or sign in word for sign in taught)
    )
