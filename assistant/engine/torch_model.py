"""A Qwen2-VL on torch: its vision tower, its language model, one KV cache a conversation."""

import logging
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import groupby
from statistics import median
from threading import Event
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from transformers import DynamicCache

from assistant.engine.parts import Steps
from assistant.engine.patches import PatchConfig, cut_patches
from assistant.engine.replay import LENGTHS, Record, Replay
from assistant.engine.sampling import finite
from assistant.imaging.slice import RenderedImage

PREFILL_POSITIONS = 1024
"""Computed before others have their turn; also bounds the working memory."""

TRIAL = (24, 8)
"""Positions of the prompt, and tokens after it, of the trial that decides about replaying."""

CLOSE = 0.05
"""Largest difference of its logits, relative to their spread, that arithmetic explains."""

_log = logging.getLogger(__name__)


class TorchVision:
    """Encodes pictures, one at a time."""

    def __init__(self, tower: Any, config: PatchConfig) -> None:
        self._tower = tower
        self.config = config

    def grid(self, height: int, width: int) -> tuple[int, int]:
        """Rows and columns of merged tokens for a picture of this size in pixels."""
        rows, columns = self.config.grid(height, width)
        return rows // self.config.merge_size, columns // self.config.merge_size

    def encode(self, image: RenderedImage, cancel: Event) -> Steps[torch.Tensor]:
        """Embeddings (tokens, hidden), in one step; cancelled, it stops between two blocks."""
        yield from ()
        return self._embeddings(image, cancel)

    @torch.inference_mode()
    def _embeddings(self, image: RenderedImage, cancel: Event) -> torch.Tensor:
        patches = cut_patches(image.pixels, self.config)
        device = self._tower.device
        values = torch.from_numpy(patches.values).to(device, self._tower.dtype)
        grid = torch.tensor([[1, patches.rows, patches.columns]], device=device)
        with _stops_between_blocks(self._tower.blocks, cancel):
            found = self._tower(values, grid_thw=grid)
        # transformers 4 gives the merged tokens, 5 an output that also holds them.
        embeddings: torch.Tensor = getattr(found, "pooler_output", found)
        return embeddings


@contextmanager
def _stops_between_blocks(blocks: Any, cancel: Event) -> Iterator[None]:
    def look(*_: object) -> None:
        if cancel.is_set():
            raise InterruptedError

    hooks = [block.register_forward_pre_hook(look) for block in blocks]
    try:
        yield
    finally:
        for hook in hooks:
            hook.remove()


class TorchLanguage:
    """Token embeddings, decoder and head, shared by all sessions."""

    piece = PREFILL_POSITIONS

    def __init__(self, model: Any) -> None:
        self._embeddings = model.get_input_embeddings()
        self._decoder = model.model.language_model
        self._head = model.lm_head
        self.replay: Replay | None = None

    @torch.inference_mode()
    def rows(
        self, keys: Sequence[int | tuple[str, int]], pictures: dict[str, torch.Tensor]
    ) -> torch.Tensor:
        """Input (n, hidden), on the model's device in its dtype."""
        parts: list[torch.Tensor] = []
        weight = self._embeddings.weight
        for picture, run in groupby(keys, lambda key: key[0] if isinstance(key, tuple) else None):
            if picture is None:
                ids = torch.tensor(list(run), device=weight.device)
                parts.append(self._embeddings(ids))
            else:
                index = torch.tensor(
                    [key[1] for key in run if isinstance(key, tuple)], device=weight.device
                )
                parts.append(pictures[picture][index].to(weight.dtype))
        return torch.cat(parts)

    def session(self) -> "TorchSession":
        """A new, empty KV cache."""
        return TorchSession(self._decoder, self._head, self.replay)

    def replay_if_better(self, record: Record) -> bool:
        """Replay decoding steps from now on, if a trial gives the same logits, and sooner."""
        prompt, tokens = TRIAL
        rows = self.rows(range(prompt + tokens), {})
        positions = np.tile(np.arange(prompt + tokens, dtype=np.int64), (3, 1))
        found: list[NDArray[np.float32]] = []
        seconds: list[float] = []
        try:
            for replay in (None, Replay(self._decoder, self._head, record)):
                session = TorchSession(self._decoder, self._head, replay)
                session.feed(rows[:prompt], positions[:, :prompt])
                logits, times = [], []
                for at in range(prompt, prompt + tokens):
                    began = time.perf_counter()
                    one = slice(at, at + 1)
                    logits.append(session.feed(rows[one], positions[:, one]))
                    times.append(time.perf_counter() - began)
                found.append(np.stack(logits))
                seconds.append(median(times))
            assert replay is not None
            widest = [
                replay.step(rows[one], positions[:, one], at, length).cpu().numpy()
                for length in LENGTHS
            ]
        except Exception as error:  # whatever it is, the engine works without
            _log.warning("decoding steps cannot be replayed: %s", type(error).__name__)
            return False
        away = max(np.abs(found[1] - found[0]).max(), np.abs(widest - found[0][-1]).max())
        close = bool(away <= CLOSE * found[0].std())
        _log.info("replay: close %s, %.1f ms for %.1f", close, *(1e3 * s for s in seconds[::-1]))
        if close and seconds[1] < seconds[0]:
            self.replay = replay
        return self.replay is not None

    def join(self, sessions: Sequence["TorchSession"]) -> "TorchBatch":
        """Copies of several sessions, to go on together."""
        return TorchBatch(self._decoder, self._head, sessions)


