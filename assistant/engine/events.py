"""Server-sent events: what an endpoint's stream of bytes says, one event after another."""

import codecs
import io
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass

import httpx

from assistant.engine.failure import unreadable

DONE = "[DONE]"
"""All there is in the last event."""

MOST_CHARACTERS = 1 << 20
"""Of one event; a piece of an answer has a few hundred."""


@dataclass(frozen=True)
class ServerEvent:
    """What an endpoint says at one time; ``kind`` is "" unless it names one."""

    kind: str
    data: str


async def read_events(response: httpx.Response) -> AsyncIterator[ServerEvent]:
    """The events, in UTF-8 whatever the response declares; one that is cut off is left out.

    An event ends at a blank line, and for servers that send none where the next one begins.

    Raises:
        AssistantError: ENG-217 one is too long.
    """
    kind, data = "", ""
    async for line in _lines(response):
        field, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if not line:
            if data:
                yield ServerEvent(kind, data)
            kind, data = "", ""
        elif field == "event":
            kind = value
        elif field == "data":
            if _is_whole(data):
                yield ServerEvent(kind, data)
                data = ""
            data = f"{data}\n{value}".strip()
            if len(data) > MOST_CHARACTERS:
                raise unreadable()
            if data == DONE:  # nothing comes after it, perhaps not even a blank line
                yield ServerEvent(kind, data)
                return
    if _is_whole(data):
        yield ServerEvent(kind, data)


async def _lines(response: httpx.Response) -> AsyncIterator[str]:
    """Lines end at CR, LF or both; the other ends that Python knows may stand inside JSON."""
    utf_8 = codecs.getincrementaldecoder("utf-8-sig")("replace")
    decoder = io.IncrementalNewlineDecoder(utf_8, translate=True)
    rest = ""
    async for piece in response.aiter_bytes():
        *lines, rest = (rest + decoder.decode(piece)).split("\n")
        for line in lines:
            yield line
        if len(rest) > MOST_CHARACTERS:
            raise unreadable()
    *lines, rest = (rest + decoder.decode(b"", final=True)).split("\n")
    for line in (*lines, rest) if rest else lines:
        yield line


def _is_whole(data: str) -> bool:
    try:
        json.loads(data)
    except ValueError:
        return False
    return True
