"""One question of a published set, and what a set's reader brings back."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

Language = Literal["zh", "en"]


@dataclass(frozen=True)
class Question:
    """A question with its answer.

    Attributes:
        id: unlike any other of the set.
        picture: the encoded picture; OSError when it is not there.
        text, answer: as published.
        language: of both.
        closed: answered with yes or no, or with one of what the question offers.
    """

    id: str
    picture: Callable[[], bytes]
    text: str
    answer: str
    language: Language
    closed: bool


@dataclass(frozen=True)
class Loaded:
    """What a reader found.

    Attributes:
        questions: in the file's order.
        problems: what is missing or broken, in Chinese, for all rows at once.
    """

    questions: tuple[Question, ...]
    problems: tuple[str, ...]


def is_closed(answer: str) -> bool:
    """A plain yes or no, where a set does not say what is closed."""
    return answer.strip().lower() in ("yes", "no", "是", "否", "不是", "有", "没有")


def missing_pictures(paths: list[Path], folder: Path) -> list[str]:
    """One line about pictures that are not there."""
    gone = sorted({path.relative_to(folder).as_posix() for path in paths if not path.is_file()})
    if not gone:
        return []
    return [f"缺少 {len(gone)} 张图片，例如 {'、'.join(gone[:3])}"]
