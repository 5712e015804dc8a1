import re

import pytest

from trainer.data.corpus.side import SIDE_EN, SIDE_ZH, beside, side_order

FINDINGS = re.compile("nodule|mass|cyst|结节|肿块|囊肿")


@pytest.mark.parametrize(
    ("text", "finding", "sides"),
    [
        ("a nodule in the left lung and a mass in the right lung", "nodule", ["l"]),
        ("a nodule in the left lung and a mass in the right lung", "mass", ["r"]),
        ("a nodule and a cyst in the left lung and a mass in the right", "cyst", ["l"]),
        ("a nodule in the left upper and right lower lobe", "nodule", ["l", "r"]),
        ("left upper and right lower lobe nodules", "nodule", ["l", "r"]),
        ("a mass on the left and nodules in the left and right lung", "nodule", ["b"]),
        ("左肺结节、囊肿及右肺肿块", "囊肿", ["l"]),
        ("左肺结节、囊肿及右肺肿块", "肿块", ["r"]),
        ("左肺上叶和右肺下叶见结节", "结节", ["l", "r"]),
    ],
)
def test_the_sides_of_a_finding(text: str, finding: str, sides: list[str]) -> None:
    side = SIDE_EN if text.isascii() else SIDE_ZH
    start = text.index(finding)
    part = beside(text, start, start + len(finding), side, FINDINGS)
    assert finding in part
    assert side_order(side, part) == sides
