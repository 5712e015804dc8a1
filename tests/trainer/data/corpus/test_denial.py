import pytest

from trainer.data.corpus.denial import finding_denied_en, finding_denied_zh


@pytest.mark.parametrize(
    ("text", "finding", "denied"),
    [
        ("There is an effusion and no nodule.", "effusion", False),
        ("There is an effusion and no nodule.", "nodule", True),
        ("No effusion and a nodule is seen.", "nodule", False),
        ("No effusion or nodule is seen.", "nodule", True),
        ("The scan does not clearly show a nodule.", "nodule", True),
        ("A nodule is not seen.", "nodule", True),
        ("A nodule is seen.", "nodule", False),
        ("A nodule cannot be excluded.", "nodule", None),
        # Told by more than its clause, or denied is something else.
        ("No effusion, nodule or mass is seen.", "nodule", None),
        ("No change in the nodule.", "nodule", None),
        ("The nodule shows no enhancement.", "nodule", None),
        ("A non-enhancing nodule.", "nodule", None),
        ("Nodule.", "nodule", None),
    ],
)
def test_a_finding_in_english(text: str, finding: str, denied: bool | None) -> None:
    start = text.lower().index(finding)
    assert finding_denied_en(text, start, start + len(finding)) is denied


@pytest.mark.parametrize(
    ("text", "denied"),
    [
        ("可见结节，未见积液。", False),
        ("未见积液，可见结节。", False),
        ("可见积液而无结节。", True),
        ("可见结节无强化。", False),
        ("未见明显结节。", True),
        ("未发现有结节。", True),
        ("无法显示结节。", True),
        ("结节未见。", True),
        ("结节未见强化。", None),
        ("可见无强化结节。", None),
        ("无增大的结节。", None),
        ("不能除外结节。", None),
        ("未见积液，结节。", None),
    ],
)
def test_a_finding_in_chinese(text: str, denied: bool | None) -> None:
    start = text.index("结节")
    assert finding_denied_zh(text, start, start + 2) is denied
