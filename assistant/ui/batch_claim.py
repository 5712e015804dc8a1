"""Whose a results folder is, when there is login: an id written into it."""

from pathlib import Path

from assistant.batch.database import LEDGER
from assistant.errors import AssistantError
from assistant.people.roll import Person

MARK = ".owner"


def claim_results(folder: Path, person: Person) -> None:
    """Let only its owner use a results folder; an empty one becomes theirs.

    Results that nobody's id is in, such as those of the command line, an administrator
    may make their own.

    Raises:
        AssistantError: BAT-117 it is somebody else's, BAT-118 the id cannot be written.
    """
    mark = folder / MARK
    try:
        folder.mkdir(parents=True, exist_ok=True)
        ownerless = not mark.exists() and (folder / LEDGER).exists()
        if ownerless and not person.admin:
            raise _anothers()
        try:
            with mark.open("x", encoding="utf-8") as out:
                out.write(person.id)
        except FileExistsError:
            if mark.read_text(encoding="utf-8") != person.id:
                raise _anothers() from None
    except (OSError, UnicodeDecodeError) as error:
        raise AssistantError(
            "BAT-118",
            "结果文件夹不能创建或写入。",
            next_step="请换一个文件夹，或检查它的权限与磁盘空间。",
            detail=type(error).__name__,
        ) from error


def _anothers() -> AssistantError:
    return AssistantError(
        "BAT-117",
        "这个结果文件夹属于另一位用户。",
        next_step="请换一个结果文件夹，或留空，在页面上下载结果。",
    )
