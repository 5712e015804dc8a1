"""The vocabulary that truth, answers, batch sorting and evaluation share."""

from dataclasses import dataclass

REGIONS = ("头颅", "颈部", "胸部", "腹部", "盆腔", "脊柱", "非CT", "不确定")


@dataclass(frozen=True)
class Sign:
    """A CT sign.

    Attributes:
        name: canonical name.
        synonyms: other spellings found in reports, the name itself excluded.
        region: body region where it belongs.
        urgent: a doctor should look now.
        sided: a side is part of a complete statement.
        organs: where it can be, names of ``anatomy.ORGANS``.
        nouns: words that mean this sign only beside one of ``organs``, for example "结节".
        patterns: regular expressions for spellings with a gap.
        absent: regular expressions that say it is not there, for example "中线居中".
        directed: its side is the direction stated within it, not the side of the place.
        urgent_mm: a doctor should look now when it is at least so large.
    """

    name: str
    synonyms: tuple[str, ...]
    region: str
    urgent: bool = False
    sided: bool = True
    organs: tuple[str, ...] = ()
    nouns: tuple[str, ...] = ()
    patterns: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()
    directed: bool = False
    urgent_mm: float | None = None


_NODULE = ("结节", "结节影", "结节灶", "小结节", "小结节影", "微小结节")
_MASS = ("肿块", "肿块影", "占位", "占位灶", "占位性病变", "占位性肿块", "团块", "团块影", "肿物")
_NO_BLOOD = r"(?:间隙|腔)?内?(?:未见|未及|无|没有)(?:明显|明确|确切|异常)*(?:出血|血肿|积血)"
_FLUID = ("积液", "液体密度影")
_INFARCT = ("梗死", "梗死灶", "梗塞", "梗塞灶")
_STONE = ("结石", "结石影", "小结石")
_TORN = ("破裂", "挫裂伤", "裂伤", "撕裂伤", "撕裂")
_CYST = ("囊肿", "小囊肿", "囊肿影")

