"""What the commands write: answers on stdout, all else on stderr."""

import contextlib
import io
import os
import sys
from collections.abc import Iterator
from typing import BinaryIO

from assistant.errors import AssistantError

WRONG_USE = 2
INPUT_REFUSED = 3
UNAVAILABLE = 4
INTERRUPTED = 130
_EXIT_CODES = {
    **dict.fromkeys(("USE", "CFG", "ACC"), WRONG_USE),
    **dict.fromkeys(("IMG", "BAT"), INPUT_REFUSED),
}


def use_utf8() -> None:
    """UTF-8 on both streams under any code page."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="replace")


def exit_code(error: AssistantError) -> int:
    """2 wrong usage, settings or users, 3 input refused, 4 model, engine or machine."""
    return _EXIT_CODES.get(error.code[:3], UNAVAILABLE)


def tell(line: str) -> None:
    """A line for the person, on stderr."""
    sys.stderr.write(line + "\n")
    sys.stderr.flush()


def tell_refusal(error: AssistantError) -> None:
    """A refusal as every command shows it."""
    tell(f"[{error.code}] {error.message.strip()}\n{error.next_step}")


@contextlib.contextmanager
def own_stdout() -> Iterator[BinaryIO]:
    """The real stdout as a binary stream, for what the command itself says.

    Until the block ends, whatever else writes to stdout, native libraries included,
    lands on stderr.
    """
    try:
        number, errors = sys.stdout.fileno(), sys.stderr.fileno()
    except (AttributeError, OSError, ValueError):  # not a real stream, as under a test runner
        yield sys.stdout.buffer
        return
    sys.stdout.flush()
    with open(os.dup(number), "wb") as stream:  # noqa: PTH123 - a descriptor, not a path
        os.dup2(errors, number)
        try:
            with contextlib.redirect_stdout(sys.stderr):
                yield stream
        finally:
            with contextlib.suppress(OSError):
                stream.flush()
            os.dup2(stream.fileno(), number)


def say(stream: BinaryIO, text: str) -> None:
    """Text as UTF-8, at once."""
    stream.write(text.encode("utf-8", "replace"))
    stream.flush()
