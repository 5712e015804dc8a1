import pytest

from assistant.ui import claims as module
from assistant.ui.claims import Claims


def test_who_comes_first_has_it_and_keeps_it() -> None:
    claims = Claims()
    assert claims.claim("page", "x", "anna")
    assert not claims.claim("page", "x", "bo")
    assert claims.claim("page", "x", "anna")


def test_a_page_an_event_and_an_upload_of_one_name_are_three_things() -> None:
    claims = Claims()
    assert claims.claim("page", "x", "anna")
    assert claims.claim("event", "x", "bo")
    assert claims.claim("upload", "x", "cai")


def test_a_file_is_theirs_who_brought_it() -> None:
    claims = Claims()
    claims.bring("/up/1", "anna")
    assert claims.brought("/up/1", "anna")
    assert not claims.brought("/up/1", "bo")
    assert not claims.brought("/up/2", "anna")
    claims.bring("/up/1", "bo")
    assert claims.brought("/up/1", "bo")
    assert claims.brought("/up/1", "anna")


def test_what_is_in_use_outlives_what_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_KEPT", 2)
    claims = Claims()
    for name in ("a", "b", "a", "c"):
        claims.claim("page", name, "anna")
    assert not claims.claim("page", "a", "bo")
    assert claims.claim("page", "b", "bo")
