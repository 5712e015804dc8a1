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
    """

    name: str
    synonyms: tuple[str, ...]
    region: str
    urgent: bool = False
    sided: bool = True


SIGNS: tuple[Sign, ...] = (
    Sign("脑出血", ("脑内血肿", "脑实质出血", "颅内血肿"), "头颅", urgent=True),
    Sign("硬膜下血肿", ("硬脑膜下血肿", "硬膜下出血"), "头颅", urgent=True),
    Sign("硬膜外血肿", ("硬脑膜外血肿", "硬膜外出血"), "头颅", urgent=True),
    Sign("脑梗死", ("脑梗塞", "大面积脑梗死", "缺血性梗死"), "头颅", urgent=True),
    Sign("中线移位", ("中线结构移位", "中线偏移"), "头颅", urgent=True),
    Sign("肺结节", ("结节影", "小结节"), "胸部"),
    Sign("肺肿块", ("肿块影", "占位性肿块", "肺部肿块"), "胸部"),
    Sign("肺实变", ("实变影", "大叶性肺炎", "肺炎"), "胸部"),
    Sign("胸腔积液", ("胸水", "胸膜腔积液"), "胸部"),
    Sign("气胸", ("胸膜腔积气", "胸腔积气"), "胸部", urgent=True),
    Sign("肝占位", ("肝脏占位", "肝内占位", "肝肿块", "肝脏肿块"), "腹部", sided=False),
    Sign("肝囊肿", ("肝脏囊肿",), "腹部", sided=False),
    Sign("胆囊结石", ("胆石", "胆结石"), "腹部", sided=False),
    Sign("肾结石", ("肾脏结石",), "腹部"),
    Sign("腹水", ("腹腔积液", "腹腔游离液体"), "腹部", sided=False),
    Sign("游离气体", ("腹腔游离气体", "膈下游离气体", "气腹"), "腹部", urgent=True, sided=False),
)
