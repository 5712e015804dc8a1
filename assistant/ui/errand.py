"""What a click on the page's own markup asks for, as the page's script sends it."""

from dataclasses import dataclass
from typing import Literal, get_args

Verb = Literal["open", "rename", "delete", "edit", "again", "ask"]


@dataclass(frozen=True)
class Errand:
    """One wish.

    Attributes:
        target: id of a conversation (open, rename, delete) or of an exchange (edit, again).
        text: the new name (rename), the question (ask).
    """

    verb: Verb
    target: str
    text: str = ""


def parse(sent: str) -> Errand | None:
    """Read ``number|verb|target|text``; None when it is nothing of the kind.

    The number is there so that the same wish twice is a change.
    """
    parts = sent.split("|", 3)
    if len(parts) < 3 or parts[1] not in get_args(Verb):
        return None
    return Errand(parts[1], parts[2], parts[3] if len(parts) > 3 else "")  # type: ignore[arg-type]
