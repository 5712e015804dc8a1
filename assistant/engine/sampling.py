"""Choosing the next token from logits."""

import numpy as np
from numpy.typing import NDArray

from assistant.engine.base import Options
from assistant.errors import AssistantError


class Sampler:
    """Greedy at temperature 0, else softmax sampling with the options' seed."""

    def __init__(self, options: Options) -> None:
        self._temperature = options.temperature
        self._random = np.random.default_rng(options.seed)

    def choose(self, logits: NDArray[np.float32]) -> int:
        """The next token's id from logits float32 (vocabulary,).

        Raises:
            AssistantError: ENG-205 the arithmetic overflowed.
        """
        finite(logits)
        if self._temperature <= 0:
            return int(np.argmax(logits))
        scaled = logits.astype(np.float64) / self._temperature
        weights = np.exp(scaled - scaled.max())
        return int(self._random.choice(weights.size, p=weights / weights.sum()))


def finite(logits: NDArray[np.float32]) -> NDArray[np.float32]:
    """The logits themselves.

    Raises:
        AssistantError: ENG-205 the arithmetic overflowed.
    """
    if not np.isfinite(logits.max()):
        raise AssistantError(
            "ENG-205",
            "模型计算溢出，本次回答未完成。",
            next_step="请改用 OpenVINO INT4 格式的模型，或换一张支持 bfloat16 的显卡。",
        )
    return logits
