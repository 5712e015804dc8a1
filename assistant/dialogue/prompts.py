"""The system prompt, the default question and suggested questions."""

from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from assistant.dialogue.suggestion import Suggestion
from assistant.errors import AssistantError
from assistant.places import CONFIGS


class Prompts(BaseModel):
    """Wording that reaches the model, from configs/prompts.zh.yaml."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    system: str = Field(min_length=1)
    default_question: str = Field(min_length=1)
    suggestions: tuple[Suggestion, ...] = ()
    report: str = Field(min_length=1)
    plain: str = Field(min_length=1)


def load_prompts(path: Path = CONFIGS / "prompts.zh.yaml") -> Prompts:
    """Read the prompts.

    Raises:
        AssistantError: CFG-103 when the file is missing, malformed or has unknown keys.
    """
    try:
        return Prompts.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError, yaml.YAMLError, ValidationError) as error:
        raise AssistantError(
            "CFG-103",
            f"提示词文件 {path.name} 读不出来，或其中的键不对。",
            next_step="请对照 docs/conversations.md 核对各项，或恢复原文件。",
            detail=str(error),
        ) from error
