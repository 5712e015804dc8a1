import pytest

from assistant.batch.caveat import caveat_of
from assistant.batch.row import Row
from assistant.report.findings import extract


def code_of(text: str) -> str:
    found = caveat_of(text, extract(text))
    return found.code if found else ""


@pytest.mark.parametrize(
    "text",
    [
        "右侧血胸。",
        "脑疝形成。",
        "右侧额叶脑挫裂伤。",
        "消化道穿孔可能。",
        "不能除外脑疝。",
        "脑疝不除外。",
        "子宫破裂不能排除。",
        "肠系膜上动脉栓塞不除外。",
        "左侧股骨颈骨折无明显移位。",
        "左侧股骨颈骨折，未见明显移位。",
        "左侧股骨颈无移位骨折。",
        "右侧锁骨骨折不伴脱位。",
        "右肺上叶结节。肠系膜上动脉充盈缺损。",
        "肋骨未见骨折。左侧股骨颈骨折。",
        "鼻骨骨折，颅骨未见骨折，颅内未见出血。",
        "左侧锁骨骨折，双肺未见气胸。",
        "主动脉内见撕裂内膜片，心包未见积液。",
        "小脑扁桃体下疝，脑室未见扩张。",
        "气胸基本吸收，残余少量。",
        "上矢状窦见血栓形成。脑实质密度正常。",
        "肝右叶见脓肿，其余肝实质密度均匀。",
        "颅内未见出血。颅内少量积气。",
        "未见骨折但颅内见积气。",
        "脑脓肿未完全吸收，脑室正常。",
        "肠套叠，可见靶环征，其余未见异常。",
        "小肠扭转，腹腔未见积液。",
        "心包填塞，双肺未见实变。",
        "肠系膜上动脉闭塞，肠管未见扩张。",
        "右肺上叶结节。上矢状窦见血栓形成。",
        "左肾梗塞，脾脏正常。",
    ],
)
def test_what_alarms_and_is_no_known_sign_needs_a_look(text: str) -> None:
    assert code_of(text) == "BAT-127"


@pytest.mark.parametrize("text", ["脾破裂，周围见积血影。", "脾破裂待排除。"])
def test_what_was_read_as_urgent_needs_no_caveat(text: str) -> None:
    row = Row.answered("a.dcm", "00", window="腹", model="m", text=text)
    assert (row.code, row.urgency) == ("", "紧急")


@pytest.mark.parametrize(
    "text",
    [
        "右肺下叶见团块状影，大小约5cm，边缘毛刺。",
        "左侧基底节区见团片状高密度影，周围见低密度水肿带。",
        "左肺上叶见大片高密度影，其内见空气支气管征。",
        "左侧硬膜外梭形高密度影。",
        "肠系膜上动脉充盈缺损。",
        "右侧附件区囊性占位。",
        "未见骨折。脾内见低密度灶。",
        "右侧乳腺结节，双肺未见结节。",
        "左侧腋窝见肿大淋巴结，纵隔未见肿大淋巴结。",
        "食管中段占位，双肺未见占位。",
        "升主动脉增宽，直径约60mm，未见夹层。",
        "腰椎间盘突出，硬膜囊受压，椎体未见骨折。",
        "肺部感染，心影正常。",
        "肺部感染较前吸收，心影正常。",
        "脑膜炎，脑室正常。",
        "双肺水肿，心影正常。",
        "肺挫伤，未见气胸。",
        "右肺下叶空洞，双肺纹理清晰。",
        "右侧颞叶胶质母细胞瘤，脑室未见扩张。",
        "前交通动脉未破裂动脉瘤，脑室正常。",
        "左肺门淋巴结增大，纵隔居中。",
        "门静脉积气，肝脏大小正常。",
        "双侧股骨头缺血坏死。未见骨折。",
        "硬膜下积液。脑沟未见增宽。",
        "右侧附件区囊肿，子宫正常。",
        "肋骨骨皮质不连续，双肺清晰。",
    ],
)
def test_a_lesion_that_was_not_read_is_not_routine(text: str) -> None:
    row = Row.answered("a.dcm", "00", window="肺", model="m", text=text)
    assert row.urgency != "常规"
    assert row.code == "BAT-127" or row.findings


@pytest.mark.parametrize(
    "text",
    [
        "该图像不是CT图像，无法作出影像诊断。请上传CT断层图像。",
        "图像质量差，无法诊断，请重新扫描。",
        "仅凭单层图像难以作出判断。",
        "您好，请问有什么可以帮您？",
        "请结合临床。",
    ],
)
def test_an_answer_without_a_verdict_is_not_routine(text: str) -> None:
    row = Row.answered("a.dcm", "00", window="肺", model="m", text=text)
    assert (row.code, row.urgency) == ("BAT-128", "需复核")


@pytest.mark.parametrize(
    "text",
    [
        "未见脾破裂。",
        "双肺清晰，未见血胸及骨折。",
        "双肺清晰。建议复查，注意有无脑疝。",
        "右侧第5肋骨骨折。",
        "左侧放射冠腔隙性脑梗塞。",
        "颅内结构对称。脑挫裂伤术后改变。",
        "双肺未见异常密度影。骨折未见。",
        "脑实质密度未见明显异常，脑疝可排除。",
        "双肺纹理清晰。",
        "未见占位及异常密度影。",
        "脑实质密度正常，占位效应不明显。",
        "骨折：无。气胸：未见。",
        "双肺未见结节，淋巴结无肿大，胆囊壁未见增厚。",
        "检查所见：右肺结节。\n建议：随访，评估破裂风险。",
    ],
)
def test_what_is_denied_over_or_known_needs_no_second_look(text: str) -> None:
    assert code_of(text) == ""


@pytest.mark.parametrize(
    "text",
    [
        "腰椎间盘未见突出。",
        "脑沟、脑裂无增宽变浅，脑室脑池未见明显扩张、受压及移位，中线结构无偏移。",
        "肝内外胆管不扩张，胆囊不大，壁不厚，其内未见结石。双肾未见结石及积水。",
        "腹膜后未见肿大淋巴结，肠壁不厚，肠管未见扩张积气。",
        "黏膜无增厚，颅骨骨质连续，未见中断。",
        "各椎体序列可，无滑脱，椎间盘无突出，硬膜囊无受压，椎管无狭窄。",
        "血管管腔通畅，未见狭窄及闭塞，未见血栓。",
        "脑实质密度未见增高或减低，未见缺血、坏死及水肿。",
        "双肺扩张良好，未见炎症、感染及渗出。",
        "主动脉管径正常，未见增宽、扩张，未见内膜片。",
        "双肺未见明显异常，感染征象不明显。",
        "胸部CT未见明显异常，抗感染、消炎后复查。",
        "结肠内少量积气积便，腹部未见异常。",
        "颅内未见积气。未见小脑扁桃体下疝。",
        "气胸已完全吸收，无残余气体。",
        "胸部CT未见明显异常。建议：如有症状，更敏感的检查为MRI。",
        "颅脑CT平扫未见明显异常。建议结合MRI，首选为MRI检查。",
    ],
)
def test_an_ordinary_normal_answer_is_routine(text: str) -> None:
    row = Row.answered("a.dcm", "00", window="肺", model="m", text=text)
    assert (row.code, row.urgency) == ("", "常规")
