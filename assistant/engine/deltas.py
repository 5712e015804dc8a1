"""Server-sent events of a chat completion as pieces of an answer."""

import json
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import httpx

from assistant.engine.events import DONE, ServerEvent, read_events
from assistant.engine.failure import Failure, broken_off, unreadable

ENDS = {"stop": "stop", "length": "length", "eos_token": "stop", "stop_sequence": "stop"}
"""Reasons for the end of a whole answer; the latter two are TGI's."""


MOST_TOKENS = 1 << 31
"""Of one conversation; beyond is nonsense that a database would not take."""


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
    """The pieces up to the end of the answer; what goes wrong behind it does it no harm.

    Raises:
        AssistantError: ENG-214 it ended otherwise than whole, ENG-217 these are not such events.
        httpx.RequestError, Failure: the stream ended before the answer did, or the endpoint
            reports a failure.
    """
    finished = False
    try:
        async for event in read_events(response):
            if event.data == DONE:
                break
            delta = _delta(event)
            finished = finished or bool(delta.finish)
            yield delta
    except Exception:
        if not finished:
            raise
    if not finished:
        raise Failure("the stream ended before the answer did")


def clean(text: str) -> str:
    """Half a character, which JSON can say, cannot be shown, stored or sent."""
    return text.encode("utf-8", "replace").decode("utf-8")


def count(said: object) -> int | None:
    """A number of tokens, if that is what an endpoint said."""
    return said if type(said) is int and 0 <= said <= MOST_TOKENS else None


def _delta(event: ServerEvent) -> Delta:
    try:
        said = json.loads(event.data)
        if event.kind == "error" or said.get("error") or said.get("object") == "error":
            raise Failure("an error event", _status(said))
        usage = said.get("usage") or {}
        choice = (said.get("choices") or [{}])[0]
        text = (choice.get("delta") or {}).get("content") or ""
        reason = choice.get("finish_reason") or ""
        if reason and reason not in ENDS:
            raise broken_off(Failure(f"finish_reason {reason!r}"))
        return Delta(
            clean(text),
            ENDS.get(reason, ""),
            count(usage.get("prompt_tokens")),
            count(usage.get("completion_tokens")),
        )
    except (ValueError, KeyError, IndexError, TypeError, AttributeError) as error:
        raise Failure("an error event") if event.kind == "error" else unreadable() from error


def _status(said: dict[str, Any]) -> int | None:
    """Of an error event: a number or digits, beside the message."""
    inner = said.get("error")
    code = str((inner if isinstance(inner, dict) else said).get("code"))
    return int(code) if re.fullmatch("[45][0-9][0-9]", code) else None
