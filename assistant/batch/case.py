"""One file as it is opened, and the row it gets when that is all."""

import hashlib
import io
import logging
from dataclasses import dataclass

from PIL import Image

from assistant.batch.ledger import Filed
from assistant.batch.plan import Entry
from assistant.batch.row import Row, RowStatus
from assistant.errors import AssistantError
from assistant.imaging.gate import MAX_FILE_BYTES
from assistant.imaging.intake import read_slice
from assistant.imaging.slice import Notice, RenderedImage, Slice

THUMB_PIXELS = 72
_UNEXPECTED = Notice("BAT-121", "处理这个文件时出现意外错误，其余文件不受影响。")
_log = logging.getLogger(__name__)


@dataclass(frozen=True, eq=False)
class Case:
    """A file that could be read."""

    entry: Entry
    sha256: str
    slice_: Slice


def open_case(entry: Entry) -> Case | Row:
    """Read a file; its row when it is not to be read, or cannot be."""
    if entry.why_not:
        return row_without(entry, "", "skipped", entry.why_not)
    sha256 = _sha256(entry)
    try:
        return Case(entry, sha256, read_slice(entry.path))
    except Exception as error:
        return row_of_error(entry, sha256, error)


def row_of_error(entry: Entry, sha256: str, error: Exception) -> Row:
    """The row of a file that intake refused or the engine failed on."""
    if isinstance(error, AssistantError):
        status: RowStatus = "refused" if error.code.startswith("IMG") else "failed"
        return row_without(entry, sha256, status, Notice(error.code, error.message))
    _log.error("%s %s", _UNEXPECTED.code, type(error).__name__)
    return row_without(entry, sha256, "failed", _UNEXPECTED)


def row_without(entry: Entry, sha256: str, status: RowStatus, why: Notice) -> Row:
    """A row without an answer, that says why."""
    return Row(entry.name, sha256, status, why.code, text=why.message)


def filed(row: Row, picture: RenderedImage, suspicion: float | None) -> Filed:
    """A row with a small copy of what the model saw."""
    small = Image.fromarray(picture.pixels)
    small.thumbnail((THUMB_PIXELS, THUMB_PIXELS))
    buffer = io.BytesIO()
    small.save(buffer, "JPEG", quality=70)
    return Filed(row, suspicion, buffer.getvalue())


def _sha256(entry: Entry) -> str:
    try:
        if entry.path.stat().st_size > MAX_FILE_BYTES:
            return ""  # intake refuses it unread
        with entry.path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return ""
