import io
import sys

import pytest

from assistant.errors import AssistantError
from assistant.people import asking


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def at_terminal(monkeypatch: pytest.MonkeyPatch, *typed: str) -> list[str]:
    """A terminal at which this is typed without echo; what was asked there."""
    asked: list[str] = []
    words = iter(typed)
    monkeypatch.setattr(sys, "stdin", Terminal())
    monkeypatch.setattr(asking, "getpass", lambda prompt: asked.append(prompt) or next(words))
    return asked


def test_it_is_asked_twice_without_echo(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = at_terminal(monkeypatch, "a good password", "a good password")
    assert asking.new_password("anna") == "a good password"
    assert len(asked) == 2


@pytest.mark.parametrize(
    ("typed", "code"), [(("short",), "ACC-104"), (("a good password", "another one"), "ACC-108")]
)
def test_what_will_not_do_is_refused(
    monkeypatch: pytest.MonkeyPatch, typed: tuple[str, ...], code: str
) -> None:
    at_terminal(monkeypatch, *typed)
    with pytest.raises(AssistantError) as caught:
        asking.new_password("anna")
    assert caught.value.code == code


def test_a_pipe_gives_its_first_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("a good password\r\nmore\n"))
    assert asking.new_password("anna") == "a good password"


def test_an_end_of_input_at_the_terminal_calls_it_off(monkeypatch: pytest.MonkeyPatch) -> None:
    def ended(prompt: str) -> str:
        raise EOFError

    at_terminal(monkeypatch)
    monkeypatch.setattr(asking, "getpass", ended)
    with pytest.raises(KeyboardInterrupt):
        asking.new_password("anna")
