"""How likely given answers are to begin, from the logits after a prompt."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from assistant.errors import AssistantError


def first_tokens(tokenizer: Tokenizer, answers: Sequence[str]) -> tuple[int, ...]:
    """The token that each answer begins with.

    Raises:
        AssistantError: ENG-104 an answer has no token, or two begin with the same one.
    """
    encoded = [tokenizer.encode(answer, add_special_tokens=False).ids for answer in answers]
    first = tuple(int(ids[0]) for ids in encoded if ids)
    if len(first) < len(answers) or len(set(first)) < len(first):
        raise AssistantError(
            "ENG-104",
            f"备选回答（{'、'.join(answers)}）的第一个词元相同或为空，算不出各自的概率。",
            next_step="请换用开头不同的备选回答。",
        )
    return first


def likelihoods(logits: NDArray[np.float32], tokens: Sequence[int]) -> tuple[float, ...]:
    """Probabilities of tokens under logits float32 (vocabulary,)."""
    weights = np.exp(logits.astype(np.float64) - float(logits.max()))
    return tuple(float(weights[token] / weights.sum()) for token in tokens)
