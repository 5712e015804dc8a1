from pathlib import Path

import pytest

from assistant.dialogue.prompts import load_prompts
from assistant.errors import AssistantError
from assistant.report.lexicon import REGIONS


def test_the_shipped_prompts_are_those_the_model_was_trained_with():
    prompts = load_prompts()
    assert prompts.system == "You are a helpful assistant."
    assert prompts.default_question == "请使用中文描述下这个图像并给出你的诊断结果"
    assert prompts.suggestions[0].ask == prompts.default_question
    assert {one.region for one in prompts.suggestions} <= {"", *REGIONS}


@pytest.mark.parametrize("content", ["", "system: x\n", "system: x\ndefault_question: y\nz: 1\n"])
def test_malformed_prompts_are_refused(tmp_path: Path, content: str):
    path = tmp_path / "prompts.yaml"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(AssistantError) as caught:
        load_prompts(path)
    assert caught.value.code == "CFG-103"


def test_missing_prompts_are_refused(tmp_path: Path):
    with pytest.raises(AssistantError, match="CFG-103"):
        load_prompts(tmp_path / "none.yaml")
