"""The remote engine: any OpenAI-compatible endpoint. Pictures leave this program."""

import base64
import io
import time
from collections.abc import AsyncIterator, Iterator
from threading import Event
from typing import Any, Literal

from PIL import Image

from assistant.dialogue.conversation import Conversation, Turn
from assistant.engine.base import Capabilities, Chunk, Options, Stats, refuse_too_many
from assistant.engine.deltas import Delta
from assistant.engine.endpoint import Endpoint, ServedModel
from assistant.engine.failure import foreseen
from assistant.engine.pump import pump, pump_ticking
from assistant.errors import AssistantError
from assistant.imaging.slice import RenderedImage


class RemoteEngine:
    """Asks an endpoint; keeps nothing, so every question sends its conversation whole.

    Args:
        url: of the endpoint, see :class:`assistant.engine.endpoint.Endpoint`.
        model: name of the model there; "" is the first it lists.
        key: of the endpoint, if it asks for one.

    Raises:
        AssistantError: ENG-211, ENG-218 there is no usable address, ENG-220 no usable key,
            ENG-222 certificates that the environment names cannot be read.
    """

    def __init__(self, url: str, *, model: str = "", key: str = "") -> None:
        self._endpoint = Endpoint(url, key)
        self._model = ServedModel(model)

    @property
    def capabilities(self) -> Capabilities:
        """Where pictures go, in plain words."""
        known = self._model.context_tokens
        return Capabilities(
            engine="remote",
            model=self._model.name or "远程模型",
            # The endpoint may change its weights unseen; its address and name are all we know.
            fingerprint=f"{self._endpoint.address}#{self._model.name}",
            device=f"远程 {self._endpoint.address}（图像会离开本机）",
            context_tokens=known if known is not None else Capabilities.context_tokens,
            address=self._endpoint.address,
        )

    def warm_up(self) -> None:
        """Ask which models there are, so that a wrong address is told at the start.

        Raises:
            AssistantError: ENG-212 to ENG-217, ENG-221, ENG-222; ENG-219 the model wanted is
                not served.
        """
        with foreseen():
            served = list(pump(self._endpoint.models, Event()))
        wanted = [model for model in served if self._model.name in ("", model.name)]
        if not wanted:
            names = "、".join(model.name for model in served) or "无"
            raise AssistantError(
                "ENG-219",
                f"远程端点没有模型“{self._model.name}”，它提供：{names}。",
                next_step="请改正 remote_model，留空则用它的第一个模型。",
            )
        self._model = wanted[0]

    def stream(
        self, conversation: Conversation, options: Options, cancel: Event
    ) -> Iterator[Chunk]:
        """See :class:`assistant.engine.base.Engine`.

        ``pictures_encoded`` counts the pictures sent: what the endpoint keeps is not known.

        Raises:
            AssistantError: ENG-105 there are too many pictures; ENG-212 to ENG-217,
                ENG-221, ENG-222.
        """
        refuse_too_many(conversation)
        with foreseen():
            yield from self._answer(conversation, options, cancel)

    def forget(self, conversation_id: str) -> None:
        """Nothing is kept."""

    def close(self) -> None:
        """Nothing is kept."""

    def _answer(
        self, conversation: Conversation, options: Options, cancel: Event
    ) -> Iterator[Chunk]:
        started = time.perf_counter()
        if not self._model.name:
            self.warm_up()
        body = request(self._model.name, conversation, options)

        def deltas() -> AsyncIterator[Delta]:
            return self._endpoint.answer(body)

        pieces = 0
        first_at = last_at = started
        prompt_tokens = completion_tokens = None
        finish: Literal["stop", "length", "cancel"] = "stop"
        for delta in pump_ticking(deltas, cancel):
            if delta is None:
                yield Chunk("")
                continue
            if delta.text:
                last_at = time.perf_counter()
                first_at = last_at if pieces == 0 else first_at
                pieces += 1
                yield Chunk(delta.text)
            finish = "length" if delta.finish == "length" else finish
            prompt_tokens = delta.prompt_tokens or prompt_tokens
            completion_tokens = delta.completion_tokens or completion_tokens
        tokens = pieces if completion_tokens is None else completion_tokens
        decode_s = last_at - first_at
        yield Chunk(
            "",
            Stats(
                tokens=tokens,
                ttft_s=first_at - started,
                tokens_per_s=(tokens - 1) / decode_s if tokens > 1 and decode_s > 0 else 0.0,
                pictures_encoded=len(conversation.images),
                prefill_tokens=prompt_tokens or 0,
                finish="cancel" if cancel.is_set() else finish,
            ),
        )


def request(model: str, conversation: Conversation, options: Options) -> dict[str, Any]:
    """The body of a chat completion: pictures as PNG in data URLs, before their text."""
    messages: list[dict[str, Any]] = []
    if conversation.system:
        messages.append({"role": "system", "content": conversation.system})
    messages += [{"role": turn.role, "content": _content(turn)} for turn in conversation.turns]
    body: dict[str, Any] = {
        "model": model,
        "messages": messages,
        "max_tokens": options.max_tokens,
        "temperature": options.temperature,
        "stream": True,
        "stream_options": {"include_usage": True},
    }
    if options.temperature > 0:
        body["seed"] = options.seed
    return body


def _content(turn: Turn) -> str | list[dict[str, Any]]:
    if not turn.images:
        return turn.text
    pictures = [
        {"type": "image_url", "image_url": {"url": _data_url(image)}} for image in turn.images
    ]
    return [*pictures, {"type": "text", "text": turn.text}]


def _data_url(image: RenderedImage) -> str:
    """Pixels and nothing else, without loss."""
    stream = io.BytesIO()
    Image.fromarray(image.pixels).save(stream, format="PNG", compress_level=3)
    return f"data:image/png;base64,{base64.b64encode(stream.getvalue()).decode('ascii')}"
