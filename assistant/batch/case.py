"""One file as it is opened, and the row it gets when that is all."""

import hashlib
import io
import logging
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from assistant.batch.ledger import Filed, Ledger
from assistant.batch.plan import Entry
from assistant.batch.row import Row, RowStatus
from assistant.errors import AssistantError
from assistant.imaging.gate import MAX_FILE_BYTES
from assistant.imaging.intake import read_slice, unreadable
from assistant.imaging.slice import Notice, RenderedImage, Slice

THUMB_PIXELS = 72
CHANGED = Notice("BAT-129", "文件在读取期间变了，没有提问，请重新运行。")
_UNEXPECTED = Notice("BAT-121", "处理这个文件时出现意外错误，其余文件不受影响。")
_log = logging.getLogger(__name__)


@dataclass(frozen=True, eq=False)
class Case:
    """A file that could be read; ``sha256`` is of the content that ``slice_`` shows."""

    entry: Entry
    sha256: str
    slice_: Slice


def open_case(entry: Entry) -> Case | Row:
    """Read a file; its row when it is not to be read, or cannot be."""
    if entry.why_not:
        return row_without(entry, "", "skipped", entry.why_not)
    sha256 = ""
    try:
        sha256 = _sha256(entry.path)
        slice_ = read_slice(entry.path)
        # An inbox reuses its names: the picture may be another than the digest was taken of.
        if not sha256 or _sha256(entry.path) != sha256:
            return changed(entry)
        return Case(entry, sha256, slice_)
    except Exception as error:
        return row_of_error(entry, sha256, error)


def note_case(entry: Entry, ledger: Ledger) -> Case | Row:
    """Read a file and note where its slice lies; its row when that cannot be.

    Raises:
        AssistantError: BAT-106, BAT-108 the book itself fails, as it would for any file.
    """
    case = open_case(entry)
    if isinstance(case, Case):
        try:
            ledger.note(entry.name, case.sha256, case.slice_)
        except AssistantError:
            raise
        except Exception as error:
            return row_of_error(entry, case.sha256, error)
    return case


def changed(entry: Entry) -> Row:
    """The row of a file that did not stay what it was while it was read."""
    return row_without(entry, "", "failed", CHANGED)


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


def _sha256(path: Path) -> str:
    """Digest of a file's content; "" of one so large that intake refuses it unread.

    Raises:
        AssistantError: IMG-101.
    """
    try:
        if path.stat().st_size > MAX_FILE_BYTES:
            return ""
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise unreadable(error) from error
