import pytest

from assistant.dialogue.scrub import GONE, scrub


@pytest.mark.parametrize(
    ("typed", "gone"),
    [
        ("患者姓名：张三，男，65岁", "张三"),
        ("病人名字叫欧阳修文。右肺？", "欧阳修文"),
        ("住院号 A12345，右肺有无结节？", "A12345"),
        ("影像号：CT-2024-0091 请描述", "CT-2024-0091"),
        ("患者ID: P0077 有无出血", "P0077"),
        ("身份证号 11010519491231002X 请看", "11010519491231002X"),
        ("11010519491231002X", "11010519491231002X"),
        ("电话13812345678", "13812345678"),
        ("请回 13812345678，谢谢", "13812345678"),
        ("手机 138 1234 5678", "1234"),
        ("请回 138-1234-5678", "5678"),
        ("姓名 张三 性别 男", "张三"),
        ("姓名张三，男", "张三"),
        ("姓名：Zhang San，右肺？", "San"),
        ("PatientName 姓名: ZHANG^SAN", "SAN"),
        ("ID：1234567 请看", "1234567"),
        ("出生日期：1961-02-03", "1961"),
        ("生日1961年2月3日，男", "2月3日"),
        ("姓 名：张三 性 别：男", "张三"),
        ("姓名： 张 三 ，男", "张 三"),
        ("姓　名：王小明　性　别：男", "王小明"),
        ("住 院 号：123456", "123456"),
        ("CT号：CT123456", "CT123456"),
        ("放射号 12345", "12345"),
        ("就诊卡号：123456", "123456"),
        ("ID号：33221", "33221"),
        ("PatientID 12345678", "12345678"),
        ("MRN 12345678", "12345678"),
        ("座机010-62345678", "62345678"),
    ],
)
def test_what_identifies_is_left_out(typed: str, gone: str) -> None:
    left = scrub(typed)
    assert gone not in left
    assert GONE in left


@pytest.mark.parametrize(
    "typed",
    [
        "请使用中文描述下这个图像并给出你的诊断结果",
        "右肺上叶结节 12×8mm，较 2023-05-01 增大？",
        "第 3/20 层，窗位 -600，窗宽 1500，CT 值 45 HU",
        "检查号称低剂量，姓名学不重要",
        "患者 65 岁，男，吸烟 30 年",
        "血小板 13800 是否影响穿刺",
        "CT 45 HU，CT号称金标准，第 12 张片",
    ],
)
def test_what_a_question_needs_stays(typed: str) -> None:
    assert scrub(typed) == typed


@pytest.mark.parametrize(
    ("typed", "left"),
    [
        ("姓名：张三右肺有无结节？", f"姓名：{GONE}右肺有无结节？"),
        ("姓名：欧阳修文 左侧？", f"姓名：{GONE} 左侧？"),
        ("姓名：李四男65岁", f"姓名：{GONE}男65岁"),
        ("患者姓名：王小明，请描述", f"患者姓名：{GONE}，请描述"),
    ],
)
def test_the_question_behind_a_name_stays(typed: str, left: str) -> None:
    assert scrub(typed) == left
