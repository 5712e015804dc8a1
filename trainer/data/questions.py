"""What people ask about a slice."""

from dataclasses import dataclass
from types import MappingProxyType

REPORT = (
    "请描述这张CT图像并给出诊断意见",
    "这张CT有什么异常？",
    "请阅片并出具报告",
    "帮我看看这张片子",
    "请写出检查所见和诊断意见",
    "请对该图像进行诊断",
    "请分析一下这张图像",
    "这张CT怎么样？",
    "描述图像并给出诊断",
    "请给出影像诊断",
    *(
        f"{please}{look}{picture}{then}"
        for please in ("", "请", "请您", "帮忙", "麻烦您", "麻烦", "你好，请", "您好，",
                       "医生，请帮我")
        for look in ("看看", "看一下", "看下", "瞧瞧", "描述一下", "分析", "解读一下", "读一下",
                     "评估", "说说", "讲讲", "谈谈")
        for picture in ("这张图", "这幅图像", "这幅片子", "这个CT", "该CT图像", "这张CT片",
                        "上传的片子", "这一层")
        for then in ("", "，给出诊断", "，写出所见与诊断", "，有没有异常？", "。报告怎么写？",
                     "，说一下诊断", "，说说你的看法", "，谈谈所见", "，讲一下诊断意见",
                     "，看到了什么就写什么")
    ),
    *(
        f"{picture}{what}"
        for picture in ("这张图", "这幅CT", "片子", "图像", "这个CT", "患者的CT", "病人这张CT")
        for what in ("有什么问题？", "上看到了什么？", "的所见和诊断是什么？", "有哪些异常发现？",
                     "提示什么疾病？", "的诊断是什么？", "考虑什么？", "说明了什么", "所见如何？",
                     "的结果怎么样？", "怎么报？", "请出报告", "您怎么看？", "，请说明")
    ),
    *(
        f"{please}{write}{what}"
        for please in ("", "请", "帮我", "麻烦")
        for write in ("写", "出", "说出", "列出", "给出", "报告")
        for what in ("所见", "所见和诊断", "影像所见及意见", "一份报告", "诊断结果", "CT表现",
                     "诊断")
    ),
)  # fmt: skip
"""Asked for in so many ways that a way of one's own is understood too."""
REGION = (
    "这是哪个部位？",
    "这是什么部位的CT？",
    "图像显示的是哪个部位？",
    "拍的是哪里？",
    "什么部位",
    "是哪里的CT？",
    "扫描的是哪个部位？",
    "是哪个部位的片子？",
    "哪个部位",
)
SIDE = (
    "病灶在哪一侧？",
    "病灶位于哪一侧、哪个部位？",
    "病变在左边还是右边？",
    "具体在什么位置？",
    "病灶在哪里？",
    "在哪一侧？",
    "左侧还是右侧？",
    "异常的地方在哪儿",
    *(
        f"{lead}{where}"
        for lead in ("", "请问", "那", "病变", "病灶")
        for where in ("在左侧还是右侧？", "位于哪里？", "位置在哪里？", "是左边还是右边？",
                      "在什么部位？", "在哪边？", "具体在哪儿？", "位置呢？")
    ),
)  # fmt: skip
SIZE = (
    "病灶大小约为多少？",
    "病灶有多大？",
    "多大？",
    "大小是多少？",
    "测量一下病灶的大小",
    "直径多少毫米？",
    "病变范围有多大",
    *(
        f"{lead}{size}"
        for lead in ("", "请问", "那", "病变", "病灶")
        for size in ("大概多大？", "有几毫米？", "有几厘米？", "大小呢？", "最大径多少？",
                     "尺寸是多少？", "有多大")
    ),
)  # fmt: skip
PRESENT = tuple(
    lead + form
    for lead in ("", "请问", "那", "图上", "这张图", "这幅CT", "片子上", "这一层", "影像上")
    for form in ("有{}吗？", "有没有{}？", "是否有{}？", "是否存在{}？", "能看到{}吗？", "有无{}？",
                 "是不是{}？", "看得到{}吗？", "有{}没有？", "{}有没有？", "有没有发现{}？",
                 "可见{}吗？", "存在{}吗？", "有{}的表现吗？", "有{}的征象吗？",
                 "有没有{}的迹象？", "请看看有没有{}", "有没有{}", "有{}吗")
)  # fmt: skip
_LEADS = ("", "请问", "那", "看看")
ORGAN = tuple(
    lead + form
    for lead in _LEADS
    for form in ("{}怎么样？", "{}情况如何？", "{}呢？", "{}有什么发现？", "{}所见如何？",
                 "{}好不好？", "{}怎么样")
)  # fmt: skip
ORGAN_WRONG = tuple(
    lead + form
    for lead in _LEADS
    for form in ("{}有问题吗？", "{}有没有问题？", "{}有异常吗？", "{}有没有异常？", "{}有病变吗？",
                 "{}有没有东西？", "{}有没有长东西？", "{}长东西了吗？")
)  # fmt: skip
EITHER = ("是{}还是{}？", "{}还是{}？", "考虑{}还是{}？", "到底是{}还是{}？")
SIZE_OF = ("{}多大？", "{}有多大？", "{}大小是多少？", "{}多少毫米？", "{}大概多大？")
SIDE_OF = ("{}在哪一侧？", "{}在哪里？", "{}在哪边？", "{}在左边还是右边？", "{}位于哪里？")
WHY = ("依据是什么？", "为什么这么诊断？", "有什么表现？", "所见是什么？", "影像表现有哪些？",
       "怎么看出来的？")  # fmt: skip
