"""What the reading process does with one request."""

from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from assistant.errors import AssistantError
from assistant.imaging import dicom, picture
from assistant.imaging.isolation import Request
from assistant.imaging.slice import Slice

Refusal = tuple[str, str, str, str]


def answer(request: Request) -> Slice | Refusal:
    """A Slice, or (code, message, next step, detail) of the refusal; never an exception."""
    try:
        return read(request)
    except AssistantError as error:
        return error.code, error.message, error.next_step, error.detail
    except OSError as error:
        return (
            "IMG-101",
            "文件无法读取。",
            "请检查文件是否仍在原处、是否有读取权限。",
            type(error).__name__,
        )
    except BaseException as error:  # Rust decoders panic outside Exception
        return (
            "IMG-107",
            "图像文件已损坏，无法读取。",
            "请重新从 PACS 导出或重新拷贝该文件。",
            type(error).__name__,
        )


def read(request: Request) -> Slice:
    """Read in this process.

    Raises:
        AssistantError: IMG-104 to IMG-114. Malformed files may raise anything else,
            which :func:`answer` turns into a refusal.
    """
    if isinstance(request.source, Path):
        with request.source.open("rb") as stream:
            return _read(stream, request)
    return _read(BytesIO(request.source), request)


def _read(stream: BinaryIO, request: Request) -> Slice:
    if request.kind == "picture":
        return picture.read(stream)
    return dicom.read(stream, request.size, frame=request.frame, salt=request.salt)