SIGNS: tuple[Sign, ...] = (
    Sign("脑出血", ("脑内血肿", "脑实质出血", "颅内血肿", "颅内出血", "脑内出血"), "头颅",
         urgent=True, organs=("脑",), nouns=("出血", "出血灶", "血肿", "血肿影")),
    Sign("硬膜下血肿", ("硬脑膜下血肿", "硬膜下出血", "硬脑膜下出血"), "头颅", urgent=True,
         organs=("脑",),
         patterns=(r"硬脑?膜下[^,。;、硬未无不没]{0,4}(?:出血|血肿|积血)",),
         absent=(rf"硬脑?膜下{_NO_BLOOD}",)),
    Sign("硬膜外血肿", ("硬脑膜外血肿", "硬膜外出血", "硬脑膜外出血"), "头颅", urgent=True,
         organs=("脑",),
         patterns=(r"硬脑?膜外[^,。;、硬未无不没]{0,4}(?:出血|血肿|积血)",),
         absent=(rf"硬脑?膜外{_NO_BLOOD}",)),
    Sign("蛛网膜下腔出血", ("蛛网膜下隙出血", "蛛网膜下腔积血", "SAH"), "头颅", urgent=True,
         sided=False, organs=("脑",),
         patterns=(r"蛛网膜下[腔隙][^,。;、未无不没硬]{0,6}(?:出血|积血)",),
         absent=(rf"蛛网膜下[腔隙]{_NO_BLOOD}",)),
    Sign("脑室出血", ("脑室内出血", "脑室积血", "脑室内积血", "破入脑室"), "头颅", urgent=True,
         organs=("脑室",), nouns=("出血", "积血")),
    Sign("脑梗死", ("脑梗塞", "大面积脑梗死", "缺血性梗死", "急性脑梗死", "急性脑梗"), "头颅",
         urgent=True, organs=("脑",), nouns=_INFARCT),
    Sign("腔隙性脑梗死", ("腔隙性脑梗塞", "腔隙性梗死", "腔隙性梗塞", "腔隙性梗死灶",
                          "腔隙性脑梗死灶",
                    "腔隙灶", "腔梗"), "头颅", organs=("脑",)),
    Sign("陈旧性脑梗死", ("陈旧脑梗死", "陈旧性脑梗塞", "陈旧性梗死", "陈旧性梗死灶", "脑软化灶",
                          "软化灶"),
         "头颅", organs=("脑",)),
    Sign("中线移位", ("中线结构移位", "中线偏移", "中线结构偏移"), "头颅", urgent=True,
         organs=("脑",),
         patterns=(r"中线(?:结构)?[^,。;、居未无不]{0,6}?(?:移位|偏移|[左右]侧?[移偏])",),
         absent=(r"中线(?:结构)?(?:居中|(?:未见|无)(?:明显|明确|异常)?(?:移位|偏移|改变))",),
         directed=True),
    Sign("脑积水", (), "头颅", urgent=True, sided=False, organs=("脑",)),
    Sign("脑水肿", ("脑组织水肿",), "头颅", organs=("脑",)),
    Sign("脑萎缩", (), "头颅", sided=False, organs=("脑",)),
    Sign("颅内占位", ("脑占位", "脑肿瘤", "颅内肿瘤", "脑膜瘤", "胶质瘤"), "头颅", organs=("脑",),
         nouns=(*_MASS, *_NODULE)),
    Sign("颅骨骨折", (), "头颅", urgent=True, organs=("颅骨",), nouns=("骨折",)),
    Sign("甲状腺结节", (), "颈部", organs=("甲状腺",), nouns=_NODULE),
    Sign("肺结节", ("肺部结节", "肺内结节", "肺小结节", "磨玻璃结节", "实性结节"), "胸部",
         organs=("肺",),
         nouns=_NODULE),
    Sign("肺肿块", ("肺部肿块", "肺内肿块", "肺占位", "肺癌"), "胸部", organs=("肺",), nouns=_MASS),
    Sign("肺实变", ("大叶性肺炎", "肺炎", "支气管肺炎"), "胸部", organs=("肺",),
         nouns=("实变", "实变影", "炎症", "炎性病变")),
    Sign("磨玻璃影", ("磨玻璃样影", "磨玻璃密度影", "磨玻璃样密度影", "毛玻璃影"), "胸部",
         organs=("肺",)),
    Sign("肺不张", (), "胸部", organs=("肺",), nouns=("不张",)),
    Sign("肺气肿", (), "胸部", organs=("肺",)),
    Sign("肺大疱", ("肺大泡",), "胸部", organs=("肺",)),
    Sign("支气管扩张", ("支扩",), "胸部", organs=("肺",)),
    Sign("肺栓塞", ("肺动脉栓塞",), "胸部", urgent=True, organs=("肺",),
         patterns=(r"肺[^,。;、未无不]{0,6}动脉[^,。;、未无不]{0,6}栓塞",)),
    Sign("胸腔积液", ("胸水", "胸膜腔积液"), "胸部", organs=("胸膜",), nouns=_FLUID),
    Sign("气胸", ("胸膜腔积气", "胸腔积气", "液气胸"), "胸部", urgent=True, organs=("胸膜",),
         nouns=("积气", "气体影")),
    Sign("心包积液", (), "胸部", sided=False, organs=("心包",), nouns=_FLUID),
    Sign("主动脉夹层", ("主动脉夹层动脉瘤",), "胸部", urgent=True, sided=False, organs=("主动脉",),
         nouns=("夹层",)),
    Sign("纵隔淋巴结肿大", ("纵隔肿大淋巴结", "纵隔增大淋巴结"), "胸部", sided=False,
         organs=("纵隔",),
         nouns=("淋巴结肿大", "肿大淋巴结", "增大淋巴结", "淋巴结增大")),
    Sign("肋骨骨折", ("肋骨折",), "胸部", organs=("肋骨",), nouns=("骨折",)),
    Sign("肝占位", ("肝脏占位", "肝内占位", "肝肿块", "肝脏肿块", "肝癌", "肝脏肿瘤"), "腹部",
         sided=False, organs=("肝",), nouns=(*_MASS, *_NODULE)),
    Sign("肝囊肿", ("肝脏囊肿",), "腹部", sided=False, organs=("肝",), nouns=_CYST),
    Sign("肝硬化", (), "腹部", sided=False, organs=("肝",)),
    Sign("脂肪肝", ("脂肪性肝病", "肝脂肪变", "肝脏脂肪变", "肝脂肪浸润", "肝脏脂肪浸润"), "腹部",
         sided=False, organs=("肝",)),
    Sign("肝血管瘤", ("肝脏血管瘤",), "腹部", sided=False, organs=("肝",), nouns=("血管瘤",)),
    Sign("胆囊结石", ("胆石", "胆结石"), "腹部", sided=False, organs=("胆囊",), nouns=_STONE),
    Sign("胆囊炎", (), "腹部", sided=False, organs=("胆囊",)),
    Sign("胆管结石", ("胆总管结石", "肝内胆管结石"), "腹部", sided=False, organs=("胆管",),
         nouns=_STONE),
    Sign("胆管扩张", ("胆总管扩张", "肝内外胆管扩张", "肝内胆管扩张"), "腹部", sided=False,
         organs=("胆管",), patterns=(r"(?:肝内外?)?胆总?管[^,。;、未无不]{1,4}扩张",),
         absent=(r"(?:肝内外?)?胆总?管(?:未见|无)(?:明显|明确)?扩张",)),
    Sign("胰腺炎", (), "腹部", urgent=True, sided=False, organs=("胰",)),
    Sign("胰腺占位", (), "腹部", sided=False, organs=("胰",), nouns=_MASS),
    Sign("脾大", ("脾肿大", "脾脏增大", "脾脏肿大", "脾增大"), "腹部", sided=False, organs=("脾",),
         patterns=(r"脾脏?[^,。;、未无不]{1,4}增大",)),
    Sign("肾结石", ("肾脏结石",), "腹部", organs=("肾",), nouns=_STONE),
    Sign("肾囊肿", ("肾脏囊肿",), "腹部", organs=("肾",), nouns=_CYST),
    Sign("肾占位", ("肾肿块", "肾脏占位", "肾癌"), "腹部", organs=("肾",), nouns=_MASS),
    Sign("肾积水", ("肾盂积水", "肾盂肾盏积水", "肾盂扩张积水"), "腹部", organs=("肾",),
         nouns=("积水",)),
    Sign("输尿管结石", (), "腹部", organs=("输尿管",), nouns=_STONE),
    Sign("腹水", ("腹腔积液", "腹腔游离液体", "腹盆腔积液"), "腹部", sided=False, organs=("腹腔",),
         nouns=_FLUID, patterns=(r"腹盆腔[^,。;、未无不]{1,4}积液",)),
    Sign("游离气体", ("腹腔游离气体", "膈下游离气体", "气腹", "腹腔积气", "膈下积气"), "腹部",
         urgent=True, sided=False, organs=("腹腔",),
         patterns=(r"(?:腹腔|膈下|腹膜后)[^,。;、未无不没肠]{1,6}积气",)),
    Sign("肠梗阻", ("小肠梗阻", "结肠梗阻", "肠道梗阻"), "腹部", urgent=True, sided=False,
         organs=("肠",),
         patterns=(r"[小结]?肠(?:道|管)?(?:不?完全性|不全性?)梗阻", r"肠[^,。;、未无不]{1,4}梗阻")),
    Sign("肝破裂", (), "腹部", urgent=True, sided=False, organs=("肝",), nouns=_TORN),
    Sign("脾破裂", (), "腹部", urgent=True, sided=False, organs=("脾",), nouns=_TORN),
    Sign("肾破裂", (), "腹部", urgent=True, organs=("肾",), nouns=_TORN),
    Sign("主动脉瘤破裂", (), "腹部", urgent=True, sided=False, organs=("主动脉",),
         patterns=(r"[腹胸升降]?主动脉瘤[^,。;、未无不]{0,4}破裂",)),
    Sign("主动脉瘤", ("腹主动脉瘤", "胸主动脉瘤", "升主动脉瘤", "降主动脉瘤"), "腹部", sided=False,
         organs=("主动脉",), patterns=(r"[腹胸升降]?主动脉[^,。;、未无不]{0,6}瘤样扩张",),
         absent=(r"[腹胸升降]?主动脉(?:未见|无)(?:明显|明确|瘤样)*扩张",), urgent_mm=55.0),
    Sign("阑尾炎", (), "腹部", urgent=True, sided=False, organs=("肠",)),
    Sign("盆腔积液", (), "盆腔", sided=False, organs=("盆腔",), nouns=_FLUID),
    Sign("骨盆骨折", (), "盆腔", urgent=True, organs=("骨盆",), nouns=("骨折",)),
    Sign("骨转移", ("骨转移瘤", "骨转移灶", "骨转移性肿瘤"), "盆腔",
         organs=("骨盆", "脊柱", "肋骨", "颅骨"), nouns=("转移瘤", "转移灶")),
    Sign("椎体骨折", ("椎体压缩性骨折", "压缩性骨折", "椎体压缩骨折"), "脊柱", urgent=True,
         sided=False,
         organs=("脊柱",), nouns=("骨折",)),
    Sign("椎间盘突出", ("椎间盘膨出", "椎间盘突出症"), "脊柱", sided=False, organs=("脊柱",),
         patterns=(r"[颈胸腰骶]{0,2}椎间盘[^,。;、未无不]{0,4}(?:突出|膨出)",),
         absent=(r"[颈胸腰骶]{0,2}椎间盘(?:未见|未及|无|没有)(?:明显|明确|确切|异常)*(?:突出|膨出)",)),
)  # fmt: skip
