import pytest

from trainer.vqa.question import Language, Question
from trainer.vqa.score import is_right, items, score, words_f1


def ask(text: str, answer: str, *, closed: bool = True, language: Language = "zh") -> Question:
    return Question("1", lambda: b"", text, answer, language, closed)


@pytest.mark.parametrize(
    ("text", "answer", "said", "right"),
    [
        ("图像中的肺是否异常？", "是", "异常", True),
        ("图像中的肺是否异常？", "是", "是的，有异常。", True),
        ("图像中的肺是否异常？", "是", "正常", False),
        ("图像中的肺是否异常？", "异常", "是", True),
        ("图像中的肺是否异常？", "否", "是否异常：否", True),
        ("图像中的肺是否异常？", "否", "异常", False),
        ("肺是健康的吗？", "不是", "不健康", True),
        ("图中有肝脏吗？", "没有", "未见肝脏", True),
        ("图中有肝脏吗？", "没有", "有", False),
        ("图中有肝脏吗？", "有", "", False),
        ("病灶在左侧还是右侧？", "右侧", "病灶在右侧。", True),
        ("病灶在左侧还是右侧？", "右侧", "左侧", False),
        ("病灶在左侧还是右侧？", "右侧", "左侧，不在右侧", False),
        ("Is this a CT or MRI?", "CT", "This is a CT image.", True),
        ("Is this a CT or MRI?", "CT", "MRI", False),
        ("Is this a CT or MRI?", "CT", "CT or MRI", False),
        ("Is the heart enlarged?", "Yes", "yes, it is", True),
        ("Is the heart enlarged?", "No", "yes", False),
    ],
)
def test_closed(text: str, answer: str, said: str, right: bool) -> None:
    assert is_right(ask(text, answer), said) is right


@pytest.mark.parametrize(
    ("answer", "said", "right"),
    [
        ("肺，心脏", "心脏、肺", True),
        ("肺，心脏", "图中有肺和心脏。", True),
        ("肺，心脏", "肺", False),
        ("右 肺", "右肺", True),
        ("右肺", "左肺", False),
        ("The left lung", "left lung.", True),
        ("lung", "lungs and lung", True),
        ("art", "heart", False),
        ("Liver, Spleen", "spleen and liver", True),
        ("liver", "", False),
        ("", "", False),
    ],
)
def test_open(answer: str, said: str, right: bool) -> None:
    assert is_right(ask("图中有什么？", answer, closed=False), said) is right


def test_chinese_is_not_split_at_spaces() -> None:
    assert items("右 上 肺") == {"右上肺"}
    assert items("Ｃ Ｔ。") == items("c t")
    assert words_f1("右上肺", "右肺上叶") == pytest.approx(6 / 7)
    assert words_f1("left lung", "right lung") == 0.5
    assert words_f1("肺", "") == 0


def test_kinds_are_scored_apart() -> None:
    questions = [
        ask("有气胸吗？", "有"),
        ask("是什么？", "肺", closed=False),
        ask("正常吗？", "否"),
    ]
    found = score(questions, ["有", "心脏", "正常"])
    assert (found.closed.hits, found.closed.of) == (1, 2)
    assert (found.open.hits, found.open.of) == (0, 1)
    assert found.words.value == 0


@pytest.mark.parametrize(
    ("question", "answer", "said", "right"),
    [
        ("这是什么检查？", "CT", "这是CT图像。", True),
        ("这是什么检查？", "MRI", "该图像为MRI扫描", True),
        ("CT还是MRI？", "MRI", "是MRI", True),
        ("这是什么检查？", "X-Ray", "这是X-Ray图像", True),
        ("What is seen?", "pneumothorax", "There is no pneumothorax.", False),
        ("哪个器官异常？", "肺", "未见肺异常", False),
        ("What is seen?", "pneumothorax", "No effusion, but a pneumothorax.", True),
        ("What is there?", "no effusion", "There is no effusion.", True),
    ],
)
def test_latin_terms_beside_chinese_and_what_is_denied(
    question: str, answer: str, said: str, right: bool
) -> None:
    assert is_right(ask(question, answer, closed="还是" in question), said) is right
