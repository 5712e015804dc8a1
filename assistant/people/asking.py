"""Asks for a new password on the terminal, without showing it."""

import sys
from getpass import getpass

from assistant.errors import AssistantError
from assistant.people.password import check_password


def new_password(name: str) -> str:
    """A password that will do for ``name``, typed twice; from a pipe, its first line.

    Raises:
        AssistantError: ACC-104 it will not do, ACC-108 the two differ.
    """
    if not sys.stdin.isatty():
        return check_password(sys.stdin.readline().rstrip("\r\n"), name)
    password = check_password(_typed("密码（输入时不显示）："), name)
    if _typed("再输入一次：") != password:
        raise AssistantError(
            "ACC-108", "两次输入的密码不一致，没有改动。", next_step="请再运行一次。"
        )
    return password


def _typed(prompt: str) -> str:
    try:
        return getpass(prompt)
    except EOFError:  # Ctrl-D, or Ctrl-Z on Windows, where Ctrl-C is meant
        raise KeyboardInterrupt from None
