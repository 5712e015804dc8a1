import pytest

from assistant.batch.cells import describe
from assistant.report.findings import Finding


@pytest.mark.parametrize(
    ("finding", "words"),
    [
        (Finding("脑出血", "基底节区", "左", "有", 23), "左侧基底节区脑出血（有，23 mm）"),
        (Finding("胸腔积液", "", "双侧", "可疑"), "双侧胸腔积液（可疑）"),
        (Finding("肝囊肿", "肝右叶", "", "有", 7.5), "肝右叶肝囊肿（有，7.5 mm）"),
        (Finding("气胸", status="无"), "气胸（无）"),
    ],
)
def test_findings_in_words(finding: Finding, words: str):
    assert describe(finding) == words
