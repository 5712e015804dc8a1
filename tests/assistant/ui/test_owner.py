import re

import fastapi
import gradio as gr

from assistant.people.password import Secret
from assistant.people.roll import Person
from assistant.ui.owner import COOKIE, PERSON, cookie, known_owner, owner_of, person_of


def asked_with(*cookies: str) -> fastapi.Request:
    headers = [(b"cookie", text.encode()) for text in cookies]
    return fastapi.Request({"type": "http", "headers": headers})


def token_in(header: bytes) -> str:
    found = re.match(rf"{COOKIE}=([0-9a-f]{{64}});", header.decode())
    assert found is not None
    return found[1]


def test_one_browser_is_one_owner_on_every_page() -> None:
    token = token_in(cookie(asked_with().scope))
    sent = asked_with(f"other=1; {COOKIE}={token}")
    owners = {owner_of(gr.Request(sent, session_hash=page)) for page in ("a", "b")}
    assert owners == {owner_of(sent)}


def test_every_new_browser_is_another_owner() -> None:
    tokens = [token_in(cookie(asked_with().scope)) for _ in range(2)]
    one, two = (owner_of(asked_with(f"{COOKIE}={token}")) for token in tokens)
    assert one != two


def test_a_known_browser_keeps_its_name_and_an_invented_one_is_not_taken() -> None:
    token = token_in(cookie(asked_with().scope))
    assert token_in(cookie(asked_with(f"{COOKIE}={token}").scope)) == token
    assert token_in(cookie(asked_with(f"{COOKIE}=admin").scope)) != "admin"


def test_the_name_of_an_owner_does_not_open_the_door() -> None:
    token = token_in(cookie(asked_with().scope))
    owner = owner_of(asked_with(f"{COOKIE}={token}"))
    assert owner not in token
    assert owner_of(asked_with(f"{COOKIE}={owner}")) != owner


def test_scripts_and_other_sites_cannot_read_it() -> None:
    said = cookie(asked_with().scope).decode()
    assert "HttpOnly" in said
    assert "SameSite=Lax" in said


def test_without_a_cookie_every_page_is_alone() -> None:
    pages = [owner_of(gr.Request(asked_with(), session_hash=page)) for page in ("a", "b", "a")]
    assert pages[0] != pages[1]
    assert pages[0] == pages[2]
    assert owner_of(asked_with()) != owner_of(asked_with())


def test_who_logged_in_is_the_owner_whatever_the_browser() -> None:
    anna = Person("a1" * 16, "anna", False, Secret(2, 1, 1, "", ""))
    for sent in (asked_with(), asked_with(f"{COOKIE}={'0' * 64}")):
        sent.scope[PERSON] = anna
        assert owner_of(gr.Request(sent, session_hash="page")) == anna.id
        assert known_owner(sent.scope) == anna.id
        assert person_of(sent.scope) == anna


def test_a_browser_without_cookies_is_known_by_nothing() -> None:
    assert known_owner(asked_with().scope) == ""
    assert known_owner(asked_with(f"{COOKIE}=admin").scope) == ""
