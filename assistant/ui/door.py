"""The door: when there are users, nobody passes who has not logged in."""

import logging
import math
from urllib.parse import parse_qs

from fastapi import Request
from fastapi.concurrency import run_in_threadpool

from assistant.errors import AssistantError
from assistant.people.opening import check_open
from assistant.people.roll import Roll
from assistant.people.tries import Tries
from assistant.people.visits import LONGEST_S, Visits
from assistant.settings import is_home
from assistant.ui.asgi import REFUSED, App, Receive, Scope, Send, body_of, reply
from assistant.ui.login_page import login_page
from assistant.ui.owner import PERSON

COOKIE = "ct_visit"
MOST_FORM = 4096
_HTML = (b"content-type", b"text/html; charset=utf-8")
_UNSTORED = (b"cache-control", b"no-store")
_log = logging.getLogger(__name__)


class Door:
    """ASGI middleware behind the gate; puts the person into the request's scope.

    Args:
        app: what lies behind.
        roll: who may log in; with nobody in it, a page for this machine alone is open.
        host: the address that is listened to.
        tries: slows wrong passwords.
    """

    def __init__(self, app: App, roll: Roll, host: str, tries: Tries | None = None) -> None:
        self._app, self._roll, self._host = app, roll, host
        self._tries = tries or Tries()
        self._visits = Visits(roll)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, log in or out, or ask who it is."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        try:
            check_open(self._host, self._roll)
            people, person = self._roll.people(), self._visits.of(_token(scope))
        except AssistantError as error:
            await _show(scope, send, 503, error)
            return
        route = (scope["method"], scope["path"])
        if scope["path"] in ("/login", "/logout"):
            if not people or (person is not None and route == ("GET", "/login")):
                await _go(send, "./")
            elif route == ("GET", "/login"):
                await _show(scope, send, 200)
            elif route == ("POST", "/login"):
                await self._try(scope, receive, send)
            elif route == ("POST", "/logout"):
                self._visits.end(_token(scope))
                await _go(send, "login", _cookie(scope, "", 0))
            else:
                await reply(send, 405, REFUSED)
        elif not people or person is not None:
            await self._app({**scope, PERSON: person}, receive, send)
        elif scope["path"] == "/":
            await _go(send, "login")
        else:
            await reply(send, 401, REFUSED, [_UNSTORED])

    async def _try(self, scope: Scope, receive: Receive, send: Send) -> None:
        form = parse_qs((await body_of(receive, MOST_FORM) or b"").decode("utf-8", "replace"))
        name, password = (form.get(key, [""])[0] for key in ("name", "password"))
        address, key = _address(scope), name.strip().casefold()[:64]
        wait = self._tries.begin(key, address)
        if wait > 0:
            await _show(scope, send, 429, _too_many(wait), name)
            return
        found = await run_in_threadpool(self._roll.check, name, password)
        if found is None:
            _log.info("login refused")
            await _show(scope, send, 401, _wrong(), name)
            return
        self._tries.right(key, address)
        self._visits.end(_token(scope))
        await _go(send, "./", _cookie(scope, self._visits.begin(found), LONGEST_S))


async def _show(
    scope: Scope, send: Send, status: int, refusal: AssistantError | None = None, typed: str = ""
) -> None:
    secure = scope["scheme"] == "https" or is_home(_address(scope))
    page = login_page(refusal, typed, secure=secure)
    await reply(send, status, page, [_HTML, _UNSTORED])


async def _go(send: Send, where: str, *headers: tuple[bytes, bytes]) -> None:
    await reply(send, 303, "", [(b"location", where.encode()), _UNSTORED, *headers])


def _cookie(scope: Scope, token: str, seconds: float) -> tuple[bytes, bytes]:
    said = f"{COOKIE}={token}; Max-Age={seconds:.0f}; Path=/; HttpOnly; SameSite=Strict"
    return b"set-cookie", (said + "; Secure" * (scope["scheme"] == "https")).encode()


def _token(scope: Scope) -> str:
    # Not SimpleCookie: whatever another site of this host keeps beside ours would hide ours.
    return Request(scope).cookies.get(COOKIE, "")


def _address(scope: Scope) -> str:
    client = scope.get("client")
    return str(client[0]) if client else ""


def _wrong() -> AssistantError:
    return AssistantError("ACC-201", "用户名或密码不对。", next_step="请核对后再试。")


def _too_many(wait: float) -> AssistantError:
    return AssistantError(
        "ACC-202", "尝试的次数过多。", next_step=f"请在 {math.ceil(wait)} 秒后再试。"
    )
