"""One answer as it is told, token by token: its text, its end, what it cost."""

from collections.abc import Callable, Collection
from time import perf_counter
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer
from tokenizers.decoders import DecodeStream

from assistant.engine.base import Options, Stats
from assistant.engine.sampling import Sampler

Finish = Literal["stop", "length", "cancel"]


class Telling:
    """Chooses tokens from logits and turns them into text.

    Args:
        tokenizer: of the model.
        ends: tokens that end an answer.
        options: how to choose.
        room: most tokens that fit into the context.
        started: when the answer was asked for, of ``perf_counter``.
    """

    def __init__(
        self,
        tokenizer: Tokenizer,
        ends: Collection[int],
        options: Options,
        *,
        room: int,
        started: float,
    ) -> None:
        self._decode: Callable[[int], str | None] = _decoding(tokenizer)
        self._ends = ends
        self._sampler = Sampler(options)
        self._most = min(options.max_tokens, room)
        self._started = started
        self._first_text_at = self._first_token_at = self._last_at = started
        self._texts: list[str] = []
        self.ids: list[int] = []
        self.finish: Finish | None = None if self._most > 0 else "length"

    @property
    def text(self) -> str:
        """Everything told so far."""
        return "".join(self._texts)

    def hear(self, logits: NDArray[np.float32]) -> str:
        """Choose the next token; the text that it completes, "" if none."""
        token = self._sampler.choose(logits)
        self._last_at = perf_counter()
        if not self.ids:
            self._first_token_at = self._last_at
        if token in self._ends:
            self.finish = "stop"
            return ""
        self.ids.append(token)
        if len(self.ids) >= self._most:
            self.finish = "length"
        text = self._decode(token) or ""
        if text:
            if not self._texts:
                self._first_text_at = perf_counter()
            self._texts.append(text)
        return text

    def stats(self, *, encoded: int, prefilled: int) -> Stats:
        """What it cost; an answer without an end was cancelled."""
        decode_s = self._last_at - self._first_token_at
        count = len(self.ids)
        return Stats(
            tokens=count,
            ttft_s=self._first_text_at - self._started,
            tokens_per_s=(count - 1) / decode_s if count > 1 and decode_s > 0 else 0.0,
            pictures_encoded=encoded,
            prefill_tokens=prefilled,
            finish=self.finish or "cancel",
        )


def _decoding(tokenizer: Tokenizer) -> Callable[[int], str | None]:
    stream = DecodeStream(skip_special_tokens=True)
    return lambda token: stream.step(tokenizer, token)
