"""A Qwen2-VL on torch: its vision tower, its language model, one KV cache a conversation."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import groupby
from threading import Event
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from transformers import DynamicCache

from assistant.engine.patches import PatchConfig, cut_patches
from assistant.errors import AssistantError
from assistant.imaging.slice import RenderedImage

PREFILL_TOKENS = 1024
"""Positions computed between two looks at ``cancel``; also bounds the working memory."""


class TorchVision:
    """Encodes pictures, one at a time."""

    def __init__(self, tower: Any, config: PatchConfig) -> None:
        self._tower = tower
        self.config = config

    def grid(self, height: int, width: int) -> tuple[int, int]:
        """Rows and columns of merged tokens for a picture of this size in pixels."""
        rows, columns = self.config.grid(height, width)
        return rows // self.config.merge_size, columns // self.config.merge_size

    @torch.inference_mode()
    def encode(self, image: RenderedImage, cancel: Event) -> torch.Tensor:
        """Embeddings (tokens, hidden); a cancelled encoding stops between two blocks."""
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

    def __init__(self, model: Any) -> None:
        self._embeddings = model.get_input_embeddings()
        self._decoder = model.model.language_model
        self._head = model.lm_head

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
        return TorchSession(self._decoder, self._head)


class TorchSession:
    """One conversation's KV cache."""

    def __init__(self, decoder: Any, head: Any) -> None:
        self._decoder = decoder
        self._head = head
        self._cache = DynamicCache()

    @property
    def nbytes(self) -> int:
        """Bytes of the cache."""
        return sum(
            part.nbytes
            for layer in self._cache.layers
            for part in (layer.keys, layer.values)
            if part is not None
        )

    def keep(self, length: int) -> int:
        """Forget every position from ``length`` on."""
        surplus = self._cache.get_seq_length() - length
        if length == 0:
            self._cache = DynamicCache()
        elif surplus > 0:
            self._cache.crop(-surplus)
        return length

    @torch.inference_mode()
    def feed(
        self, rows: torch.Tensor, positions: NDArray[np.int64], cancel: Event
    ) -> NDArray[np.float32]:
        """Append positions and return the logits float32 (vocabulary,) after the last.

        Raises:
            InterruptedError: cancelled; some positions may have been appended.
            AssistantError: ENG-205 the arithmetic overflowed.
        """
        places = torch.from_numpy(positions).to(rows.device)
        for start in range(0, rows.shape[0], PREFILL_TOKENS):
            if cancel.is_set():
                raise InterruptedError
            piece = slice(start, start + PREFILL_TOKENS)
            hidden = self._decoder(
                inputs_embeds=rows[None, piece],
                position_ids=places[:, None, piece],
                past_key_values=self._cache,
                use_cache=True,
            ).last_hidden_state
        logits: NDArray[np.float32] = self._head(hidden[:, -1:])[0, 0].float().cpu().numpy()
        if not np.isfinite(logits.max()):
            raise AssistantError(
                "ENG-205",
                "模型计算溢出，本次回答未完成。",
                next_step="请改用 OpenVINO INT4 格式的模型，或换一张支持 bfloat16 的显卡。",
            )
        return logits
