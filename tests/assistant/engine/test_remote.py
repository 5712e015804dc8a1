import asyncio
import base64
import io
import json
import logging
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event

import numpy as np
import pytest
from PIL import Image

from assistant.dialogue.conversation import Conversation
from assistant.engine import endpoint, failure
from assistant.engine.base import Chunk, Options
from assistant.engine.lane import Lane
from assistant.engine.remote import RemoteEngine
from assistant.errors import AssistantError
from assistant.imaging.slice import RenderedImage, SliceRef
from assistant.loading import open_lane
from assistant.settings import Settings

ANSWER = ("检查", "所见：", "肺窗未见异常。")


def picture(seed: int = 1) -> RenderedImage:
    pixels = np.random.default_rng(seed).integers(0, 255, (30, 40, 3), np.uint8)
    return RenderedImage(pixels, None, "原图", SliceRef("1.2.3", 7), f"hash-{seed}")


def talk() -> Conversation:
    return Conversation.new("You are a helpful assistant.").ask("描述", (picture(),))


def event(text: str = "", finish: str | None = None, **more: object) -> bytes:
    choice = {"index": 0, "delta": {"content": text}, "finish_reason": finish}
    return b"data: " + json.dumps({"choices": [choice], **more}).encode() + b"\n\n"


class Scripted:
    """A loopback endpoint. ``plays`` are used up one a request, the last one again and again."""

    def __init__(self) -> None:
        self.plays: list[Callable[[BaseHTTPRequestHandler], None]] = [answer]
        self.models: object = {"data": [{"id": "ct-model", "max_model_len": 8192}]}
        self.bodies: list[dict] = []
        self.headers: list[dict[str, str]] = []
        self.hung_up = Event()
        self.url = ""

    def handler(self) -> type[BaseHTTPRequestHandler]:
        server = self

        class Handler(BaseHTTPRequestHandler):
            hung_up = server.hung_up

            def log_message(self, *_: object) -> None:
                pass

            def do_GET(self) -> None:
                server.headers.append(dict(self.headers.items()))
                reply(self, 200, json.dumps(server.models).encode())

            def do_POST(self) -> None:
                assert self.path == "/v1/chat/completions"
                length = int(self.headers["Content-Length"])
                server.bodies.append(json.loads(self.rfile.read(length)))
                server.headers.append(dict(self.headers.items()))
                play = server.plays.pop(0) if len(server.plays) > 1 else server.plays[0]
                play(self)

        return Handler


def reply(
    handler: BaseHTTPRequestHandler, status: int, body: bytes = b"{}", **headers: str
) -> None:
    handler.send_response(status)
    for name, value in headers.items():
        handler.send_header(name.replace("_", "-"), value)
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body)


