import pytest

from assistant.report.status import statuses
from assistant.report.tokens import tokenize


@pytest.mark.parametrize(
    ("clause", "expected"),
    [
        ("气胸", "有"),
        ("未见气胸", "无"),
        ("未见气胸、胸腔积液及肺炎", "无无无"),
        ("未见气胸但见胸腔积液", "无有"),
        ("气胸可能", "可疑"),
        ("气胸、肺炎可能", "可疑 可疑"),
        ("气胸及肺炎可能", "有可疑"),
        ("气胸?", "可疑"),
        ("气胸未见", "无"),
        ("气胸未见加重", "有"),
        ("气胸阴性", "无"),
        ("气胸引流术后", "问"),
        ("是否气胸", "问"),
        ("考虑气胸可能性大", "有"),
        ("不考虑气胸", "无"),
        ("不能完全排除气胸", "可疑"),
    ],
)
def test_status(clause: str, expected: str):
    found = statuses(clause, tuple(tokenize(clause)))
    assert "".join(found.values()) == expected.replace(" ", "")
