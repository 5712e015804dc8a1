"""A loopback server that speaks as much of both hubs' protocols as a fetch needs."""

import hashlib
import json
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from urllib.parse import parse_qs, unquote, urlparse

import pytest

COMMIT = "0123456789abcdef0123456789abcdef01234567"


def safetensors(size: int, seed: int = 0) -> bytes:
    header = json.dumps({"w": {"dtype": "U8", "shape": [size], "data_offsets": [0, size]}})
    body = bytes((index * 7 + seed) % 251 for index in range(size))
    return struct.pack("<Q", len(header)) + header.encode() + body


def tiny_repository() -> dict[str, bytes]:
    return {
        "config.json": json.dumps({"model_type": "qwen2_vl"}).encode(),
        "tokenizer.json": b"{}",
        "preprocessor_config.json": b"{}",
        "chat_template.jinja": "模板".encode(),
        "LICENSE": b"Apache",
        "README.md": b"# model",
        "model.safetensors": safetensors(600_000),
        "pytorch_model.bin": b"a pickle is a program",
        "picture.png": b"not needed",
        ".gitattributes": b"*",
    }


@dataclass
class FakeHub:
    """One model. ``requests`` holds (path of the file or of the URL, Range start, headers)."""

    files: dict[str, bytes] = field(default_factory=tiny_repository)
    repository: str = "Qwen/Tiny-VL"
    cut_after: dict[str, list[int]] = field(default_factory=dict)
    corrupt: dict[str, int] = field(default_factory=dict)
    status: dict[str, list[int]] = field(default_factory=dict)
    ranges: bool = True
    stall_after: int | None = None
    released: Event = field(default_factory=Event)
    requests: list[tuple[str, int, dict[str, str]]] = field(default_factory=list)
    listing_override: bytes | None = None
    url: str = ""

    def starts(self, path: str) -> list[int]:
        """Offsets from which a file was asked for, in order."""
        return [start for asked, start, _ in self.requests if asked == path]


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    hub: FakeHub

    def log_message(self, *_: object) -> None:
        pass

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_GET(self) -> None:
        url = urlparse(self.path)
        query = {key: values[0] for key, values in parse_qs(url.query).items()}
        path = unquote(url.path)
        api = f"/api/v1/models/{self.hub.repository}/repo"
        listing = f"/api/models/{self.hub.repository}"
        resolve = f"/{self.hub.repository}/resolve/{COMMIT}/"
        if path == f"{api}/files" or path in (listing, f"{listing}/revision/{COMMIT}"):
            self._note("listing")
            if not self._refused("listing"):
                modelscope = path.startswith("/api/v1")
                self._json(self._modelscope() if modelscope else self._huggingface())
        elif path == api:
            self._redirect(query["FilePath"])
        elif path.startswith(resolve):
            self._redirect(path.removeprefix(resolve))
        elif path.startswith("/cdn/"):
            self._content(path.removeprefix("/cdn/"))
        else:
            self._note(path)
            self._answer(404, b'{"error": "Repository not found"}')

    def _note(self, name: str) -> None:
        start = self.headers.get("Range", "bytes=0-").removeprefix("bytes=").partition("-")[0]
        self.hub.requests.append((name, int(start), dict(self.headers.items())))

    def _refused(self, name: str) -> bool:
        pending = self.hub.status.get(name)
        if pending:
            self._answer(pending.pop(0), b"{}")
            return True
        return False

    def _modelscope(self) -> object:
        files = [
            {
                "Path": path,
                "Size": len(content),
                "Sha256": hashlib.sha256(content).hexdigest(),
                "Type": "blob",
            }
            for path, content in self.hub.files.items()
        ]
        return {"Code": 200, "Data": {"Files": [{"Path": "sub", "Type": "tree"}, *files]}}

    def _huggingface(self) -> object:
        siblings = []
        for path, content in self.hub.files.items():
            blob = hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()
            entry: dict[str, object] = {"rfilename": path, "size": len(content), "blobId": blob}
            if path.endswith(".safetensors"):
                sha256 = hashlib.sha256(content).hexdigest()
                entry["lfs"] = {"sha256": sha256, "size": len(content), "pointerSize": 100}
            siblings.append(entry)
        return {"id": self.hub.repository, "sha": COMMIT, "siblings": siblings, "tags": []}

    def _json(self, value: object) -> None:
        self._answer(200, self.hub.listing_override or json.dumps(value).encode())

    def _redirect(self, path: str) -> None:
        self.send_response(302)
        self.send_header("Location", f"/cdn/{path}")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _content(self, path: str) -> None:
        self._note(path)
        if self._refused(path):
            return
        content = self.hub.files[path]
        if self.hub.corrupt.get(path, 0) > 0:
            self.hub.corrupt[path] -= 1
            content = content[:-1] + bytes([content[-1] ^ 1])
        start = self.hub.requests[-1][1] if self.hub.ranges else 0
        body = content[start:]
        self.send_response(206 if start else 200)
        if start:
            self.send_header("Content-Range", f"bytes {start}-{len(content) - 1}/{len(content)}")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        cuts = self.hub.cut_after.get(path)
        if cuts:
            self.wfile.write(body[: cuts.pop(0)])
            self.close_connection = True
        elif self.hub.stall_after is not None and path.endswith(".safetensors"):
            self.wfile.write(body[: self.hub.stall_after])
            self.wfile.flush()
            self.hub.released.wait(60)
            self.close_connection = True
        else:
            self.wfile.write(body)

    def _answer(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@pytest.fixture
def fake_hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeHub]:
    hub = FakeHub()
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("BoundHandler", (Handler,), {"hub": hub}))
    server.daemon_threads = True
    server.handle_error = lambda *_: None  # type: ignore[method-assign]
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    hub.url = f"http://127.0.0.1:{server.server_address[1]}"
    for name in ("HF_ENDPOINT", "MODELSCOPE_ENDPOINT"):
        monkeypatch.setenv(name, hub.url)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")  # as the launcher sets it
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    yield hub
    hub.released.set()
    server.shutdown()
    server.server_close()
    thread.join(5)