def stream(*events: bytes) -> Callable[[BaseHTTPRequestHandler], None]:
    def play(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Type", "text/event-stream")
        handler.end_headers()
        for piece in events:
            handler.wfile.write(piece)
            handler.wfile.flush()

    return play


def cut(*events: bytes) -> Callable[[BaseHTTPRequestHandler], None]:
    """More is announced than comes."""

    def play(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", str(len(b"".join(events)) + 9))
        handler.end_headers()
        handler.wfile.write(b"".join(events))

    return play


def status(code: int, **headers: str) -> Callable[[BaseHTTPRequestHandler], None]:
    return lambda handler: reply(handler, code, **headers)


def web_page(handler: BaseHTTPRequestHandler) -> None:
    reply(handler, 200, b"<html>hello</html>", Content_Type="Text/HTML; charset=utf-8")


def reported(**error: object) -> bytes:
    return f"data: {json.dumps({'error': {'message': 'no', **error}})}\n\n".encode()


def badly_packed(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.send_header("Content-Encoding", "gzip")
    handler.send_header("Content-Length", "9")
    handler.end_headers()
    handler.wfile.write(b"not gzip!")


def hang_up(handler: BaseHTTPRequestHandler) -> None:
    handler.close_connection = True
    handler.connection.close()


def talk_without_end(handler: BaseHTTPRequestHandler) -> None:
    stream(event("一"))(handler)
    try:
        for _ in range(2000):
            handler.wfile.write(event("字"))
            handler.wfile.flush()
            time.sleep(0.01)
    except OSError:
        handler.hung_up.set()  # type: ignore[attr-defined]


def silence(handler: BaseHTTPRequestHandler) -> None:
    handler.connection.settimeout(20)
    try:
        if handler.connection.recv(1) == b"":
            handler.hung_up.set()  # type: ignore[attr-defined]
    except OSError:
        pass


DONE = b"data: [DONE]\n\n"
USAGE = {"prompt_tokens": 321, "completion_tokens": 9}
answer = stream(
    b": a comment\n\n",
    event(),
    *map(event, ANSWER),
    event(finish="stop"),
    b'data: {"choices": [], "usage": ' + json.dumps(USAGE).encode() + b"}\n\n",
    DONE,
)


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Scripted]:
    monkeypatch.setattr(endpoint, "BACKOFF_S", 0.01)
    # A proxy must never carry what is meant for this machine.
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    scripted = Scripted()
    running = ThreadingHTTPServer(("127.0.0.1", 0), scripted.handler())
    running.daemon_threads = True
    running.handle_error = lambda *_: None  # type: ignore[method-assign]
    thread = threading.Thread(target=running.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    scripted.url = f"http://127.0.0.1:{running.server_address[1]}"
    yield scripted
    running.shutdown()
    running.server_close()
    thread.join(5)


def say(engine: RemoteEngine, conversation: Conversation, **options: object):
    chunks = list(engine.stream(conversation, Options(**options), Event()))
    return "".join(chunk.text for chunk in chunks), chunks[-1].stats


def test_an_answer_streams(server: Scripted):
    engine = RemoteEngine(server.url)
    engine.warm_up()
    chunks = list(engine.stream(talk(), Options(max_tokens=77), Event()))
    assert tuple(chunk.text for chunk in chunks) == (*ANSWER, "")
    stats = chunks[-1].stats
    assert (stats.tokens, stats.prefill_tokens, stats.finish) == (9, 321, "stop")
    assert stats.pictures_encoded == 1
    body = server.bodies[0]
    assert (body["model"], body["max_tokens"], body["stream"]) == ("ct-model", 77, True)
    assert body["temperature"] == 0
    assert "seed" not in body


def test_pictures_go_as_they_are_and_alone(server: Scripted):
    conversation = talk().answer("好").ask("与前一幅相比？", (picture(2),))
    say(RemoteEngine(server.url, model="m"), conversation)
    system, first, second, third = server.bodies[0]["messages"]
    assert system == {"role": "system", "content": "You are a helpful assistant."}
    assert second == {"role": "assistant", "content": "好"}
    for message, image, text in ((first, 1, "描述"), (third, 2, "与前一幅相比？")):
        shown, asked = message["content"]
        assert asked == {"type": "text", "text": text}
        head, _, data = shown["image_url"]["url"].partition(",")
        assert head == "data:image/png;base64"
        opened = Image.open(io.BytesIO(base64.b64decode(data)))
        assert np.array_equal(np.asarray(opened), picture(image).pixels)
        assert opened.info == {}
    assert "1.2.3" not in json.dumps(server.bodies)


def test_the_page_says_where_pictures_go(server: Scripted):
    engine = RemoteEngine(f"{server.url}/v1/", key="sk-secret")
    engine.warm_up()
    shown = engine.capabilities
    assert shown.device == f"远程 {server.url}（图像会离开本机）"
    assert shown.fingerprint == f"{server.url}#ct-model"
    assert (shown.engine, shown.model, shown.context_tokens) == ("remote", "ct-model", 8192)


def test_the_key_is_sent_and_never_shown(server: Scripted, tmp_path: Path, caplog):
    caplog.set_level(logging.DEBUG)
    settings = Settings(
        data_dir=tmp_path, engine="remote", remote_url=server.url, remote_key="sk-secret"
    )
    assert "sk-secret" not in f"{settings!r}{settings}{settings.model_dump_json()}"
    lane = open_lane(settings)
    lane.wait_ready(60)
    server.plays = [status(401)]
    with pytest.raises(AssistantError, match="ENG-213") as caught:
        list(lane.stream(talk(), Options(), Event()))
    lane.close()
    assert all(h["Authorization"] == "Bearer sk-secret" for h in server.headers)
    assert "sk-secret" not in f"{caught.value}{caught.value.detail}{caplog.text}"


@pytest.mark.parametrize("key", ["口令", "sk-se\ncret", "sk-sécret"])
def test_a_key_that_cannot_be_sent_is_told_and_not_shown(key: str):
    with pytest.raises(AssistantError, match="ENG-220") as caught:
        RemoteEngine("http://127.0.0.1:9", key=key)
    assert key not in f"{caught.value}{caught.value.detail}"


def test_a_line_end_copied_with_the_key_does_no_harm(server: Scripted):
    say(RemoteEngine(server.url, model="m", key="sk-secret\r\n"), talk())
    assert server.headers[-1]["Authorization"] == "Bearer sk-secret"


def test_too_many_pictures_are_not_sent(server: Scripted):
    many = Conversation.new("").ask("描述", tuple(picture(seed) for seed in range(30)))
    with pytest.raises(AssistantError, match="ENG-105"):
        say(RemoteEngine(server.url, model="m"), many)
    assert server.bodies == []


def test_who_waits_for_a_silent_endpoint_holds_up_nobody(server: Scripted):
    server.plays = [silence, answer]
    lane = Lane.of(RemoteEngine(server.url))
    waiting = Event()
    items = lane.stream(talk(), Options(), waiting)
    thread = threading.Thread(target=lambda: list(items), daemon=True)
    thread.start()
    while thread.is_alive() and not server.bodies:
        time.sleep(0.01)
    told = lane.stream(talk(), Options(), Event(), owner="another")
    assert "".join(item.text for item in told if isinstance(item, Chunk)) == "".join(ANSWER)
    assert thread.is_alive()
    waiting.set()
    thread.join(10)
    lane.close()


def test_what_passes_is_tried_again_before_the_first_character(server: Scripted):
    server.plays = [status(503), hang_up, answer]
    assert say(RemoteEngine(server.url, model="m"), talk())[0] == "".join(ANSWER)
    assert len(server.bodies) == 3


def test_an_answer_that_breaks_off_is_not_begun_again(server: Scripted):
    server.plays = [stream(event("检查")), answer]
    engine = RemoteEngine(server.url, model="m")
    chunks = engine.stream(talk(), Options(), Event())
    assert next(chunk.text for chunk in chunks if chunk.text) == "检查"
    with pytest.raises(AssistantError, match="ENG-214"):
        list(chunks)
    assert len(server.bodies) == 1
    assert say(engine, talk())[0] == "".join(ANSWER)  # the next question works


def named(kind: str, said: object) -> bytes:
    return f"event: {kind}\ndata: {json.dumps(said)}\n\n".encode()


@pytest.mark.parametrize(
    "ending",
    [
        (event(finish="content_filter"), DONE),
        (event(finish="abort"), DONE),
        (event(finish="tool_calls"), DONE),
        (DONE,),
        (named("error", {"message": "overloaded"}), DONE),
        (b'data: {"object": "error", "message": "no"}\n\n', DONE),
        (b'data: {"error": "no"}\n\n', DONE),
        (b'data: {"choices": [{"delta"',),
    ],
)
def test_an_answer_that_does_not_come_to_its_end_is_not_whole(server: Scripted, ending):
    server.plays = [stream(event("右肺见结"), *ending)]
    with pytest.raises(AssistantError, match="ENG-214"):
        say(RemoteEngine(server.url, model="m"), talk())
    assert len(server.bodies) == 1


@pytest.mark.parametrize(
    "said", [{"object": "error", "message": "no"}, {"choices": [{"delta": {}}]}]
)
def test_no_answer_is_not_an_empty_answer(server: Scripted, said: object):
    server.plays = [stream(f"data: {json.dumps(said)}\n\n".encode(), DONE)]
    with pytest.raises(AssistantError, match="ENG-212"):
        say(RemoteEngine(server.url, model="m"), talk())


@pytest.mark.parametrize(
    ("reason", "finish"), [("stop", "stop"), ("eos_token", "stop"), ("length", "length")]
)
@pytest.mark.parametrize("behind", [b"", b"data: {", b'data: {"error": 1}\n\n', DONE])
def test_an_answer_is_whole_at_its_end_whatever_happens_behind_it(
    server: Scripted, reason: str, finish: str, behind: bytes
):
    server.plays = [cut(event("右肺结节。"), event(finish=reason), behind)]
    text, stats = say(RemoteEngine(server.url, model="m"), talk())
    assert (text, stats.finish) == ("右肺结节。", finish)


@pytest.mark.parametrize(
    ("play", "code", "requests"),
    [
        (status(401), "ENG-213", 1),
        (status(403), "ENG-213", 1),
        (status(400), "ENG-215", 1),
        (status(404), "ENG-215", 1),
        (status(413), "ENG-215", 1),
        (status(302), "ENG-215", 1),
        (status(500), "ENG-212", 3),
        (status(429), "ENG-221", 3),
        (status(503), "ENG-221", 3),
        (hang_up, "ENG-212", 3),
        (badly_packed, "ENG-217", 3),
        (stream(b"data: {not json\n\n"), "ENG-217", 1),
        (stream(b'data: ["list"]\n\n'), "ENG-217", 1),
        (stream(b'data: {"choices": [7]}\n\n'), "ENG-217", 1),
        (stream(b"<html>hello</html>\n"), "ENG-212", 3),
        (web_page, "ENG-217", 1),
        (stream(b'data: {"error": {"message": "CUDA"}}\n\n'), "ENG-212", 3),
        (stream(reported(code=500)), "ENG-212", 3),
        (stream(reported(code="insufficient")), "ENG-212", 3),
        (stream(reported(code=400)), "ENG-215", 1),
        (stream(reported(code="404")), "ENG-215", 1),
        (stream(reported(code=401)), "ENG-213", 1),
        (stream(reported(code=429)), "ENG-221", 3),
        (stream(b'data: {"object": "error", "code": 400}\n\n'), "ENG-215", 1),
        (stream(b'event: error\ndata: {"code": 413}\n\n'), "ENG-215", 1),
        (stream(b"event: error\ndata: overloaded\n\n"), "ENG-212", 3),
    ],
)
def test_a_failure_has_its_code(server: Scripted, play, code: str, requests: int):
    server.plays = [play]
    with pytest.raises(AssistantError, match=code):
        say(RemoteEngine(server.url, model="m"), talk())
    assert len(server.bodies) == requests


def test_the_pause_that_an_endpoint_asks_for_is_kept(server: Scripted, monkeypatch):
    pauses, sleep = [], asyncio.sleep

    async def noted(pause_s: float) -> None:
        pauses.append(pause_s)
        await sleep(0)

    monkeypatch.setattr(asyncio, "sleep", noted)
    server.plays = [status(429, Retry_After="3"), status(503, Retry_After="86400"), answer]
    assert say(RemoteEngine(server.url, model="m"), talk())[0] == "".join(ANSWER)
    assert pauses == [3.0, failure.MOST_PAUSE_S]


def test_a_pause_that_an_endpoint_asks_for_can_be_cancelled(server: Scripted, monkeypatch):
    monkeypatch.setattr(failure, "MOST_PAUSE_S", 600.0)
    server.plays = [status(503, Retry_After="600")]
    before, cancel, chunks = set(threading.enumerate()), Event(), []
    for chunk in RemoteEngine(server.url, model="m").stream(talk(), Options(), cancel):
        chunks.append(chunk)
        if server.bodies:
            cancel.set()
    assert chunks[-1].stats.finish == "cancel"
    left = set(threading.enumerate()) - before
    assert "remote-stream" not in {thread.name for thread in left}


def test_a_dead_endpoint_is_told_when_loading():
    lane = Lane(lambda: RemoteEngine("http://127.0.0.1:9"))
    with pytest.raises(AssistantError, match="ENG-212"):
        lane.wait_ready(60)


def test_a_silent_endpoint_is_given_up(server: Scripted, monkeypatch):
    monkeypatch.setattr(endpoint, "READ_TIMEOUT_S", 0.2)
    server.plays = [silence]
    with pytest.raises(AssistantError, match="ENG-212"):
        say(RemoteEngine(server.url, model="m"), talk())
    assert len(server.bodies) == 1


def test_cancel_takes_effect_at_the_next_character_and_hangs_up(server: Scripted):
    server.plays = [talk_without_end]
    cancel = Event()
    chunks = []
    for chunk in RemoteEngine(server.url, model="m").stream(talk(), Options(), cancel):
        chunks.append(chunk)
        if chunk.text:
            cancel.set()
    assert "".join(chunk.text for chunk in chunks) == "一"
    assert chunks[-1].stats.finish == "cancel"
    assert server.hung_up.wait(10)


def test_cancel_before_the_first_character_hangs_up(server: Scripted):
    server.plays = [silence]
    cancel = Event()

    def set_once_asked() -> None:
        while not server.bodies:
            time.sleep(0.01)
        cancel.set()

    threading.Thread(target=set_once_asked, daemon=True).start()
    chunks = list(RemoteEngine(server.url, model="m").stream(talk(), Options(), cancel))
    assert "".join(chunk.text for chunk in chunks) == ""
    assert chunks[-1].stats.finish == "cancel"
    assert server.hung_up.wait(10)


def test_closing_the_stream_hangs_up(server: Scripted):
    server.plays = [talk_without_end]
    chunks = RemoteEngine(server.url, model="m").stream(talk(), Options(), Event())
    next(chunks)
    chunks.close()
    assert server.hung_up.wait(10)


def test_a_model_that_is_not_served_is_told(server: Scripted):
    with pytest.raises(AssistantError, match="ENG-219") as caught:
        RemoteEngine(server.url, model="other").warm_up()
    assert "ct-model" in caught.value.message
    server.models = {"data": []}
    with pytest.raises(AssistantError, match="ENG-219"):
        RemoteEngine(server.url).warm_up()
    server.models = ["something else"]
    with pytest.raises(AssistantError, match="ENG-217"):
        RemoteEngine(server.url).warm_up()


def test_length_and_odd_characters(server: Scripted):
    half = b'data: {"choices": [{"delta": {"content": "\\ud83d"}}]}\n\n'
    server.plays = [stream(half, event("完"), event(finish="length"), DONE)]
    text, stats = say(RemoteEngine(server.url, model="m"), talk(), temperature=0.5, seed=3)
    assert text == "?完"
    assert stats.finish == "length"
    assert (server.bodies[0]["temperature"], server.bodies[0]["seed"]) == (0.5, 3)


def test_line_ends_of_other_scripts_are_characters(server: Scripted):
    said = json.dumps({"choices": [{"delta": {"content": "一\u2028二\x85"}}]}, ensure_ascii=False)
    server.plays = [stream(f"data: {said}\n\n".encode(), event(finish="stop"), DONE)]
    assert say(RemoteEngine(server.url, model="m"), talk())[0] == "一\u2028二\x85"


@pytest.mark.parametrize("odd", ["3", 3.0, True, -1, 2**70, [3]])
def test_only_a_number_is_a_count(server: Scripted, odd: object):
    server.models = {"data": [{"id": "m", "max_model_len": odd}]}
    usage = event(usage={"prompt_tokens": odd, "completion_tokens": odd})
    server.plays = [stream(*map(event, ANSWER), event(finish="stop"), usage, DONE)]
    engine = RemoteEngine(server.url)
    text, stats = say(engine, talk())
    assert text == "".join(ANSWER)
    assert (stats.tokens, stats.prefill_tokens) == (len(ANSWER), 0)
    assert engine.capabilities.context_tokens == 4096


def test_half_a_character_is_not_sent(server: Scripted):
    server.models = {"data": [{"id": "m\ud83d"}]}
    engine = RemoteEngine(server.url)
    say(engine, Conversation.new("统\ud83d").ask("病灶\udcff"))
    assert [message["content"] for message in server.bodies[0]["messages"]] == ["统?", "病灶?"]
    assert (engine.capabilities.model, server.bodies[0]["model"]) == ("m?", "m?")


def test_what_nobody_foresaw_ends_one_answer_alone(server: Scripted):
    deep = b"data: " + b"[" * 200_000 + b"\n\n"
    server.plays = [stream(event("一"), deep), answer]
    loaded = []

    def load() -> RemoteEngine:
        loaded.append(RemoteEngine(server.url, model="ct-model"))
        return loaded[-1]

    lane = Lane(load)
    with pytest.raises(AssistantError, match="ENG-217") as caught:
        list(lane.stream(talk(), Options(), Event()))
    assert "RecursionError" in caught.value.detail
    told = lane.stream(talk(), Options(), Event())
    assert "".join(item.text for item in told if isinstance(item, Chunk)) == "".join(ANSWER)
    assert len(loaded) == 1
    lane.close()


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("ALL_PROXY", "socks5://127.0.0.1:9"),
        ("HTTPS_PROXY", "socks://zhang:secret@127.0.0.1:9"),
        ("HTTPS_PROXY", "http://proxy:secret"),
        ("NO_PROXY", "[::1"),
        ("SSL_CERT_FILE", "/nonexistent.pem"),
        ("SSL_CERT_FILE", __file__),
        ("SSLKEYLOGFILE", "/nonexistent/keys"),
    ],
)
def test_an_environment_that_cannot_be_used_is_told(monkeypatch, variable: str, value: str):
    monkeypatch.setenv(variable, value)
    lane = Lane(lambda: RemoteEngine("https://ct.example.invalid", model="m"))
    with pytest.raises(AssistantError, match="ENG-222") as caught:
        lane.wait_ready(60)
    assert variable in caught.value.next_step
    assert "secret" not in f"{caught.value}{caught.value.detail}"


@pytest.mark.parametrize(
    "url", ["", "  ", "ftp://x", "127.0.0.1:8000", "http://", "x", "https://x:99999"]
)
def test_what_is_no_address_is_refused(url: str):
    with pytest.raises(AssistantError, match="ENG-211"):
        RemoteEngine(url)


@pytest.mark.parametrize("url", ["http://10.0.0.5:8000", "http://ct.example.org", "http://0.0.0.0"])
def test_plain_text_to_another_machine_is_refused(url: str):
    with pytest.raises(AssistantError, match="ENG-218"):
        RemoteEngine(url)


def test_an_address_is_shown_without_a_password_in_it():
    engine = RemoteEngine("https://zhang:secret@ct.example.org:8443/v1/chat/completions?a=b")
    assert engine.capabilities.device == "远程 https://ct.example.org:8443（图像会离开本机）"


def test_a_certificate_of_nobody_is_refused(server: Scripted, tmp_path: Path):
    context = self_signed(tmp_path)
    running = ThreadingHTTPServer(("127.0.0.1", 0), server.handler())
    running.daemon_threads = True
    running.handle_error = lambda *_: None  # type: ignore[method-assign]
    running.socket = context.wrap_socket(running.socket, server_side=True)
    threading.Thread(target=running.serve_forever, args=(0.01,), daemon=True).start()
    url = f"https://127.0.0.1:{running.server_address[1]}"
    with pytest.raises(AssistantError, match="ENG-216"):
        RemoteEngine(url).warm_up()
    with pytest.raises(AssistantError, match="ENG-216"):
        say(RemoteEngine(url, model="m"), talk())
    running.shutdown()
    running.server_close()
    assert server.bodies == []


def self_signed(folder: Path):
    import ssl
    from datetime import UTC, datetime, timedelta

    x509 = pytest.importorskip("cryptography.x509")
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    pem = folder / "server.pem"
    pem.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    return context
