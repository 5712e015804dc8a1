"""What an event gets is looked at; what goes wrong in it becomes an AssistantError.

The log gets no patient's data.
"""

import logging
import traceback

from assistant.errors import AssistantError

_log = logging.getLogger(__name__)


def text(value: object) -> str:
    """What a text box sent; "" for what a browser should not have sent."""
    return value if isinstance(value, str) else ""


def as_assistant_error(error: Exception) -> AssistantError:
    """The error itself, or a general one for what nobody foresaw."""
    if isinstance(error, AssistantError):
        _log.info("refused %s %s", error.code, error.detail)
        return error
    # Messages of foreign exceptions may quote a path or a tag; only where it broke is kept.
    frames = traceback.extract_tb(error.__traceback__)
    where = " < ".join(f"{frame.name}:{frame.lineno}" for frame in reversed(frames))
    _log.error("unexpected %s at %s", type(error).__name__, where)
    return AssistantError(
        "SYS-201",
        "程序遇到意外问题，这一步没有完成。",
        next_step="请再试一次；若反复出现，请重启程序，并把日志交给维护人员。",
        detail=type(error).__name__,
    )
