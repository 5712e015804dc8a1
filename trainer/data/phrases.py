"""How a radiologist says it: phrases for every sign, and for what is normal.

Slots: {at} the place with its side, {size} a size such as 约23mm, {grade} 少量 and the
like, {percent} of a collapsed lung, {more} further features. The canonical sign words of
``assistant.report.lexicon`` are kept, so that the findings can be read back.
"""

from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True)
class SignPhrases:
    """Phrases of one sign.

    Attributes:
        seen: sentences for 检查所见.
        named: phrases for 诊断意见, from which also answers are made.
        absent: how its absence is said after 未见.
        advice: what to do next.
        plain: for the family, without technical words.
    """

    seen: tuple[str, ...]
    named: tuple[str, ...]
    absent: str
    advice: tuple[str, ...]
    plain: str


SIGNS = MappingProxyType(
    {
        "脑出血": SignPhrases(
            (
                "{at}见团片状高密度影，大小{size}{more}",
                "{at}可见类圆形高密度灶，最大径{size}{more}",
                "{at}见不规则高密度血肿影，大小{size}{more}",
            ),
            ("{at}脑出血", "{at}脑出血，{size}"),
            "脑出血",
            ("建议神经外科急会诊，短期复查CT", "建议急诊处理，动态复查头颅CT"),
            "脑子里有出血",
        ),
        "硬膜下血肿": SignPhrases(
            (
                "{at}硬膜下间隙见新月形高密度影，最厚处{size}{more}",
                "{at}大脑凸面见新月形高密度影，厚{size}，邻近脑沟变浅{more}",
            ),
            ("{at}硬膜下血肿", "{at}硬膜下血肿，厚{size}"),
            "硬膜下血肿",
            ("建议神经外科急会诊，密切观察", "建议急诊处理，短期复查CT"),
            "头骨下面有一层积血",
        ),
        "硬膜外血肿": SignPhrases(
            (
                "{at}硬膜外间隙见梭形高密度影，最厚处{size}，边界清楚{more}",
                "{at}硬膜外间隙可见透镜形高密度影，厚{size}{more}",
            ),
            ("{at}硬膜外血肿", "{at}硬膜外血肿，厚{size}"),
            "硬膜外血肿",
            ("建议神经外科急会诊，注意有无骨折", "建议急诊处理，加做骨窗观察"),
            "头骨和脑膜之间有积血",
        ),
        "脑梗死": SignPhrases(
            (
                "{at}见片状低密度影，灰白质分界不清{more}",
                "{at}可见楔形低密度区，边界模糊，邻近脑沟变浅{more}",
            ),
            ("{at}脑梗死", "考虑{at}脑梗死"),
            "脑梗死",
            ("建议神经内科就诊，进一步MRI检查", "建议结合发病时间，行MRI检查"),
            "有一块脑组织缺血",
        ),
        "中线移位": SignPhrases(
            ("中线结构向{side}侧移位{size}", "中线结构{side}移，移位{size}"),
            ("中线结构向{side}侧移位",),
            "中线移位",
            ("建议神经外科急会诊",),
            "脑组织被挤偏了",
        ),
        "肺结节": SignPhrases(
            (
                "{at}见结节影，直径{size}，{more}",
                "{at}可见类圆形实性结节，大小{size}，{more}",
            ),
            ("{at}结节", "{at}结节，{size}"),
            "肺结节",
            ("建议胸部薄层CT随访", "建议结合既往片对比，定期复查"),
            "肺里有一个小结节",
        ),
        "肺肿块": SignPhrases(
            (
                "{at}见肿块影，大小{size}，{more}",
                "{at}可见软组织肿块，最大径{size}，{more}",
            ),
            ("{at}肿块", "{at}肿块，{size}"),
            "肺肿块",
            ("建议增强CT及穿刺活检明确性质", "建议呼吸科就诊，行增强扫描"),
            "肺里有一个较大的肿块",
        ),
        "肺实变": SignPhrases(
            (
                "{at}见大片实变影，内见支气管充气征，边缘模糊",
                "{at}可见片状实变影，边界不清，其内见含气支气管",
            ),
            ("{at}实变，考虑炎症", "{at}实变"),
            "肺实变",
            ("建议抗感染治疗后复查", "建议结合临床及血象，治疗后复查"),
            "肺部有一片炎症样的改变",
        ),
        "胸腔积液": SignPhrases(
            (
                "{at}胸腔后部见弧形液体密度影，量{grade}",
                "{at}胸腔见新月形水样密度影，邻近肺组织受压",
            ),
            ("{at}胸腔积液（{grade}）", "{at}胸腔{grade}积液"),
            "胸腔积液",
            ("建议结合超声定位，查找病因", "建议结合临床，复查观察积液变化"),
            "胸腔里有积水",
        ),
        "气胸": SignPhrases(
            (
                "{at}胸腔见无肺纹理透亮区，肺组织压缩约{percent}",
                "{at}胸腔前部见带状气体影，可见脏层胸膜线，肺压缩约{percent}",
            ),
            ("{at}气胸，肺压缩约{percent}", "{at}气胸"),
            "气胸",
            ("建议胸外科急会诊，必要时闭式引流", "建议急诊处理，短期复查"),
            "胸腔里漏了气，肺被压缩",
        ),
        "肝占位": SignPhrases(
            (
                "{at}见类圆形低密度影，大小{size}，密度不均，边界欠清{more}",
                "{at}可见稍低密度肿块，最大径{size}，边界模糊{more}",
            ),
            ("{at}占位", "{at}占位性病变，{size}"),
            "肝占位",
            ("建议上腹部增强扫描明确性质", "建议增强CT或MRI，结合甲胎蛋白"),
            "肝脏上长了一个东西，性质还要进一步检查",
        ),
        "肝囊肿": SignPhrases(
            (
                "{at}见圆形水样密度影，直径{size}，边界清楚{more}",
                "{at}可见类圆形液性低密度影，大小{size}，边缘锐利{more}",
            ),
            ("{at}囊肿", "{at}囊肿，{size}"),
            "肝囊肿",
            ("建议定期超声复查", "一般无需处理，建议随访"),
            "肝脏上有一个水泡样的囊肿，多为良性",
        ),
        "胆囊结石": SignPhrases(
            (
                "胆囊内见结节状高密度影，大小{size}{more}",
                "胆囊腔内可见类圆形高密度影，直径{size}{more}",
            ),
            ("胆囊结石", "胆囊结石，{size}"),
            "胆囊结石",
            ("建议结合超声，外科随诊", "建议低脂饮食，有症状时外科就诊"),
            "胆囊里有结石",
        ),
        "肾结石": SignPhrases(
            (
                "{at}肾见结节状高密度影，长径{size}",
                "{at}肾集合系统区可见高密度影，大小{size}",
            ),
            ("{at}肾结石", "{at}肾结石，{size}"),
            "肾结石",
            ("建议泌尿外科就诊，多饮水", "建议结合超声，泌尿外科随诊"),
            "肾脏里有结石",
        ),
        "腹水": SignPhrases(
            (
                "腹腔内见弧形液体密度影，量{grade}",
                "腹腔各间隙见水样密度影，肠管向中央聚拢",
            ),
            ("腹水（{grade}）", "{grade}腹水"),
            "腹水",
            ("建议结合临床查找病因", "建议结合超声及化验检查"),
            "肚子里有积水",
        ),
        "游离气体": SignPhrases(
            (
                "前腹壁下见新月形游离气体影",
                "腹腔前部可见肠腔外游离气体影",
            ),
            ("腹腔游离气体，提示消化道穿孔", "腹腔游离气体"),
            "游离气体",
            ("建议普外科急会诊", "建议急诊外科处理"),
            "肚子里有不该有的气体，可能是胃肠穿孔",
        ),
    }
)

