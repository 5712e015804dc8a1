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
    ],
)
def test_what_a_question_needs_stays(typed: str) -> None:
    assert scrub(typed) == typed
