"""The only way to the page: own hosts, own routes, and nothing from elsewhere."""

import ipaddress
import re
from collections.abc import Callable, Iterable

from assistant.ui.asgi import REFUSED, App, Message, Receive, Scope, Send, reply
from assistant.ui.owner import cookie

LOOPBACK = frozenset({"127.0.0.1", "localhost", "[::1]"})

# What the page itself asks for. File routes are absent on purpose: Gradio would serve
# anybody's upload to anybody who knows its address.
_ROUTES = re.compile(
    r"/|/pulse|/result/[0-9a-f]+/[a-z.]+|/login|/logout|/(?:assets|static)/.+|/theme\.css|/manifest\.json"
    r"|/gradio_api/(?:app_id|upload|upload_progress|cancel|queue/join|queue/data|heartbeat/\w+)"
)

_HEADERS = (
    (
        b"content-security-policy",
        b"default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; "
        b"style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
        b"font-src 'self' data:; connect-src 'self'; worker-src 'self' blob:; "
        b"object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'",
    ),
    (b"referrer-policy", b"same-origin"),  # without it a form says Origin: null
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
)


class Gate:
    """ASGI middleware before the page.

    Refuses requests under a foreign host name (a page elsewhere could point its name
    at this machine) and every route the page does not use, and adds headers with
    which the browser itself refuses any other origin.

    Args:
        app: the page.
        hosts: host names, without port, under which the page may be asked for.
        numbers: whether it may also be asked for under any IP address, as a page for
            other machines is; no foreign page can point a number at this machine.
        head: makes the markup to put first into the page's head.
    """

    def __init__(
        self,
        app: App,
        *,
        hosts: Iterable[str] = LOOPBACK,
        numbers: bool = False,
        head: Callable[[], str] = str,
    ) -> None:
        self._app = app
        self._numbers = numbers
        self._hosts = frozenset(hosts)
        self._head = head

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, or refuse it."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
        elif scope["type"] != "http" or not self._at_home(scope):
            await reply(_with_headers(send), 421, REFUSED)
        elif not _ROUTES.fullmatch(scope["path"]):
            await reply(_with_headers(send), 404, REFUSED)
        elif scope["path"] == "/":
            page = _Page(send, self._head().encode("utf-8"), cookie(scope))
            await self._app(_uncompressed(scope), receive, page)
        else:
            await self._app(scope, receive, _with_headers(send))

    def _at_home(self, scope: Scope) -> bool:
        """Whether the request names this machine, and comes from this very page."""
        headers = dict(scope["headers"])
        host, origin = headers.get(b"host", b""), headers.get(b"origin")
        name = _name(host)
        known = name in self._hosts or (self._numbers and _is_number(name))
        return known and (origin is None or _netloc(origin) == _netloc(host))


class _Page:
    """Collects the page's markup and sends it on with our own head and cookie."""

    def __init__(self, send: Send, head: bytes, cookie: bytes) -> None:
        self._send = send
        self._head = head
        self._cookie = cookie
        self._start: Message = {}
        self._body = b""

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._start = message
            return
        if message["type"] != "http.response.body":
            return
        self._body += message.get("body", b"")
        if message.get("more_body"):
            return
        page = self._body.replace(b"<head>", b"<head>" + self._head, 1)
        page = page.replace(b'lang="en"', b'lang="zh-CN"', 1)
        kept = [pair for pair in self._start["headers"] if pair[0].lower() != b"content-length"]
        self._start["headers"] = [
            *kept, (b"content-length", str(len(page)).encode()), (b"cache-control", b"no-store"),
            (b"set-cookie", self._cookie),
        ]  # fmt: skip
        send = _with_headers(self._send)
        await send(self._start)
        await send({"type": "http.response.body", "body": page})


def _with_headers(send: Send) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = [*message["headers"], *_HEADERS]
        await send(message)

    return sending


def _netloc(address: bytes) -> str:
    """Host name and port of a Host or Origin header."""
    return re.sub(r"^https?://", "", address.decode("latin-1")).lower()


def _name(address: bytes) -> str:
    """Host name of a Host header, without port."""
    return re.sub(r":\d+$", "", _netloc(address))


def _is_number(name: str) -> bool:
    try:
        ipaddress.ip_address(name.removeprefix("[").removesuffix("]"))
    except ValueError:
        return False
    return True


def _uncompressed(scope: Scope) -> Scope:
    kept = [pair for pair in scope["headers"] if pair[0] != b"accept-encoding"]
    return {**scope, "headers": kept}