TITLES = MappingProxyType(
    {
        "头颅": ("头颅CT", "颅脑CT", "头部CT"),
        "胸部": ("胸部CT", "胸部CT", "肺部CT"),
        "腹部": ("腹部CT", "上腹部CT", "腹部CT"),
        "盆腔": ("盆腔CT", "盆部CT", "盆腔CT"),
    }
)

NORMAL = MappingProxyType(
    {
        "头颅": (
            "脑实质密度未见明显异常，脑沟脑裂无增宽，中线结构居中",
            "双侧大脑半球对称，未见异常密度影，中线结构居中",
            "脑实质内未见异常密度灶，脑室系统未见扩张，中线居中",
        ),
        "胸部": (
            "双肺纹理清晰，未见实质性病变，双侧胸腔未见积液",
            "两肺野透亮度正常，未见异常密度影，纵隔居中",
            "双肺未见结节及实变，气管支气管通畅，胸腔未见积液积气",
        ),
        "腹部": (
            "所示肝脏、脾脏形态密度未见异常，腹腔未见积液及游离气体",
            "腹部脏器形态、密度正常，未见结石及占位，腹腔未见积液",
            "所示实质脏器未见异常密度影，肠管无扩张，腹腔未见积液",
        ),
        "盆腔": (
            "膀胱及盆腔脏器形态未见异常，骨质完整，盆腔未见积液",
            "盆腔内未见肿块，诸骨骨质未见异常，盆腔未见积液",
        ),
    }
)

CLEAR = MappingProxyType(
    {
        "头颅": ("头颅CT平扫未见明显异常", "颅脑CT未见明显异常"),
        "胸部": ("胸部CT未见明显异常", "双肺未见明显异常"),
        "腹部": ("腹部CT未见明显异常", "所示腹部未见明显异常"),
        "盆腔": ("盆腔CT未见明显异常",),
    }
)

REST = MappingProxyType(
    {
        "头颅": ("其余脑实质未见异常密度影", "脑室系统未见扩张", "余脑实质未见明显异常"),
        "胸部": ("余肺野清晰", "纵隔居中", "气管支气管通畅"),
        "腹部": ("余所示脏器未见明显异常", "脾脏形态密度正常", "肠管未见扩张"),
        "盆腔": ("骨质未见异常",),
    }
)

ADVICE_NORMAL = ("请结合临床", "随诊复查", "请结合临床及其他检查")

NOT_CT = (
    "该图像不是CT图像，无法作出影像诊断。请上传CT断层图像。",
    "此图并非CT图像，无法据此诊断。请提供CT断层图像（DICOM、JPG或PNG）。",
    "这不是CT图像，我无法给出诊断。请重新上传CT断层图像。",
)
