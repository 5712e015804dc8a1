"""A conversation as the token positions of a Qwen2-VL prompt."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from assistant.dialogue.conversation import Conversation


@dataclass(frozen=True)
class Picture:
    """A picture's place in a prompt: ``rows * columns`` merged tokens of picture ``sha256``."""

    sha256: str
    rows: int
    columns: int


Piece = tuple[int, ...] | Picture


@dataclass(frozen=True)
class ChatTokens:
    """The ids of the special tokens that lay out a conversation."""

    start: int
    end: int
    end_of_text: int
    vision_start: int
    vision_end: int
    image_pad: int

    @property
    def ends(self) -> frozenset[int]:
        """What ends an answer."""
        return frozenset((self.end, self.end_of_text))

    @classmethod
    def of(cls, tokenizer: Tokenizer) -> "ChatTokens":
        """Look the special tokens up by their Qwen2-VL names.

        Raises:
            KeyError: the vocabulary lacks one.
        """

        def find(name: str) -> int:
            found = tokenizer.token_to_id(name)
            if found is None:
                raise KeyError(name)
            return int(found)

        return cls(
            start=find("<|im_start|>"),
            end=find("<|im_end|>"),
            end_of_text=find("<|endoftext|>"),
            vision_start=find("<|vision_start|>"),
            vision_end=find("<|vision_end|>"),
            image_pad=find("<|image_pad|>"),
        )


class PromptWriter:
    """Lays conversations out as Qwen2-VL's chat template does.

    What people type is never read as a special token.
    """

    def __init__(self, tokenizer: Tokenizer) -> None:
        tokenizer.encode_special_tokens = True
        self._tokenizer = tokenizer
        self.special = ChatTokens.of(tokenizer)

    def write(
        self,
        conversation: Conversation,
        grid_of: Callable[[int, int], tuple[int, int]],
        spoken: Mapping[str, tuple[int, ...]],
        *,
        to_question: bool = False,
    ) -> tuple[Piece, ...]:
        """The prompt up to where the assistant's answer begins.

        Args:
            conversation: ends with a user turn.
            grid_of: merged token rows and columns of a picture of (H, W) pixels.
            spoken: ids of answers this engine gave, by text; decoding and encoding again
                need not give the same ids, and then nothing kept would fit.
            to_question: end before the text of the last turn, which is not known yet.
        """
        pieces: list[Piece] = [(self.special.start, *self._ids(f"system\n{conversation.system}"))]
        for turn in conversation.turns:
            pieces.append(self._opening(turn.role))
            for image in turn.images:
                rows, columns = grid_of(image.pixels.shape[0], image.pixels.shape[1])
                pieces.append((self.special.vision_start,))
                pieces.append(Picture(image.sha256, rows, columns))
                pieces.append((self.special.vision_end,))
            if to_question and turn is conversation.turns[-1]:
                return tuple(pieces)
            kept = spoken.get(turn.text) if turn.role == "assistant" else None
            pieces.append(kept if kept is not None else self._ids(turn.text))
        pieces.append(self._opening("assistant"))
        return tuple(piece for piece in pieces if piece)

    def _opening(self, role: str) -> tuple[int, ...]:
        return (self.special.end, *self._ids("\n"), self.special.start, *self._ids(f"{role}\n"))

    def _ids(self, text: str) -> tuple[int, ...]:
        whole = text.encode("utf-8", "replace").decode("utf-8")  # half a character is none
        return tuple(self._tokenizer.encode(whole, add_special_tokens=False).ids)


@dataclass(frozen=True, eq=False)
class Layout:
    """A prompt, position by position.

    Attributes:
        keys: (length,) of what stands at each position: a token id, or a picture's hash and
            the index within it. Equal keys mean equal input, so a kept prefix can be reused.
        positions: int64 (3, length), the temporal, row and column position (M-RoPE).
        next_position: the position of the first token after the prompt.
    """

    keys: tuple[int | tuple[str, int], ...]
    positions: NDArray[np.int64]
    next_position: int


def lay_out(pieces: Sequence[Piece]) -> Layout:
    """Number the positions: text counts up on all three axes, a picture spans a grid."""
    keys: list[int | tuple[str, int]] = []
    blocks: list[NDArray[np.int64]] = []
    position = 0
    for piece in pieces:
        if isinstance(piece, Picture):
            rows, columns = np.indices((piece.rows, piece.columns)).reshape(2, -1)
            blocks.append(position + np.stack([np.zeros_like(rows), rows, columns]))
            keys.extend((piece.sha256, index) for index in range(rows.size))
            position += max(piece.rows, piece.columns)
        else:
            steps = position + np.arange(len(piece))
            blocks.append(np.broadcast_to(steps, (3, len(piece))))
            keys.extend(piece)
            position += len(piece)
    return Layout(tuple(keys), np.concatenate(blocks, axis=1).astype(np.int64), position)


def common_prefix(kept: Sequence[object], wanted: Sequence[object]) -> int:
    """How many leading positions are the same."""
    length = min(len(kept), len(wanted))
    return next((i for i in range(length) if kept[i] != wanted[i]), length)
