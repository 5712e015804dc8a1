import pytest

from assistant.report.finding import Finding
from trainer.metrics.verdict import Known, judge

NODULE = Known("胸部", (Finding("肺结节", "肺上叶", "右", "有", 8.0),))
NORMAL = Known("头颅")


@pytest.mark.parametrize(
    ("known", "text", "right"),
    [
        (
            NODULE,
            "检查所见：胸部CT平扫：右肺上叶见结节影，大小约8mm。\n诊断意见：右肺上叶结节。",
            True,
        ),
        (
            NODULE,
            "检查所见：胸部CT平扫：左肺上叶见结节影，大小约8mm。\n诊断意见：左肺上叶结节。",
            False,
        ),
        (NODULE, "检查所见：胸部CT平扫：未见异常。\n诊断意见：胸部CT未见明显异常。", False),
        (
            NODULE,
            "检查所见：胸部CT：右肺上叶见结节影，左侧气胸。\n诊断意见：右肺上叶结节，左侧气胸。",
            False,
        ),
        (NODULE, "检查所见：胸部CT：右肺上叶结节，未见气胸。\n诊断意见：右肺上叶结节。", True),
        (NORMAL, "检查所见：颅脑CT平扫：未见出血及梗死。\n诊断意见：颅脑CT未见明显异常。", True),
        (NORMAL, "检查所见：胸部CT平扫：未见异常。\n诊断意见：胸部CT未见明显异常。", False),
        (NORMAL, "", False),
    ],
)
def test_right_means_region_findings_and_side(known: Known, text: str, right: bool) -> None:
    assert judge(known, text).right is right


def test_left_and_right_together_are_both_sides() -> None:
    both = Known("胸部", (Finding("胸腔积液", "", "双侧"),))
    apart = Known("胸部", (Finding("胸腔积液", "", "左"), Finding("胸腔积液", "", "右")))
    assert both.key == apart.key
