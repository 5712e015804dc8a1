"""Ctrl-C while a program is still being loaded: a line and its exit code, not a traceback."""

import os
import signal
import sys

INTERRUPTED = 130


def quietly() -> None:
    """From now on Ctrl-C ends the process at once: nothing has begun that is to be ended well."""
    signal.signal(signal.SIGINT, _end)


def as_usual() -> None:
    """From now on Ctrl-C raises KeyboardInterrupt again."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


def _end(*_: object) -> None:
    sys.stderr.write("\n已取消。\n")
    sys.stderr.flush()
    os._exit(INTERRUPTED)
