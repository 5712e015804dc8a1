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
