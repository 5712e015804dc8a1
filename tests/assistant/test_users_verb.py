import io
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from assistant.__main__ import main
from assistant.people import password
from assistant.people.roll import Roll
from assistant.store.ledger import Ledger
from tests.assistant.store.conftest import done, keep, picture

Add = Callable[..., int]


@pytest.fixture
def add(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Add:
    monkeypatch.setattr(password, "_N", 2**14)
    monkeypatch.setattr(password, "_P", 1)

    def add(*arguments: str, word: str = "a good password") -> int:
        monkeypatch.setattr(sys, "stdin", io.StringIO(f"{word}\n"))
        return main(["users", "add", *arguments, "--data", str(tmp_path)])

    return add


def test_added_listed_and_removed(
    add: Add, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert (add("Anna"), add("王医生"), add("cai", "--admin")) == (0, 0, 0)
    assert "a good password" not in "".join(capfd.readouterr())
    assert main(["users", "list", "--data", str(tmp_path)]) == 0
    assert capfd.readouterr().out == "anna\t管理员\n王医生\t用户\ncai\t管理员\n"
    assert main(["users", "remove", "王医生", "--data", str(tmp_path)]) == 0
    assert main(["users", "list", "--data", str(tmp_path)]) == 0
    assert "王医生" not in capfd.readouterr().out


def test_a_removed_users_conversations_go_with_them(
    add: Add, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    add("anna")
    add("bo")
    anna, bo = (Roll(tmp_path).known(name).id for name in ("anna", "bo"))
    with closing(Ledger(tmp_path)) as ledger:  # a page that is open meanwhile
        keep(ledger, anna, done("乙没有看过的话", "好。", picture()))
        keep(ledger, bo, done("甲没有看过的话", "好。", picture()), done("再问", "好。"))
        assert main(["users", "remove", "anna", "--data", str(tmp_path)]) == 2
        assert len(ledger.headings(anna, "")) == 1
        assert main(["users", "remove", "bo", "--data", str(tmp_path)]) == 0
        assert "1 段对话" in capfd.readouterr().err
        assert not ledger.headings(bo)
        assert len(ledger.headings(anna)) == 1
    for path in tmp_path.glob("conversations.sqlite3*"):
        assert "甲没有看过的话".encode() not in path.read_bytes()


def test_a_password_is_changed(
    add: Add, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    add("anna")
    monkeypatch.setattr(sys, "stdin", io.StringIO("another password\n"))
    assert main(["users", "password", "Anna", "--data", str(tmp_path)]) == 0
    assert "another" not in "".join(capfd.readouterr())
    assert Roll(tmp_path).check("anna", "another password") is not None
    assert main(["users", "password", "bo", "--data", str(tmp_path)]) == 2
    assert "[ACC-105]" in capfd.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "word", "code"),
    [
        ((), "a good password", "USE-021"),
        (("a b",), "a good password", "ACC-102"),
        (("anna",), "short", "ACC-104"),
    ],
)
def test_wrong_use_is_told_in_chinese(
    add: Add, capfd: pytest.CaptureFixture[str], arguments: tuple[str, ...], word: str, code: str
) -> None:
    assert add(*arguments, word=word) == 2
    assert f"[{code}]" in capfd.readouterr().err


def test_the_page_does_not_open_to_others_without_users(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert main(["app", "--host", "0.0.0.0", "--no-browser", "--data", str(tmp_path)]) == 2
    said = capfd.readouterr().err
    assert "[ACC-111]" in said
    assert "users add" in said
