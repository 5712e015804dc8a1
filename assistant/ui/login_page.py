"""The page before the page: name and password, nothing from elsewhere, no framework."""

import base64
from html import escape
from pathlib import Path
from string import Template

from assistant.errors import AssistantError
from assistant.people.roll import Person
from assistant.ui import login_wording as wording
from assistant.ui.wording import DRAFT, TITLE

_HERE = Path(__file__).parent


def login_page(refusal: AssistantError | None = None, typed: str = "", *, secure: bool) -> str:
    """The form, with why the last try was refused.

    Args:
        refusal: what is said above the form.
        typed: the name of the last try.
        secure: whether nobody can listen: an encrypted connection, or this machine itself.
    """
    icon = _read("icon.svg")
    return Template(_read("login.html")).substitute(
        title=f"{wording.TITLE} · {TITLE}",
        program=TITLE,
        icon=base64.b64encode(icon.encode()).decode("ascii"),
        picture=icon,
        palette=_read("palette.css"),
        style=_read("login.css"),
        refusal=_said(refusal) if refusal else "",
        name=wording.NAME,
        password=wording.PASSWORD,
        enter=wording.ENTER,
        typed=escape(typed[:64]),
        first="" if typed else "autofocus",
        second="autofocus" if typed else "",
        hint=wording.HINT if secure else f"{wording.PLAIN_HTTP}<br>{wording.HINT}",
        draft=DRAFT,
    )


def badge(person: Person | None) -> str:
    """Who is logged in, with the way out; nothing when there is no login."""
    if person is None:
        return ""
    role, word = ("admin", f"<i>{wording.ADMIN}</i>") if person.admin else ("user", "")
    return (
        f'<form class="who {role}" method="post" action="logout">'
        f"<span>{escape(person.name)}</span>{word}"
        f'<button title="{wording.LEAVE_HINT}">{wording.LEAVE}</button></form>'
    )


def _said(refusal: AssistantError) -> str:
    return (
        f'<div class="refusal" role="alert"><b>{escape(refusal.message)}</b>'
        f"{escape(refusal.next_step)} <small>{refusal.code}</small></div>"
    )


def _read(name: str) -> str:
    return (_HERE / name).read_text(encoding="utf-8")
