import asyncio
from collections.abc import AsyncIterator, Iterable

import httpx
import pytest

from assistant.engine.events import MOST_CHARACTERS, ServerEvent, read_events
from assistant.errors import AssistantError


def events(pieces: Iterable[bytes], content_type: str = "text/event-stream") -> list[ServerEvent]:
    async def body() -> AsyncIterator[bytes]:
        for piece in pieces:
            yield piece

    async def read() -> list[ServerEvent]:
        response = httpx.Response(200, headers={"Content-Type": content_type}, content=body())
        return [event async for event in read_events(response)]

    return asyncio.run(read())


def data(*pieces: bytes, **more: str) -> list[str]:
    return [event.data for event in events(pieces, **more)]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_events_may_come_byte_by_byte_and_with_any_line_end(end: str):
    text = ': 注\n\ndata: {"a":"你"}\n\ndata:{"b":1}\n\nevent: error\ndata: x\n\ndata: [DONE]\n\n'
    whole = b"\xef\xbb\xbf" + text.replace("\n", end).encode()
    found = [
        ServerEvent("", '{"a":"你"}'),
        ServerEvent("", '{"b":1}'),
        ServerEvent("error", "x"),
        ServerEvent("", "[DONE]"),
    ]
    assert events([whole]) == found
    assert events(bytes([byte]) for byte in whole) == found


@pytest.mark.parametrize("inside", ["\u2028", "\u2029", "\x85", "\x0b", "\x1c"])
def test_what_only_python_calls_a_line_end_ends_no_line(inside: str):
    assert data(f'data: "一{inside}二"\n\n'.encode()) == [f'"一{inside}二"']


def test_it_is_utf_8_whatever_is_declared():
    found = data('data: "你好"\n\n'.encode(), content_type="text/event-stream; charset=ISO-8859-1")
    assert found == ['"你好"']


def test_data_in_several_lines_is_one_event():
    assert data(b'data: {"a":\ndata: {"b":1}}\n\n') == ['{"a":\n{"b":1}}']


def test_events_without_blank_lines_between_are_told_apart():
    assert data(b'data: {"a":1}\ndata: {"b":2}\ndata: [DONE]\n') == ['{"a":1}', '{"b":2}', "[DONE]"]
    assert data(b'data: {"a":1}\ndata: {"b":2}') == ['{"a":1}', '{"b":2}']


@pytest.mark.parametrize("cut", [b'data: {"b":', b'data: {"b":\n', b"da", b"event: error\n"])
def test_an_event_that_is_cut_off_is_left_out(cut: bytes):
    assert data(b'data: {"a":1}\n\n' + cut) == ['{"a":1}']


@pytest.mark.parametrize("piece", [b"x" * 65536, b"data:" + b"x" * 65536 + b"\n"])
def test_what_has_no_end_is_not_gathered(piece: bytes):
    sent = 0

    def endless() -> Iterable[bytes]:
        nonlocal sent
        while True:
            sent += len(piece)
            yield piece

    with pytest.raises(AssistantError, match="ENG-217"):
        events(endless())
    assert sent < 2 * MOST_CHARACTERS
