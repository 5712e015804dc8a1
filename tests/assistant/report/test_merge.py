import pytest

from assistant.report.finding import Finding
from assistant.report.lexicon import SIGNS
from assistant.report.mention import Mention
from assistant.report.merge import merge
from assistant.report.places import Place

NODULE = next(sign for sign in SIGNS if sign.name == "肺结节")
ANEURYSM = next(sign for sign in SIGNS if sign.name == "主动脉瘤")
BLEED = next(sign for sign in SIGNS if sign.name == "脑出血")


def nodule(side="", site="", status="有", size=None) -> Mention:
    return Mention(NODULE, status, Place("肺", site, side), size)


def finding(side="", site="", status="有", size=None) -> Finding:
    return Finding("肺结节", site, side, status, size)


@pytest.mark.parametrize(
    ("seen", "concluded", "expected"),
    [
        # 同一病灶
        ([nodule("右", "肺上叶", size=8)], [nodule("右")], [finding("右", "肺上叶", size=8)]),
        ([nodule("右", size=8)], [nodule("右", "肺上叶")], [finding("右", "肺上叶", size=8)]),
        # 诊断意见决定肯定程度
        ([nodule("右", status="可疑")], [nodule("右")], [finding("右")]),
        ([nodule("右")], [nodule("右", status="可疑")], [finding("右", status="可疑")]),
        # 不同病灶
        (
            [nodule("右", "肺上叶"), nodule("左", "肺下叶")], [],
            [finding("右", "肺上叶"), finding("左", "肺下叶")],
        ),
        (
            [nodule("右", "肺上叶"), nodule("左", "肺下叶")], [nodule("双侧")],
            [finding("右", "肺上叶"), finding("左", "肺下叶")],
        ),
        # 左右合为双侧
        ([nodule("右"), nodule("左")], [], [finding("双侧")]),
        ([nodule("右", size=5), nodule("左", size=8)], [], [finding("双侧", size=8)]),
        ([nodule("双侧"), nodule("右")], [], [finding("双侧")]),
        (
            [nodule("右", "肺上叶", size=5), nodule("左", "肺上叶", size=8)], [],
            [finding("右", "肺上叶", size=5), finding("左", "肺上叶", size=8)],
        ),
        # 否定
        ([nodule(status="无")], [nodule("双侧", status="无")], [finding(status="无")]),
        ([nodule("左", status="无")], [], [finding("左", status="无")]),
        ([nodule("右"), nodule(status="无")], [], [finding("右")]),
        (
            [nodule("右"), nodule("左", status="无")], [],
            [finding("右"), finding("左", status="无")],
        ),
        ([nodule("双侧"), nodule("左", status="无")], [], [finding("双侧")]),
    ],
)  # fmt: skip
def test_merge(seen, concluded, expected):
    assert list(merge(seen, concluded)) == expected


def lesion(side: str, size: float) -> Mention:
    return Mention(None, "有", Place("脑", "基底节区", side), size)


def test_a_described_lesion_lends_its_place_and_size_to_the_diagnosis():
    named = Mention(BLEED, "有", Place())
    assert merge([lesion("左", 23)], [named]) == (
        Finding("脑出血", "基底节区", "左", "有", 23),
    )  # fmt: skip


def test_of_two_lesions_none_is_guessed():
    named = Mention(BLEED, "有", Place())
    assert merge([lesion("左", 23), lesion("右", 9)], [named]) == (Finding("脑出血"),)


def test_the_widest_part_of_an_aorta_is_the_aneurysm():
    widths = [Mention(None, "有", Place("主动脉"), size) for size in (28, 60, 31)]
    named = Mention(ANEURYSM, "有", Place("主动脉"))
    assert merge(widths, [named]) == (Finding("主动脉瘤", size_mm=60),)


def test_a_lesion_of_the_other_side_lends_nothing():
    named = Mention(BLEED, "有", Place("脑", "", "右"))
    assert merge([lesion("左", 23)], [named]) == (Finding("脑出血", "", "右"),)
