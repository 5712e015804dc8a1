"""The known failure of single-turn training: later answers that are the first one again."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from assistant.errors import AssistantError
from assistant.places import CONFIGS
from trainer.metrics.share import Share

ALIKE = 0.9
"""Share of matching characters above which two answers are the same one."""

SHORTEST = 8
"""Answers of fewer characters, such as 未见异常, may rightly be given twice."""

_NOT_WORDS = re.compile(r"[\W_]+")


class _Script(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    conversations: tuple[tuple[str, ...], ...] = Field(min_length=1)


@dataclass(frozen=True)
class Talk:
    """A conversation that was held: questions and answers, in order."""

    questions: tuple[str, ...]
    answers: tuple[str, ...]

    @property
    def repeated(self) -> tuple[bool, ...]:
        """For each later answer, whether it is the first one again."""
        return tuple(is_repeat(self.answers[0], later) for later in self.answers[1:])


def load_questions(path: Path = CONFIGS / "followups.zh.yaml") -> tuple[tuple[str, ...], ...]:
    """The test set: the questions of each conversation.

    Raises:
        AssistantError: TRN-405 when the file cannot be read or has a conversation of one turn.
    """
    try:
        script = _Script.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
        if any(len(questions) < 2 for questions in script.conversations):
            raise ValueError("a conversation of one turn")
    except (OSError, ValueError, yaml.YAMLError, ValidationError) as error:
        raise AssistantError(
            "TRN-405",
            f"追问测试集 {path.name} 读不出来，或有一组少于两问。",
            next_step="请按文件开头的说明改正，或恢复原文件。",
            detail=str(error),
        ) from error
    return script.conversations


def is_repeat(first: str, later: str) -> bool:
    """Whether an answer says the first one again, but for a few characters."""
    one, other = _NOT_WORDS.sub("", first), _NOT_WORDS.sub("", later)
    if min(len(one), len(other)) < SHORTEST:
        return False
    return SequenceMatcher(None, one, other, autojunk=False).ratio() >= ALIKE


def repeats(talks: Sequence[Talk]) -> Share:
    """Later answers that repeat, of all later answers."""
    found = [repeated for talk in talks for repeated in talk.repeated]
    return Share(sum(found), len(found))