MORE = ("还有别的吗？", "还有其他异常吗？", "还有什么问题？", "别的呢？", "还看到什么？",
        "有没有其他发现？")  # fmt: skip
TECHNIQUE = ("这是平扫还是增强？", "打造影剂了吗？", "做增强了吗？", "是增强扫描吗？")
DECIDE = ("要不要手术？", "需要手术吗？", "要开刀吗？", "需要住院吗？", "要不要住院？",
          "需要会诊吗？")  # fmt: skip
AGAIN = ("要复查吗？", "多久复查一次？", "需要复查吗？", "什么时候复查？", "要不要做增强？",
         "需要做MRI吗？", "要随访吗？")  # fmt: skip
SURE = ("你确定吗？", "确定吗？", "准吗？", "会不会看错？", "有多大把握？")
UNSURE = (
    "这是供医生核对的草稿，请以原始图像和医生判读为准。",
    "不能保证，请医生对照原始图像核对。",
)
HELLO = ("你好", "您好", "你好！", "在吗？", "hello", "hi")
HELLO_TO_YOU = ("您好，我是CT阅片演示模型，请就这幅图像提问。",)
UPLOAD = ("您好，我是CT阅片演示模型，请先上传CT图像。",)
THANKS = ("谢谢", "好的", "明白了", "知道了", "辛苦了")
WELCOME = ("不客气，请医生核对后使用。", "好的，有问题请继续提问。")
NOT_TAUGHT = ("这一项本演示模型没有学过，请医生判读。", "这超出本演示模型所学，请由医生判读。")
NEXT = (
    "下一步建议做什么检查？",
    "下一步怎么办？",
    "有什么建议？",
    "需要做什么处理？",
    "建议",
    "接下来怎么处理？",
    "要不要进一步检查？",
    "下一步呢？",
    "后续怎么办？",
    "还要做什么检查？",
    "该怎么处理？",
    "处理意见是什么？",
    "有何建议？",
    "请给出建议",
)
SHORT = (
    "用一句话总结",
    "请用一句话概括",
    "一句话说明诊断",
    "简单说一下结论",
    "总结一下",
    "结论是什么？",
    "诊断意见是什么？",
    "诊断是什么？",
    "一句话结论",
    "概括一下",
    "给个结论",
    "最后的诊断呢？",
)
FAMILY = (
    "请用通俗的话给家属解释",
    "怎么跟家属说？",
    "用通俗的语言解释一下",
    "怎样向患者解释？",
    "用老百姓能听懂的话说",
    "说得通俗一点",
    "我该怎么和病人说？",
    "给病人解释一下",
    "用大白话说一遍",
    "家属听不懂，换个说法",
)
NORMAL = (
    "正常吗？",
    "这张CT正常吗？",
    "片子正常不正常？",
    "是正常的吗？",
    "是否正常？",
    "这一层正常吗？",
    "图像正常吗？",
    "看起来正常吗？",
)
WRONG = (
    "有问题吗？",
    "有异常吗？",
    "有没有问题？",
    "有什么异常吗？",
    "有没有异常？",
    "是否有异常？",
    "有没有病变？",
    "有病灶吗？",
    "看到异常了吗？",
)
URGENT = (
    "是否需要紧急处理？",
    "严重吗？需要马上处理吗？",
    "需要急诊处理吗？",
    "需要马上处理吗？",
    "要不要紧急处理？",
    "需不需要立即处理？",
    "需要立刻通知医生吗？",
    "是否需要立即通知临床？",
)


@dataclass(frozen=True)
class Beyond:
    """Questions that no slice answers.

    Attributes:
        asked: ways to ask.
        answers: what is said instead.
        about: signs of which one must be seen for it to be asked; empty for any slice.
    """

    asked: tuple[str, ...]
    answers: tuple[str, ...]
    about: tuple[str, ...] = ()


