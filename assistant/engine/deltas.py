"""Server-sent events of a chat completion as pieces of an answer."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass

import httpx

from assistant.engine.events import DONE, read_events
from assistant.engine.failure import Failure, unreadable


@dataclass(frozen=True)
class Delta:
    """A piece of an answer.

    Attributes:
        text: what was added.
        finish: "stop" or "length" at the end, else "".
        prompt_tokens, completion_tokens: counted by the endpoint, if it says so.
    """

    text: str = ""
    finish: str = ""
    prompt_tokens: int | None = None
    completion_tokens: int | None = None


async def read_deltas(response: httpx.Response) -> AsyncIterator[Delta]:
    """The pieces up to the end of the answer.

    Raises:
        AssistantError: ENG-217 these are not such events.
        Failure: the stream ended before the answer did, or the endpoint reports a failure.
    """
    finished = False
    async for event in read_events(response):
        if event.data == DONE:
            return
        delta = _delta(event.data)
        finished = finished or bool(delta.finish)
        yield delta
    if not finished:
        raise Failure("the stream ended before the answer did")


def _delta(data: str) -> Delta:
    try:
        event = json.loads(data)
        if event.get("error"):
            raise Failure("an error event")
        usage = event.get("usage") or {}
        choice = (event.get("choices") or [{}])[0]
        text = (choice.get("delta") or {}).get("content") or ""
        return Delta(
            # An escaped half of a character cannot be shown or stored.
            text.encode("utf-8", "replace").decode("utf-8"),
            choice.get("finish_reason") or "",
            usage.get("prompt_tokens"),
            usage.get("completion_tokens"),
        )
    except (ValueError, KeyError, IndexError, TypeError, AttributeError) as error:
        raise unreadable() from error
