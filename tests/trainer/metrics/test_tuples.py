import pytest

from assistant.report.finding import Finding
from assistant.report.findings import extract
from trainer.metrics.tuples import Count, match

LEFT = Finding("胸腔积液", "", "左", "有", 20.0)
RIGHT = Finding("胸腔积液", "", "右", "有", 20.0)
BOTH = Finding("胸腔积液", "", "双侧", "有", 20.0)
NODULE = Finding("肺结节", "肺上叶", "右", "有", 8.0)


@pytest.mark.parametrize(
    ("known", "stated", "sides", "exact"),
    [
        ([NODULE], [NODULE], Count(1, 1, 1), Count(1, 1, 1)),
        # 侧别错：既是漏报又是多报
        ([LEFT], [RIGHT], Count(0, 1, 1), Count(0, 1, 1)),
        # 双侧算左右各一
        ([BOTH], [BOTH], Count(2, 2, 2), Count(2, 2, 2)),
        ([BOTH], [LEFT], Count(1, 1, 2), Count(1, 1, 2)),
        ([LEFT], [BOTH], Count(1, 2, 1), Count(1, 2, 1)),
        ([BOTH], [LEFT, RIGHT], Count(2, 2, 2), Count(2, 2, 2)),
        # 部位、大小、状态不符
        ([NODULE], [Finding("肺结节", "肺下叶", "右", "有", 8.0)], Count(1, 1, 1), Count(0, 1, 1)),
        ([NODULE], [Finding("肺结节", "肺上叶", "右", "有", 11.0)], Count(1, 1, 1), Count(0, 1, 1)),
        ([NODULE], [Finding("肺结节", "肺上叶", "右", "有", 10.0)], Count(1, 1, 1), Count(1, 1, 1)),
        ([NODULE], [Finding("肺结节", "肺上叶", "右")], Count(1, 1, 1), Count(0, 1, 1)),
        (
            [NODULE], [Finding("肺结节", "肺上叶", "右", "可疑", 8.0)],
            Count(1, 1, 1), Count(0, 1, 1),
        ),
        # 漏报、多报
        ([NODULE], [], Count(0, 0, 1), Count(0, 0, 1)),
        ([], [NODULE], Count(0, 1, 0), Count(0, 1, 0)),
        ([NODULE, LEFT], [LEFT], Count(1, 1, 2), Count(1, 1, 2)),
        # 重复说同一处，只算一次
        ([NODULE], [NODULE, NODULE], Count(1, 1, 1), Count(1, 1, 1)),
    ],
)  # fmt: skip
def test_counts(known: list[Finding], stated: list[Finding], sides: Count, exact: Count) -> None:
    found = match(known, stated)
    assert found.sides == sides
    assert found.exact == exact


def test_what_agrees_most_is_paired() -> None:
    upper, lower = NODULE, Finding("肺结节", "肺下叶", "左", "有", 5.0)
    found = match([upper, lower], [lower, upper])
    assert found.exact == Count(2, 2, 2)
    assert not found.missed
    assert not found.extra


def test_a_wrong_side_is_told_from_one_that_is_not_stated() -> None:
    assert match([LEFT], [RIGHT]).wrong_side
    assert not match([LEFT], [Finding("胸腔积液")]).wrong_side
    assert match([LEFT], [Finding("胸腔积液")]).sides == Count(0, 1, 1)


def test_from_text() -> None:
    found = match([NODULE], extract("检查所见：胸部CT：左肺上叶见结节影，大小约8mm。"))
    assert len(found.wrong_side) == 1
    assert found.sides == Count(0, 1, 1)