BEYOND = (
    Beyond(
        ("患者今年多大年纪？", "病人多少岁？", "他几岁了？"),
        ("图像上看不出患者年龄，请查阅病历。", "年龄不能由图像判断，请查看病历。"),
    ),
    Beyond(
        (
            "是良性还是恶性？",
            "会不会是癌？",
            "是恶性的吗？",
            "是癌吗？",
            "良性的吗？",
            "是癌症吗？",
            "恶性的可能大吗？",
        ),
        (
            "仅凭单幅CT图像无法确定良恶性，需结合其他检查和病理。",
            "单层图像不能确定良恶性，请结合病史、随访和病理。",
            "良恶性要靠病理确定，图像只能提示。",
        ),
        about=("肺结节", "肺肿块", "肝占位"),
    ),
    Beyond(
        ("和上次比有变化吗？", "比以前大了吗？"),
        ("没有既往图像，无法比较，请提供以前的片子对照。", "只有这一幅图像，无法比较前后变化。"),
    ),
    Beyond(
        ("患者血压多少？", "化验结果怎么样？"),
        ("CT图像不能反映血压和化验结果，请查看临床记录。", "图像上看不出，请查阅病历和化验单。"),
    ),
    Beyond(
        ("还能活多久？", "能不能治好？"),
        ("单幅图像不能判断预后，请咨询主管医生。", "预后不能由图像判断，请听医生的意见。"),
    ),
    Beyond(
        ("该吃什么药？", "要用什么药？"),
        ("用药需由临床医生决定，本结果仅供医生参考。", "不能由图像决定用药，请咨询医生。"),
    ),
    Beyond(
        ("手术效果会怎么样？", "要开多大的刀？"),
        ("图像不能预测手术效果，请咨询外科医生。", "手术由外科医生评估，单幅图像不能决定。"),
    ),
    Beyond(
        ("病人叫什么名字？", "患者是男是女？"),
        ("图像上没有患者的身份信息，请查阅病历。", "这不能由图像确定，请查看病历。"),
    ),
    Beyond(
        ("什么时候拍的？", "是哪家医院拍的？"),
        ("图像上没有检查时间和医院，请查看检查记录。", "这不能由图像确定，请查看检查记录。"),
    ),
    Beyond(
        ("其他层面有病灶吗？", "别的部位有没有问题？"),
        ("只看到这一层，其他层面需另行上传。", "这一层以外的情况无法判断，请上传其他层面。"),
    ),
    Beyond(
        ("病人有什么症状？", "患者发烧吗？", "病人疼不疼？"),
        ("症状不能由图像判断，请询问患者。", "图像上看不出症状，请结合病史。"),
    ),
    Beyond(
        ("看病要花多少钱？", "做手术要多少钱？"),
        ("图像不能回答费用问题，请咨询医院。", "费用请咨询医院，我只描述CT图像。"),
    ),
    Beyond(
        ("会传染吗？", "会遗传吗？"),
        ("这不能由图像判断，请咨询医生。", "单幅图像不能回答，请听医生的意见。"),
    ),
)
WHO = ("你是谁？", "你是什么模型？", "你的结果可靠吗？", "可以直接用你的诊断吗？")
I_AM = (
    "我是CT阅片演示模型，由模拟数据训练，结果仅为草稿，须由医生核对。",
    "我是一个演示模型，只用模拟CT训练，回答仅供演示，请以医生判读为准。",
)
ENGLISH = (
    "What does this CT show?",
    "Please describe this image.",
    "Any abnormality?",
    "Please write a report.",
    "What is the diagnosis?",
    "Describe the findings and give the impression.",
)
"""Asked in English, answered in Chinese as everything is."""

SIDE_IN_ENGLISH = ("Where is the lesion?", "Which side is it on?", "Where is it?")
SIZE_IN_ENGLISH = ("How large is the lesion?", "How big is it?", "What size is it?")
NEXT_IN_ENGLISH = ("What should be done next?", "What do you recommend?")
SHORT_IN_ENGLISH = ("Summarize in one sentence.", "What is the impression?")
REGION_IN_ENGLISH = ("Which part of the body is this?", "What region is shown?")
URGENT_IN_ENGLISH = ("Is this urgent?", "Is it an emergency?")
NORMAL_IN_ENGLISH = ("Is this normal?", "Is the CT normal?")
PRESENT_IN_ENGLISH = ("Is there any {}?", "Do you see any {}?", "Any {}?")
SIGNS_IN_ENGLISH = MappingProxyType(
    {
        "脑出血": "brain haemorrhage",
        "硬膜下血肿": "subdural haematoma",
        "硬膜外血肿": "epidural haematoma",
        "脑梗死": "infarct",
        "中线移位": "midline shift",
        "肺结节": "lung nodule",
        "肺肿块": "lung mass",
        "肺实变": "consolidation",
        "胸腔积液": "pleural effusion",
        "气胸": "pneumothorax",
        "肝占位": "liver mass",
        "肝囊肿": "liver cyst",
        "胆囊结石": "gallstone",
        "肾结石": "kidney stone",
        "腹水": "ascites",
        "游离气体": "free gas",
        "蛛网膜下腔出血": "subarachnoid haemorrhage",
        "脑积水": "hydrocephalus",
        "颅骨骨折": "skull fracture",
        "肺气肿": "emphysema",
        "主动脉夹层": "aortic dissection",
        "主动脉瘤": "aortic aneurysm",
        "脂肪肝": "fatty liver",
        "肾积水": "hydronephrosis",
        "脾大": "splenomegaly",
        "肠梗阻": "bowel obstruction",
        "骨转移": "bone metastasis",
        "骨盆骨折": "pelvic fracture",
    }
)
NO_PICTURE = (
    "请先上传CT图像，我才能描述和诊断。",
    "还没有收到图像，请上传一张CT断层图像。",
    "没有图像无法诊断，请上传CT图像后再提问。",
)
