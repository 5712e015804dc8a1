"""Whose a request is: without login the browser's, which is known by a random cookie."""

import hashlib
import re
import secrets
from collections.abc import MutableMapping
from typing import Any

import fastapi
import gradio as gr

COOKIE = "ct_desk"
KEEP_S = 400 * 86400
"""As long as browsers keep a cookie at most, seconds; every visit begins anew."""

_TOKEN = re.compile(r"[0-9a-f]{64}")


def owner_of(request: gr.Request | fastapi.Request) -> str:
    """Whose conversations, pictures and batches a request is about; never empty.

    One browser is one owner: its tabs agree, a reload changes nothing, another browser
    sees nothing. A browser that keeps no cookies is one owner a page.
    """
    sent = request.request if isinstance(request, gr.Request) else request
    token = sent.cookies.get(COOKIE, "") if sent is not None else ""
    if not _TOKEN.fullmatch(token):
        token = str(getattr(request, "session_hash", None) or secrets.token_hex())
    # What is kept on disk must not open the door.
    return hashlib.sha256(token.encode()).hexdigest()[:32]


def cookie(scope: MutableMapping[str, Any]) -> bytes:
    """The Set-Cookie header that names the browser, by its old name if it has one.

    Args:
        scope: of the ASGI request for the page.
    """
    token = fastapi.Request(scope).cookies.get(COOKIE, "")
    if not _TOKEN.fullmatch(token):
        token = secrets.token_hex(32)
    return f"{COOKIE}={token}; Max-Age={KEEP_S}; Path=/; HttpOnly; SameSite=Lax".encode()
