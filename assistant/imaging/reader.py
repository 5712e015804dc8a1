"""The reading process: answers requests from stdin until it closes."""

import os
import sys
from io import BytesIO
from typing import BinaryIO

from assistant.errors import AssistantError
from assistant.imaging import dicom, picture
from assistant.imaging.request import READY, Request
from assistant.imaging.slice import Slice
from assistant.pipe import Refusal, receive, send


def serve() -> None:
    """Loop of the process. Its own stdout goes nowhere, so that no library spoils the pipe."""
    outgoing = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    send(outgoing, READY)
    while True:
        try:
            request = receive(sys.stdin.buffer)
        except (EOFError, KeyboardInterrupt):
            return
        send(outgoing, answer(request))


def answer(request: Request) -> Slice | Refusal:
    """A Slice or a refusal; never an exception."""
    try:
        return read(request)
    except AssistantError as error:
        return Refusal.of(error)
    except BaseException as error:  # malformed files raise nearly anything
        return Refusal(
            "IMG-107",
            "图像文件已损坏，无法读取。",
            "请重新从 PACS 导出或重新拷贝该文件。",
            type(error).__name__,
        )


def read(request: Request) -> Slice:
    """Read in this process.

    Raises:
        AssistantError: IMG-101, IMG-104 to IMG-114. Malformed files may raise anything
            else, which :func:`answer` turns into a refusal.
    """
    if isinstance(request.source, bytes):
        return _read(BytesIO(request.source), request)
    try:
        stream = request.source.open("rb")
    except OSError as error:
        raise AssistantError(
            "IMG-101",
            "文件无法读取。",
            next_step="请检查文件是否仍在原处、是否有读取权限。",
            detail=type(error).__name__,
        ) from error
    with stream:
        return _read(stream, request)


def _read(stream: BinaryIO, request: Request) -> Slice:
    if request.kind == "picture":
        return picture.read(stream)
    return dicom.read(stream, request.size, frame=request.frame, salt=request.salt)