class TorchSession:
    """One conversation's KV cache.

    Args:
        decoder, head: of the model.
        replay: computes single positions, if there is one; what it adds is settled later.
    """

    def __init__(self, decoder: Any, head: Any, replay: Replay | None = None) -> None:
        self._decoder = decoder
        self._head = head
        self._replay = replay
        self._lent = 0
        self._cache = DynamicCache()

    @property
    def nbytes(self) -> int:
        """Bytes of the cache, without what is not settled yet."""
        return sum(
            part.nbytes
            for layer in self._cache.layers
            for part in (layer.keys, layer.values)
            if part is not None
        )

    @property
    def cache(self) -> DynamicCache:
        """Keys and values of every position."""
        self.settle()
        return self._cache

    def settle(self) -> None:
        """Take back the conversation from where it is replayed."""
        if self._replay is not None:
            self._replay.take_back(self, self._cache, self._lent)
            self._lent = 0

    def keep(self, length: int) -> int:
        """Forget every position from ``length`` on; how many are left."""
        length = min(length, self.cache.get_seq_length())
        surplus = self._cache.get_seq_length() - length
        if length == 0:
            self._cache = DynamicCache()
        elif surplus > 0:
            self._cache.crop(-surplus)
        return length

    @torch.inference_mode()
    def feed(self, rows: torch.Tensor, positions: NDArray[np.int64]) -> NDArray[np.float32]:
        """Append positions and return the logits float32 (vocabulary,) after the last.

        Raises:
            AssistantError: ENG-205 the arithmetic overflowed.
        """
        place = self._cache.get_seq_length() + self._lent
        if self._replay is not None and len(rows) == 1 and place and self._replay.fits(place + 1):
            self._replay.lend(self, self._cache)
            found = self._replay.step(rows, positions, place)
            self._lent += 1
        else:
            found = self._computed(rows, positions)
        return finite(found.cpu().numpy())

    def _computed(self, rows: torch.Tensor, positions: NDArray[np.int64]) -> torch.Tensor:
        hidden = self._decoder(
            inputs_embeds=rows[None],
            position_ids=torch.from_numpy(positions).to(rows.device)[:, None],
            past_key_values=self.cache,
            use_cache=True,
        ).last_hidden_state
        found: torch.Tensor = self._head(hidden[:, -1:])[0, 0].float()
        return found


class TorchBatch:
    """Several conversations' caches side by side, shorter ones padded on the left."""

    def __init__(self, decoder: Any, head: Any, sessions: Sequence[TorchSession]) -> None:
        self._decoder, self._head = decoder, head
        lengths = [session.cache.get_seq_length() for session in sessions]
        longest = max(lengths)
        mask = [[0] * (longest - length) + [1] * length for length in lengths]
        self._mask = torch.tensor(mask, device=decoder.device)
        self._cache = DynamicCache()
        for number in range(len(sessions[0].cache.layers)):
            layers = [session.cache.layers[number] for session in sessions]
            keys, values = (
                torch.cat([_padded(part, longest) for part in parts])
                for parts in zip(*((layer.keys, layer.values) for layer in layers), strict=True)
            )
            self._cache.update(keys, values, number)

    @torch.inference_mode()
    def feed(self, rows: torch.Tensor, positions: NDArray[np.int64]) -> NDArray[np.float32]:
        """Append a position (3, n) to each state; logits float32 (n, vocabulary) after them."""
        self._mask = torch.cat([self._mask, self._mask.new_ones(rows.shape[0], 1)], dim=1)
        hidden = self._decoder(
            inputs_embeds=rows[:, None],
            attention_mask=self._mask,
            position_ids=torch.from_numpy(positions).to(rows.device)[:, :, None],
            past_key_values=self._cache,
            use_cache=True,
        ).last_hidden_state
        logits: NDArray[np.float32] = self._head(hidden)[:, -1].float().cpu().numpy()
        return logits

    def keep(self, numbers: Sequence[int]) -> None:
        """Go on with some of the states only."""
        chosen = torch.tensor(list(numbers), device=self._mask.device)
        self._cache.batch_select_indices(chosen)
        self._mask = self._mask[chosen]


def _padded(part: torch.Tensor, length: int) -> torch.Tensor:
    """Keys or values (1, heads, n, head) with zeros before them."""
    return torch.nn.functional.pad(part, (0, 0, length - part.shape[2], 0))
