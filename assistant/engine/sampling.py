"""Choosing the next token from logits."""

import numpy as np
from numpy.typing import NDArray

from assistant.engine.base import Options


class Sampler:
    """Greedy at temperature 0, else softmax sampling with the options' seed."""

    def __init__(self, options: Options) -> None:
        self._temperature = options.temperature
        self._random = np.random.default_rng(options.seed)

    def choose(self, logits: NDArray[np.float32]) -> int:
        """The next token's id from logits float32 (vocabulary,)."""
        if self._temperature <= 0:
            return int(np.argmax(logits))
        scaled = logits.astype(np.float64) / self._temperature
        weights = np.exp(scaled - scaled.max())
        return int(self._random.choice(weights.size, p=weights / weights.sum()))
