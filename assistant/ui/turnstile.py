"""Each to their own: every route that names a page, an event or a file asks whose it is.

Gradio knows sessions by a number that the browser invents, events by an id and uploads by
a path; whoever knows one may use it. Here they are the owner's alone, and the events of
some controls an administrator's.
"""

import json
import re
from collections.abc import Callable, Collection, Iterator
from urllib.parse import parse_qs

from assistant.people.roll import Person
from assistant.ui.asgi import REFUSED, App, Message, Receive, Scope, Send, again, body_of, reply
from assistant.ui.claims import Claims, Kind
from assistant.ui.owner import known_owner, person_of

API = "/gradio_api"
MOST_BODY = 64 * 2**20
"""Bytes of one event's inputs."""

_HEARTBEAT = re.compile(rf"{API}/heartbeat/(\w+)")


class Turnstile:
    """ASGI middleware between the door and Gradio.

    Args:
        app: Gradio's page.
        claims: what belongs to whom.
        guarded: numbers of the events that only an administrator may start.
    """

    def __init__(self, app: App, claims: Claims, guarded: Collection[int] = ()) -> None:
        self._app, self._claims = app, claims
        self._guarded = frozenset(guarded)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through to what is its owner's."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        owner, path = known_owner(scope), scope["path"]
        if not all(self._claims.claim(kind, name, owner) for kind, name in _named(scope)):
            await reply(send, 403, REFUSED)
        elif path in (f"{API}/queue/join", f"{API}/cancel"):
            await self._event(scope, receive, send, owner)
        elif path == f"{API}/upload":
            await self._app(scope, receive, _Listening(send, lambda said: self._bring(said, owner)))
        else:
            await self._app(scope, receive, send)

    async def _event(self, scope: Scope, receive: Receive, send: Send, owner: str) -> None:
        body = await body_of(receive, MOST_BODY)
        if body is None:
            await reply(send, 413, REFUSED)
        elif not self._may(body, owner, person_of(scope)):
            await reply(send, 403, REFUSED)
        else:
            heard = _Listening(send, lambda said: self._begun(said, owner))
            await self._app(scope, again(body, receive), heard)

    def _may(self, body: bytes, owner: str, person: Person | None) -> bool:
        """Whether page, event and files of an event's body are its owner's."""
        try:
            wanted = json.loads(body)
        except (ValueError, RecursionError):
            return False
        if not isinstance(wanted, dict) or not isinstance(wanted.get("session_hash"), str):
            return False
        if person is not None and not person.admin and self._guards(wanted.get("fn_index")):
            return False
        event = wanted.get("event_id")
        return (
            self._claims.claim("page", wanted["session_hash"], owner)
            and (event is None or self._claims.claim("event", str(event), owner))
            and all(self._claims.brought(path, owner) for path in _paths(wanted))
        )

    def _guards(self, number: object) -> bool:
        """An event that is not named by its number is guarded as well."""
        return type(number) is not int or number in self._guarded

    def _begun(self, said: object, owner: str) -> None:
        if isinstance(said, dict) and isinstance(said.get("event_id"), str):
            self._claims.claim("event", said["event_id"], owner)

    def _bring(self, said: object, owner: str) -> None:
        for path in said if isinstance(said, list) else []:
            self._claims.bring(str(path), owner)


class _Listening:
    """Passes an answer on, and tells what its JSON says before its last part leaves."""

    def __init__(self, send: Send, tell: Callable[[object], None]) -> None:
        self._send, self._tell = send, tell
        self._body = b""
        self._good = False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._good = message["status"] == 200
        elif message["type"] == "http.response.body" and self._good:
            self._body += message.get("body", b"")
            if not message.get("more_body"):
                self._tell(json.loads(self._body))
        await self._send(message)


def _named(scope: Scope) -> Iterator[tuple[Kind, str]]:
    """The page and the upload that a request's address names."""
    if beat := _HEARTBEAT.fullmatch(scope["path"]):
        yield "page", beat[1]
    asked = parse_qs(scope.get("query_string", b"").decode("latin-1"))
    for name in asked.get("session_hash", ()):
        yield "page", name
    for name in asked.get("upload_id", ()):
        yield "upload", name


def _paths(value: object) -> Iterator[str]:
    """Every file that an event's inputs name, however deep."""
    if isinstance(value, dict):
        if isinstance(value.get("path"), str):
            yield value["path"]
        value = list(value.values())
    if isinstance(value, list):
        for part in value:
            yield from _paths(part)
