"""What the vision tower is asked during pre-training; thrown away afterwards."""

import math

import torch
from torch import Tensor, nn
from torch.nn import functional

from assistant.report.lexicon import REGIONS
from trainer.model.dense import CLASSES, FINDING_CLASSES, NOWHERE, SIDES, SIGNS, SITES

CELL = 28
"""Pixels along one side of a merged token."""

PATCH = 14
"""Pixels along one side of a patch."""

DOTS = 4
"""Points along one side of a patch whose class the patch must name: one in 3.5 pixels."""

LENGTHS = 20
SHORTEST, LONGEST = math.log(5), math.log(110)
"""Lengths that a token tells apart: so many, evenly in log mm, one in about 18 %."""

ENOUGH = 4
"""Pixels of a class that touch a cell."""

SHIFT = SIGNS.index("中线移位")
RIGHT, LEFT = (1 + SIDES.index(side) for side in ("右", "左"))
SHIFT_MM = 10.0
"""Unit of the midline's displacement."""

SIGN_WEIGHT = 4.0
"""How much more a present sign counts than an absent one: unweighted, "none" is hard to leave."""


class Heads(nn.Module):
    """Linear readings of merged tokens, so that the language part can read them as easily.

    Before merging, every patch must name the class of ``DOTS`` x ``DOTS`` points in it: the
    richest lesson, a segmentation. Of its own cell a token must say the shares of the classes,
    what touches it, and where in the picture it lies (the tower knows relative places only, and
    a side needs an absolute one).
    A sign with its side is read from whichever token shows it best (a soft maximum over the
    tokens), as attention of the language part can; its size from the same tokens. Every token
    must also know the region, what is present anywhere, and how far a brain's midline lies off
    centre. A token that a finding touches names the finding's length and its site as classes,
    whichever finding it is: what the language part has to learn about them, it then learns once.
    """

    def __init__(self, width: int, inner: int, rarity: Tensor) -> None:
        """Heads for tokens ``width`` wide, of patches ``inner`` wide.

        ``rarity`` float32 (CLASSES,) weighs a touch of each class.
        """
        super().__init__()
        self.register_buffer("rarity", rarity, persistent=False)
        seen = torch.tensor([1.0] + [SIGN_WEIGHT] * len(SIDES))
        self.register_buffer("seen", seen, persistent=False)
        self.dots = nn.Linear(inner, DOTS * DOTS * CLASSES)
        self.share = nn.Linear(width, CLASSES)
        self.touch = nn.Linear(width, CLASSES)
        self.place = nn.Linear(width, 2)
        self.region = nn.Linear(width, len(REGIONS))
        self.sign = nn.Linear(width, len(SIGNS) * len(SIDES))
        self.heard = nn.Linear(width, len(SIGNS))
        self.size = nn.Linear(width, len(SIGNS))
        self.length = nn.Linear(width, LENGTHS)
        self.site = nn.Linear(width, len(SITES))
        self.shift = nn.Linear(width, 1)

    def losses(self, tokens: Tensor, patches: Tensor, truth: "Targets") -> dict[str, Tensor]:
        """Losses by name.

        Args:
            tokens: float32 (B, T, width).
            patches: float32 (B, 4 T, inner), in the tower's order.
            truth: targets of the same batch.
        """
        length, width = tokens.shape[1:]
        tokens = functional.rms_norm(tokens, (width,))
        evidence = self._evidence(tokens)
        share, touch, place = self.share(tokens), self.touch(tokens), self.place(tokens)
        here = (truth.sign > 0).float()[:, None].expand(-1, length, -1)
        region = self.region(tokens).flatten(0, 1)
        dots = self.dots(functional.layer_norm(patches, patches.shape[-1:])).float()
        dots = dots.view(-1, CLASSES)
        return {
            "dots": 3 * functional.cross_entropy(dots, truth.dots.flatten(), self.rarity),
            "share": functional.cross_entropy(share.flatten(0, 1), truth.share.flatten(0, 1)),
            "touch": 10 * _binary(touch, truth.touch, self.rarity),
            "place": functional.mse_loss(place, truth.place.expand_as(place)),
            "region": functional.cross_entropy(region, truth.region.repeat_interleave(length)),
            "sign": 10 * self._sign_loss(evidence, truth.sign),
            "heard": 3 * _binary(self.heard(tokens), here, self.seen[-1]),
            "size": 3 * self._size_loss(tokens, evidence, truth.size),
            "length": 3 * _touched_loss(self.length(tokens).float(), truth.length),
            "site": 3 * _touched_loss(self.site(tokens).float(), truth.site),
            "shift": 3 * self._shift_loss(tokens, truth.shift),
        }

    def read(self, tokens: Tensor) -> tuple[Tensor, Tensor]:
        """Region (B,) and sign states (B, signs), int64."""
        tokens = functional.rms_norm(tokens, tokens.shape[-1:])
        states = _pooled(self._evidence(tokens))
        return self.region(tokens).mean(1).argmax(-1), states.argmax(-1)

    def _evidence(self, tokens: Tensor) -> Tensor:
        """Logits of a sign on each side, (B, T, SIGNS, SIDES)."""
        return self.sign(tokens).unflatten(-1, (len(SIGNS), len(SIDES)))

    def _sign_loss(self, evidence: Tensor, truth: Tensor) -> Tensor:
        states = _pooled(evidence).flatten(0, 1)
        return functional.cross_entropy(states, truth.flatten(), weight=self.seen)

    def _size_loss(self, tokens: Tensor, evidence: Tensor, truth: Tensor) -> Tensor:
        known = ~truth.isnan()
        if not known.any():
            return tokens.new_zeros(())
        weight = evidence.amax(-1).detach().softmax(1)
        guess = (self.size(tokens) * weight).sum(1)
        return functional.smooth_l1_loss(guess[known], truth[known], beta=0.2)

    def _shift_loss(self, tokens: Tensor, truth: Tensor) -> Tensor:
        heads = ~truth.isnan()
        if not heads.any():
            return tokens.new_zeros(())
        guess = self.shift(tokens[heads])[..., 0].float()
        return functional.smooth_l1_loss(guess, truth[heads, None].expand_as(guess), beta=0.2)


