"""What the vision tower is asked during pre-training; thrown away afterwards."""

import torch
from torch import Tensor, nn
from torch.nn import functional

CELL = 28
"""Pixels along one side of a merged token."""


class Heads(nn.Module):
    """Linear readings of merged tokens, so that the language part can read them as easily.

    Every token answers for its own cell (shares of the classes, which lesions touch it) and for
    the whole slice (region, sign with side, size), which spreads the diagnosis over all tokens.
    """

    def __init__(self, width: int, classes: int, regions: int, signs: int, states: int) -> None:
        super().__init__()
        self.signs, self.states = signs, states
        self.share = nn.Linear(width, classes)
        self.touch = nn.Linear(width, classes)
        self.region = nn.Linear(width, regions)
        self.sign = nn.Linear(width, signs * states)
        self.size = nn.Linear(width, signs)

    def losses(self, tokens: Tensor, truth: "Targets") -> dict[str, Tensor]:
        """Losses by name.

        Args:
            tokens: float32 (B, T, width).
            truth: targets of the same batch.
        """
        count, length, width = tokens.shape
        tokens = functional.rms_norm(tokens, (width,))
        share = functional.cross_entropy(
            self.share(tokens).flatten(0, 1), truth.share.flatten(0, 1)
        )
        touch = functional.binary_cross_entropy_with_logits(
            self.touch(tokens), truth.touch, pos_weight=tokens.new_tensor(3.0)
        )
        region = _spread(self.region(tokens), truth.region)
        states = self.sign(tokens).view(count, length, self.signs, self.states)
        target = truth.sign[:, None].expand(-1, length, -1)
        sign = functional.cross_entropy(states.flatten(0, 2), target.flatten())
        known = ~truth.size.isnan()
        size = tokens.new_zeros(())
        if known.any():
            guess = self.size(tokens).mean(1)
            size = functional.smooth_l1_loss(guess[known], truth.size[known], beta=0.2)
        return {
            "share": share,
            "touch": touch * 10,
            "region": region,
            "sign": sign * 10,
            "size": size,
        }

    def read(self, tokens: Tensor) -> tuple[Tensor, Tensor]:
        """Region (B,) and sign states (B, signs) by the mean over tokens, int64."""
        tokens = functional.rms_norm(tokens, tokens.shape[-1:])
        states = self.sign(tokens).mean(1).view(len(tokens), self.signs, self.states)
        return self.region(tokens).mean(1).argmax(-1), states.argmax(-1)


class Targets:
    """Targets of a batch.

    Attributes:
        share: float32 (B, T, classes), part of the cell's pixels of each class.
        touch: float32 (B, T, classes), 1 where at least four pixels are of the class.
        region: int64 (B,). sign: int64 (B, signs). size: float32 (B, signs), log mm or NaN.
    """

    def __init__(
        self, labels: Tensor, classes: int, region: Tensor, sign: Tensor, size: Tensor
    ) -> None:
        count, height, width = labels.shape
        cells = labels.view(count, height // CELL, CELL, width // CELL, CELL)
        cells = cells.transpose(2, 3).reshape(-1, CELL * CELL)
        offset = torch.arange(len(cells))[:, None] * classes
        tally = torch.bincount((cells + offset).flatten(), minlength=len(cells) * classes)
        tally = tally.view(count, -1, classes).float()
        self.share = tally / (CELL * CELL)
        self.touch = (tally >= 4).float()
        self.region, self.sign, self.size = region, sign, size


def _spread(logits: Tensor, target: Tensor) -> Tensor:
    """Cross-entropy of one answer per picture, asked of every token."""
    length = logits.shape[1]
    return functional.cross_entropy(logits.flatten(0, 1), target.repeat_interleave(length))
