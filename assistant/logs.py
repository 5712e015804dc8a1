"""Log files: codes, times and counts; never a file name, a question or an answer.

Only what the assistant itself logs is written. Messages of libraries and the text of
unexpected exceptions are left out, since either may quote a file.
"""

import logging
import os
import time
import traceback
from logging.handlers import RotatingFileHandler
from pathlib import Path
from types import TracebackType

from assistant.errors import AssistantError

MOST_BYTES = 2 * 2**20
BACKUPS = 4
_SECONDS_A_DAY = 86400

_log = logging.getLogger(__name__)


class _Frames(logging.Formatter):
    """Of an exception, its type and where it was raised, without its message."""

    def formatException(
        self,
        ei: tuple[type[BaseException], BaseException, TracebackType | None]
        | tuple[None, None, None],
    ) -> str:
        frames = traceback.extract_tb(ei[2])
        places = [f"  {Path(f.filename).name}:{f.lineno} {f.name}" for f in frames]
        return "\n".join([ei[0].__name__ if ei[0] else "", *places])


def start_logging(folder: Path, verb: str, *, keep_days: int) -> Path:
    """Write what ``assistant`` and ``trainer`` log to a file of this process's own.

    Several assistants may run at once, and on Windows an open file cannot be renamed, so
    no two processes share one. Files older than ``keep_days`` days are removed.

    Returns:
        The log file.

    Raises:
        OSError: the folder cannot be written.
    """
    path = folder / f"{time.strftime('%Y%m%d-%H%M%S')}-{verb}-{os.getpid()}.log"
    _remove_old(folder, keep_days)
    handler = RotatingFileHandler(path, maxBytes=MOST_BYTES, backupCount=BACKUPS, encoding="utf-8")
    handler.setFormatter(_Frames("%(asctime)s %(levelname)s %(name)s %(message)s"))
    ours = logging.getLogger("assistant")
    for old in list(ours.handlers):
        ours.removeHandler(old)
        old.close()
    ours.addHandler(handler)
    ours.setLevel(logging.INFO)
    ours.propagate = False
    return path


def no_log_yet() -> None:
    """Keep what is logged before :func:`start_logging` from reaching the terminal."""
    ours = logging.getLogger("assistant")
    ours.propagate = False
    if not ours.handlers:
        ours.addHandler(logging.NullHandler())


def log_refusal(error: AssistantError) -> None:
    """A refusal's code and technical detail."""
    _log.warning("%s %s", error.code, error.detail)


def log_unexpected(error: Exception) -> None:
    """The type of an exception and where it was raised."""
    _log.error("SYS-901", exc_info=error)


def _remove_old(folder: Path, keep_days: int) -> None:
    oldest = time.time() - keep_days * _SECONDS_A_DAY
    for path in folder.glob("*.log*"):
        try:
            if path.stat().st_mtime < oldest:
                path.unlink()
        except OSError:  # another assistant removed it, or still writes it
            continue