def _pooled(evidence: Tensor) -> Tensor:
    """Logits of every state of a slice, (B, SIGNS, 1 + SIDES), absent first at 0."""
    best = evidence.logsumexp(1) - math.log(evidence.shape[1])
    return functional.pad(best, (1, 0))


def _binary(logits: Tensor, truth: Tensor, weight: Tensor) -> Tensor:
    return functional.binary_cross_entropy_with_logits(logits, truth, pos_weight=weight)


def _touched_loss(logits: Tensor, truth: Tensor) -> Tensor:
    """Mean over the touched tokens of a slice, then over the slices with any.

    Args:
        logits: float32 (B, T, classes).
        truth: shares of the classes, summing to 1 where a finding touches the token, else to 0.
    """
    touched = truth.sum(-1)
    count = touched.sum(1)
    if not count.any():
        return logits.new_zeros(())
    each = functional.cross_entropy(logits.flatten(0, 1), truth.flatten(0, 1), reduction="none")
    slices = (each.view_as(touched) * touched).sum(1)[count > 0] / count[count > 0]
    return slices.mean()


def rarity(labels: Tensor) -> Tensor:
    """Weight of each class, float32 (CLASSES,): root of how rarely it touches a cell.

    Args:
        labels: uint8 (N, S, S), S at least ``CELL``; a few hundred slices suffice.
    """
    size = labels.shape[-1] // CELL * CELL
    touch = (_tally(labels[:, :size, :size].long()) >= ENOUGH).float().mean((0, 1))
    return ((1 - touch) / touch.clamp(min=1e-4)).sqrt().clamp(1, 25)


