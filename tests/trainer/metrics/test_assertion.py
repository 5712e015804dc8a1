import pytest

from trainer.metrics.assertion import assertion


@pytest.mark.parametrize(
    ("question", "answer", "expected"),
    [
        ("左肺有结节吗?", "左肺清晰,未见结节。", False),
        ("结节可见吗?", "结节未见", False),
        ("左侧有气胸吗?", "双肺透亮度不均,左侧有气胸", True),
        ("左肺有结节吗?", "右肺有结节", None),
        ("Is there an effusion?", "There is an effusion but no pneumothorax.", True),
        ("Is there a mass?", "A fracture, no mass.", False),
        ("Is there a nodule?", "A nodule is not seen.", False),
        ("Are the lungs clear?", "The lungs are clear without nodules.", True),
        ("Is there a fracture?", "The heart is enlarged.", None),
        ("有积液吗?", "不仅有积液,还有气胸", True),
        ("有积液吗?", "无法排除积液", True),
        ("有积液吗?", "图像无法显示积液", False),
        ("病变对称吗?", "对称。", True),
        ("病变对称吗?", "称", None),
        # 没有问是与否、让人选择、问题本身就是否定
        ("病灶在哪里?", "右肺未见病灶", None),
        ("病灶在左侧还是右侧吗?", "不在左侧", None),
        ("Is this a CT or MRI?", "This is not an MRI.", None),
        ("Is there no mass?", "There is no mass.", None),
    ],
)
def test_a_clause_asserts_or_denies_what_was_asked(
    question: str, answer: str, expected: bool | None
) -> None:
    assert assertion(question, answer) is expected
