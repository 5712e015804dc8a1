from pathlib import Path

import pytest

from assistant.errors import AssistantError
from trainer.metrics.repeats import Talk, is_repeat, load_questions, repeats

FIRST = "检查所见：右肺上叶见结节影，大小约8mm，边界清。诊断意见：右肺上叶结节。"


@pytest.mark.parametrize(
    ("later", "same"),
    [
        (FIRST, True),
        (FIRST.replace("，", " , ").replace("。", ""), True),
        (FIRST.replace("8mm", "9mm"), True),
        ("结节位于右肺上叶。", False),
        ("No hemorrhage is seen in this slice.", False),
        ("", False),
    ],
)
def test_the_same_answer_but_for_a_few_characters(later: str, same: bool) -> None:
    assert is_repeat(FIRST, later) is same


def test_short_answers_may_be_given_twice() -> None:
    assert not is_repeat("未见异常。", "未见异常。")


def test_only_later_answers_count() -> None:
    talks = [
        Talk(("a", "b", "c"), (FIRST, FIRST, "右侧，需要随访。")),
        Talk(("a", "b"), (FIRST, "否")),
    ]
    assert talks[0].repeated == (True, False)
    share = repeats(talks)
    assert (share.hits, share.of) == (1, 3)


def test_the_test_set_never_asks_for_the_first_answer_again() -> None:
    conversations = load_questions()
    assert len(conversations) >= 8
    assert sum(len(questions) - 1 for questions in conversations) >= 16
    for questions in conversations:
        assert len(set(questions)) == len(questions) >= 2


@pytest.mark.parametrize("text", ["conversations: [[一问]]", "conversations: []", "x: 1", "["])
def test_a_broken_test_set(tmp_path: Path, text: str) -> None:
    path = tmp_path / "x.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(AssistantError) as caught:
        load_questions(path)
    assert caught.value.code == "TRN-405"
