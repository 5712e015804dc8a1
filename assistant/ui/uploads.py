"""The door for files: what is uploaded is read at once and its temporary copy removed.

Gradio keeps uploads under ``GRADIO_TEMP_DIR``; here they live only until the event
that brought them. Events use gr.File with ``preprocess=False``, since its own
preprocessing leaves an empty file behind for every upload.
"""

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from gradio.utils import get_upload_folder

from assistant.batch.unpack import Parcel
from assistant.errors import AssistantError


@dataclass(frozen=True)
class Upload:
    """A file as it came in.

    Attributes:
        name: as the browser gave it; only ever shown to the tab that sent it.
        content: its bytes.
    """

    name: str
    content: bytes


def take(payload: object) -> tuple[Upload, ...]:
    """Read the files that a gr.File names, and remove them.

    Args:
        payload: the component's value as the browser sent it, which is not to be
            trusted: only what lies in the upload folder is read.

    Raises:
        AssistantError: USE-205 nothing was there to be read.
    """
    files = payload if isinstance(payload, list) else [payload]
    found = [upload for file in files if (upload := _take(file)) is not None]
    if not found:
        raise incomplete()
    return tuple(found)


def move(payload: object, folder: Path) -> tuple[Parcel, ...]:
    """Move the files that a gr.File names into ``folder``, unread, under numbers.

    Raises:
        AssistantError: USE-205 nothing was there to be moved, or not all that was sent: people
            who send the same file at the same time share one copy, and one of them has it.
    """
    files = payload if isinstance(payload, list) else [payload]
    found: list[Parcel] = []
    for file in files:
        path = _sent(file)
        target = folder / f"{len(found) + 1:06d}"
        try:
            if path is None or not path.is_file():
                raise FileNotFoundError
            shutil.move(path, target)
        except FileNotFoundError as error:
            raise incomplete() from error
        found.append(Parcel(target, _name(file, path)))
    if not found:
        raise incomplete()
    return tuple(found)


def incomplete() -> AssistantError:
    """USE-205."""
    return AssistantError("USE-205", "上传没有完成，文件未能读取。", next_step="请再拖入一次。")


def scratch_parent() -> Path:
    """A private place beside Gradio's uploads, wiped with them but never addressed by it."""
    return Path(get_upload_folder()).parent


def _take(file: object) -> Upload | None:
    path = _sent(file)
    if path is None:
        return None
    try:
        content = path.read_bytes()
    except OSError:
        return None
    _remove(path)
    return Upload(_name(file, path), content)


def _sent(file: object) -> Path | None:
    """Where a file of the payload lies, if it lies in the upload folder."""
    if not isinstance(file, Mapping) or not isinstance(file.get("path"), str):
        return None
    path = Path(file["path"]).resolve()
    return path if path.is_relative_to(Path(get_upload_folder()).resolve()) else None


def _name(file: object, path: Path) -> str:
    given = file.get("orig_name") if isinstance(file, Mapping) else None
    return str(given or path.name)


def _remove(path: Path) -> None:
    try:
        path.unlink()
        path.parent.rmdir()
    except OSError:
        return  # another tab's file of the same content may share the folder