class Targets:
    """Targets of a batch.

    Attributes:
        share: float32 (B, T, CLASSES), part of the cell's pixels of each class.
        touch: float32 (B, T, CLASSES), 1 where at least ``ENOUGH`` pixels are of the class.
        place: float32 (T, 2), column and row in -1..1.
        dots: int64 (B, 4 T, DOTS * DOTS), class of points of every patch, in the tower's order.
        region: int64 (B,). sign: int64 (B, signs). size: float32 (B, signs), log mm or NaN.
        length: float32 (B, T, LENGTHS), shares of the two nearest lengths where a finding of
            known size touches the cell, elsewhere 0.
        site: float32 (B, T, SITES), 1 at the site where a finding that has one touches the cell.
        shift: float32 (B,), how far the midline lies to the right, in ``SHIFT_MM``; 0 where no
            shift is known, NaN where there is no brain.
    """

    def __init__(
        self, labels: Tensor, region: Tensor, sign: Tensor, size: Tensor, site: Tensor
    ) -> None:
        """Targets of pictures whose pixels have the classes ``labels``, int64 (B, H, W).

        ``site`` is int64 (B, signs), as ``DenseSlices`` has it.
        """
        height, width = labels.shape[1:]
        tally = _tally(labels)
        self.share = tally / (CELL * CELL)
        self.dots = _dots(labels)
        self.touch = (tally >= ENOUGH).float()
        across = torch.linspace(-1, 1, width // CELL), torch.linspace(-1, 1, height // CELL)
        columns, rows = torch.meshgrid(*across, indexing="xy")
        self.place = torch.stack([columns, rows], dim=-1).flatten(0, 1)
        self.region, self.sign, self.size = region, sign, size
        found = tally[..., list(FINDING_CLASSES)]
        self.length = _lengths(found, size[:, : len(FINDING_CLASSES)])
        self.site = _sites(found, site[:, : len(FINDING_CLASSES)])
        towards = (sign[:, SHIFT] == RIGHT).float() - (sign[:, SHIFT] == LEFT).float()
        self.shift = towards * size[:, SHIFT].nan_to_num().exp() / SHIFT_MM
        self.shift[region != REGIONS.index("头颅")] = math.nan


def _tally(labels: Tensor) -> Tensor:
    """Pixels of each class in each cell of (B, H, W): float32 (B, T, CLASSES)."""
    count, height, width = labels.shape
    cells = labels.view(count, height // CELL, CELL, width // CELL, CELL)
    cells = cells.transpose(2, 3).reshape(-1, CELL * CELL)
    offset = torch.arange(len(cells))[:, None] * CLASSES
    tally = torch.bincount((cells + offset).flatten(), minlength=len(cells) * CLASSES)
    return tally.view(count, -1, CLASSES).float()


def _lengths(found: Tensor, size: Tensor) -> Tensor:
    """Lengths of what touches each cell, of pixels (B, T, findings) and log mm (B, findings)."""
    known = found * ~size.isnan()[:, None]
    pixels, which = known.max(-1)
    touched = pixels >= ENOUGH
    at = (size.nan_to_num().gather(1, which) - SHORTEST) / (LONGEST - SHORTEST) * (LENGTHS - 1)
    at = at.clamp(0, LENGTHS - 1)
    below = at.floor().clamp(max=LENGTHS - 2)
    above = ((at - below) * touched)[..., None]
    shares = found.new_zeros(*which.shape, LENGTHS)
    shares.scatter_(-1, below.long()[..., None], touched.float()[..., None] - above)
    return shares.scatter_(-1, below.long()[..., None] + 1, above)


def _sites(found: Tensor, site: Tensor) -> Tensor:
    """Sites of what touches each cell, of pixels (B, T, findings) and indices (B, findings)."""
    pixels, which = (found * (site != NOWHERE)[:, None]).max(-1)
    at = site.clamp(min=0).gather(1, which)
    shares = functional.one_hot(at, len(SITES)) * (pixels >= ENOUGH)[..., None]
    return shares.float()


def _dots(labels: Tensor) -> Tensor:
    """Classes of points of (B, H, W): int64 (B, patches, DOTS * DOTS), a cell's together."""
    count, height, width = labels.shape
    rows = ((torch.arange(height // PATCH * DOTS) + 0.5) * PATCH / DOTS).long()
    columns = ((torch.arange(width // PATCH * DOTS) + 0.5) * PATCH / DOTS).long()
    points = labels[:, rows][:, :, columns]
    points = points.view(count, height // CELL, 2, DOTS, width // CELL, 2, DOTS)
    return points.permute(0, 1, 4, 2, 5, 3, 6).reshape(count, -1, DOTS * DOTS)
