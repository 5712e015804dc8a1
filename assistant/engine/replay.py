"""One token after another at fixed addresses, so that an NVIDIA card replays a recorded graph.

Launching the hundreds of small kernels of a decoding step one by one takes a card many times
longer than computing them. A CUDA graph launches all of them at once, but works on the addresses
that it was recorded with: the keys and values of whoever is answered are copied there.
"""

import weakref
from collections.abc import Callable
from typing import Any, Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from transformers import DynamicCache

LENGTHS = (512, 1024, 2048, 4096)
"""A step attends to as many places as the least of these that suffice; longer talks go without."""

Step = Callable[[], torch.Tensor]
Record = Callable[[Step], Step]
"""From a step that computes into fixed places to one that does it again at one launch."""


class Owner(Protocol):
    """Whose keys and values lie in the slots."""

    def settle(self) -> None:
        """Take back what was added to them."""
        ...


class Slots:
    """Keys and values of one conversation at fixed addresses; stands in for a cache.

    Args:
        cache: whose number of layers, heads and dtype are taken.
        length: places.
    """

    is_compileable = False

    def __init__(self, cache: DynamicCache, length: int) -> None:
        shapes = [layer.keys for layer in cache.layers]
        self._keys = [_room(one, length) for one in shapes]
        self._values = [_room(one, length) for one in shapes]
        self.place = torch.zeros(1, dtype=torch.int64, device=shapes[0].device)
        self.visible = length

    def update(
        self, keys: torch.Tensor, values: torch.Tensor, layer: int, *_: Any, **__: Any
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Put one place (1, heads, 1, head) and see the first ``visible`` ones."""
        self._keys[layer].index_copy_(2, self.place, keys)
        self._values[layer].index_copy_(2, self.place, values)
        return self._keys[layer][:, :, : self.visible], self._values[layer][:, :, : self.visible]

    def get_seq_length(self, *_: Any) -> int:
        """Nothing reads it: positions and mask are given."""
        return 0

    def load(self, cache: DynamicCache) -> None:
        """Copy a conversation here; nothing is left of another.

        What is hidden weighs nothing, but nothing times an overflowed value is no number.
        """
        for layer, *slots in zip(cache.layers, self._keys, self._values, strict=True):
            for slot, kept in zip(slots, (layer.keys, layer.values), strict=True):
                length = kept.shape[2]
                slot[:, :, :length] = kept
                slot[:, :, length:] = 0

    def store(self, cache: DynamicCache, count: int) -> None:
        """Append to a cache the ``count`` places that follow its own; all of them or none."""
        start = cache.get_seq_length()
        added = slice(start, start + count)
        try:
            for number, (keys, values) in enumerate(zip(self._keys, self._values, strict=True)):
                cache.update(keys[:, :, added], values[:, :, added], number)
        except BaseException:
            for layer in cache.layers:  # of one the keys may be longer and not the values
                layer.keys, layer.values = layer.keys[:, :, :start], layer.values[:, :, :start]
            raise


def _room(like: torch.Tensor, length: int) -> torch.Tensor:
    return like.new_zeros((1, like.shape[1], length, like.shape[3]))


class Replay:
    """Decoding steps of one conversation at a time.

    Args:
        decoder, head: of the model.
        record: how a step is recorded.
    """

    def __init__(self, decoder: Any, head: Any, record: Record) -> None:
        self._decoder, self._head, self._record = decoder, head, record
        self._slots: Slots | None = None
        self._row = self._positions = torch.empty(0)
        self._steps: dict[int, Step] = {}
        self._owner: weakref.ref[Owner] | None = None

    def fits(self, length: int) -> bool:
        """Whether a conversation can grow to this length here."""
        return length <= LENGTHS[-1]

    def lend(self, owner: Owner, cache: DynamicCache) -> None:
        """Hold the conversation of ``owner``; whoever was here takes back theirs."""
        held = None if self._owner is None else self._owner()
        if held is owner:
            return
        if held is not None:
            held.settle()
        if self._slots is None:
            self._slots = Slots(cache, LENGTHS[-1])
        self._slots.load(cache)
        self._owner = weakref.ref(owner)

    def take_back(self, owner: Owner, cache: DynamicCache, count: int) -> None:
        """Append to its cache what was added here; no longer hold the conversation.

        Where memory runs out the conversation stays here, and its cache as it was.
        """
        if self._slots is None or self._owner is None or self._owner() is not owner:
            return
        if count:
            self._slots.store(cache, count)
        self._owner = None

    @torch.inference_mode()
    def step(
        self,
        row: torch.Tensor,
        positions: NDArray[np.int64],
        place: int,
        visible: int | None = None,
    ) -> torch.Tensor:
        """Logits float32 (vocabulary,) after one more input (1, hidden) at ``place``.

        Args:
            row, positions, place: the input, its positions (3, 1) and where it is put.
            visible: places attended to; None for as few as suffice.
        """
        assert self._slots is not None
        if not self._row.numel():
            self._row = row[None].clone()
            self._positions = torch.zeros((3, 1, 1), dtype=torch.int64, device=row.device)
        self._row.copy_(row[None])
        self._positions.copy_(torch.from_numpy(positions)[:, None])
        self._slots.place.fill_(place)
        self._slots.visible = visible or next(length for length in LENGTHS if place < length)
        step = self._steps.get(self._slots.visible)
        if step is None:
            step = self._steps[self._slots.visible] = self._record(self._compute)
        return step()

    def _compute(self) -> torch.Tensor:
        slots = self._slots
        assert slots is not None
        places = torch.arange(slots.visible, device=self._row.device)
        mask = torch.zeros(slots.visible, dtype=self._row.dtype, device=self._row.device)
        mask = mask.masked_fill(places > slots.place, torch.finfo(self._row.dtype).min)
        hidden = self._decoder(
            inputs_embeds=self._row,
            position_ids=self._positions,
            attention_mask={"full_attention": mask[None, None, None]},
            past_key_values=slots,
            use_cache=True,
        ).last_hidden_state
        found: torch.Tensor = self._head(hidden)[0, -1].float()
        return found


def record_graph(step: Step) -> Step:
    """Record a step as a CUDA graph; what it gives is overwritten by the next."""
    aside = torch.cuda.Stream()
    aside.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(aside):
        for _ in range(3):  # kernels choose their algorithms and take their workspaces
            step()
    torch.cuda.current_stream().wait_stream(aside)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        logits = step()

    def again() -> torch.Tensor:
        graph.replay()
        return logits

    return again
