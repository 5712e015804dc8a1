"""Whose a request is: the user's who logged in, else the browser's, known by a cookie."""

import hashlib
import re
import secrets
from collections.abc import MutableMapping
from typing import Any

import fastapi
import gradio as gr

from assistant.people.roll import Person

COOKIE = "ct_desk"
KEEP_S = 400 * 86400
"""As long as browsers keep a cookie at most, seconds; every visit begins anew."""

PERSON = "ct_person"
"""Where the door puts the person who logged in, in the scope of a request."""

_TOKEN = re.compile(r"[0-9a-f]{64}")


def owner_of(request: gr.Request | fastapi.Request) -> str:
    """Whose conversations, pictures and batches a request is about; never empty.

    With login it is the user's id. Without, one browser is one owner: its tabs agree, a
    reload changes nothing, another browser sees nothing. A browser that keeps no cookies
    is one owner a page.
    """
    sent = request.request if isinstance(request, gr.Request) else request
    if sent is not None and (known := known_owner(sent.scope)):
        return known
    return _hash(str(getattr(request, "session_hash", None) or secrets.token_hex()))


def known_owner(scope: MutableMapping[str, Any]) -> str:
    """Whose a request is as far as it says so itself; "" from a browser that keeps no cookies.

    Args:
        scope: of the ASGI request.
    """
    person = person_of(scope)
    if person is not None:
        return person.id
    token = fastapi.Request(scope).cookies.get(COOKIE, "")
    return _hash(token) if _TOKEN.fullmatch(token) else ""


def person_of(scope: MutableMapping[str, Any]) -> Person | None:
    """Who logged in; None when there is no login."""
    found = scope.get(PERSON)
    return found if isinstance(found, Person) else None


def may_manage(request: gr.Request) -> bool:
    """Whether models and settings are shown: to administrators, or where there is no login."""
    person = person_of(request.request.scope) if request.request else None
    return person is None or person.admin


def cookie(scope: MutableMapping[str, Any]) -> bytes:
    """The Set-Cookie header that names the browser, by its old name if it has one.

    Args:
        scope: of the ASGI request for the page.
    """
    token = fastapi.Request(scope).cookies.get(COOKIE, "")
    if not _TOKEN.fullmatch(token):
        token = secrets.token_hex(32)
    return f"{COOKIE}={token}; Max-Age={KEEP_S}; Path=/; HttpOnly; SameSite=Lax".encode()


def _hash(token: str) -> str:
    # What is kept on disk must not open the door.
    return hashlib.sha256(token.encode()).hexdigest()[:32]
