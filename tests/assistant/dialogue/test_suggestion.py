import pytest

from assistant.dialogue.prompts import load_prompts
from assistant.dialogue.suggestion import Situation, Suggestion

ASKED = frozenset({"请使用中文描述下这个图像并给出你的诊断结果"})


def labels(situation: Situation) -> list[str]:
    return [one.label for one in load_prompts().suggestions if one.suits(situation)]


def test_before_the_first_answer_the_picture_is_described_and_its_region_asked_about():
    assert labels(Situation()) == ["描述并诊断"]
    assert labels(Situation("头颅")) == ["描述并诊断", "有无脑出血", "有无脑梗死", "有无中线移位"]
    assert "有无肺结节" in labels(Situation("胸部"))
    assert "有无腹水" in labels(Situation("腹部"))


def test_side_and_size_are_asked_only_of_what_was_found():
    bleeding = Situation("头颅", ASKED, found=True, sided=True)
    assert labels(bleeding) == ["病灶在哪一侧", "多大", "需要紧急处理吗", "建议", "一句话总结"]
    ascites = Situation("腹部", ASKED, found=True)
    assert labels(ascites) == ["多大", "需要紧急处理吗", "建议", "一句话总结"]
    healthy = labels(Situation("胸部", ASKED))
    assert healthy == ["有无肺结节", "有无气胸", "有无胸腔积液", "建议", "一句话总结"]


def test_what_was_asked_is_not_suggested_again():
    asked = ASKED | {"病灶大小约为多少？"}
    assert "多大" not in labels(Situation("头颅", asked, found=True, sided=True))


@pytest.mark.parametrize("situation", [Situation(), Situation("头颅", frozenset({"多大？"}), True)])
def test_a_fixed_one_always_stands_there(situation: Situation):
    assert Suggestion.fixed("多大？").suits(situation)
