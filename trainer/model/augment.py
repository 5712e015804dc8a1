"""From stored slices to what a training step sees: never twice the same picture."""

import math

import torch
from torch import Tensor
from torch.nn import functional

from trainer.model.schedule import Jitter

MEAN = (0.48145466, 0.4578275, 0.40821073)
STD = (0.26862954, 0.26130258, 0.27577711)
"""Normalisation of Qwen2-VL's image processor."""

_BORDERS = (0.0, 0.0, 0.12, 0.24, 0.94)
"""Grey levels of what surrounds a picture on a screen."""


def transforms(mirrored: Tensor, jitter: Jitter, generator: torch.Generator) -> Tensor:
    """Random similarity transforms, float32 (B, 2, 3) for ``affine_grid``.

    A scale above 1 shows the body smaller than stored.

    Args:
        mirrored: bool (B,), which pictures are turned left to right.
        jitter: how far a transform may go.
        generator: of everything random.
    """
    count = len(mirrored)

    def spread(limit: float) -> Tensor:
        return (torch.rand(count, generator=generator) * 2 - 1) * limit

    scale = torch.exp(spread(math.log1p(jitter.zoom)))
    angle = spread(math.radians(jitter.degrees))
    cos, sin = scale * torch.cos(angle), scale * torch.sin(angle)
    rows = [cos, -sin, spread(2 * jitter.shift), sin, cos, spread(2 * jitter.shift)]
    theta = torch.stack(rows, dim=1).view(count, 2, 3)
    theta[:, :, 0] *= 1 - 2 * mirrored.float()[:, None]
    return theta


def warp(hu: Tensor, labels: Tensor, theta: Tensor, size: int) -> tuple[Tensor, Tensor]:
    """Transformed HU float32 (B, size, size) and labels int64 (B, size, size); air outside."""
    grid = functional.affine_grid(theta, [len(hu), 1, size, size], align_corners=False)
    moved = functional.grid_sample(
        hu.float()[:, None] + 1024, grid, mode="bilinear", align_corners=False
    )
    classes = functional.grid_sample(
        labels.float()[:, None], grid, mode="nearest", align_corners=False
    )
    return moved[:, 0] - 1024, classes[:, 0].long()


def show(hu: Tensor, windows: Tensor, jitter: Jitter, generator: torch.Generator) -> Tensor:
    """Grey levels in 0..1, float32 (B, H, W): window, contrast, noise, blur, eight bits, marks."""
    count = len(hu)

    def draw(low: float, high: float) -> Tensor:
        return (torch.rand(count, generator=generator) * (high - low) + low)[:, None, None]

    width = windows[:, 1, None, None] * torch.exp(draw(-jitter.window, jitter.window))
    center = windows[:, 0, None, None] + width * draw(-jitter.window, jitter.window) * 0.5
    grey = ((hu - center) / width + 0.5).clamp(0, 1)
    soft = functional.avg_pool2d(grey[:, None], 3, stride=1, padding=1)[:, 0]
    grey = torch.lerp(grey, soft, draw(-0.3, 0.6))
    strength = draw(0, 1) ** 3 * jitter.noise
    grey = grey + torch.randn(grey.shape, generator=generator) * strength
    grey = grey.clamp(0, 1) ** torch.exp(draw(-0.15, 0.15))
    return mark(torch.round(grey * 255) / 255, jitter.marks, generator)


def mark(grey: Tensor, share: float, generator: torch.Generator) -> Tensor:
    """Viewers' text, as rows of dashes in the corners, and screenshots' borders; in place.

    Args:
        grey: float32 (B, H, W) in 0..1.
        share: of pictures with text; half as many have a border.
        generator: of everything random.
    """

    def below(limit: int) -> int:
        return int(torch.randint(limit, (), generator=generator))

    count, height, width = grey.shape
    chance = torch.rand(count, 2, generator=generator)
    for index in torch.nonzero(chance[:, 0] < share).flatten().tolist():
        tone = 0.65 + 0.35 * torch.rand((), generator=generator)
        for corner in range(4):
            for row in range(below(4)):
                long, tall = width // 12 + below(width // 5), max(2, height // 48)
                top, left = 2 + 2 * row * tall, 2
                top = height - top - tall if corner & 1 else top
                left = width - left - long if corner & 2 else left
                text = grey[index, top : top + tall, left : left + long]
                text[torch.rand(text.shape, generator=generator) < 0.55] = tone
    for index in torch.nonzero(chance[:, 1] < share / 2).flatten().tolist():
        tone = torch.tensor(_BORDERS)[below(len(_BORDERS))]
        top, left = below(height // 12), below(width // 12)
        bottom, right = height - below(height // 12), width - below(width // 12)
        inner = grey[index, top:bottom, left:right].clone()
        grey[index] = tone
        grey[index, top:bottom, left:right] = inner
    return grey


def patchify(grey: Tensor, patch: int = 14, merge: int = 2) -> tuple[Tensor, Tensor]:
    """Patches as Qwen2-VL's image processor orders them.

    Args:
        grey: float32 (B, H, W) in 0..1; H and W multiples of ``patch * merge``.

    Returns:
        float32 (B * H/patch * W/patch, 3 * 2 * patch * patch) and the grid int64 (B, 3).
    """
    count, height, width = grey.shape
    rows, columns = height // patch, width // patch
    mean, std = grey.new_tensor(MEAN), grey.new_tensor(STD)
    x = grey.view(count, rows // merge, merge, patch, columns // merge, merge, patch)
    x = x.permute(0, 1, 4, 2, 5, 3, 6).reshape(-1, 1, 1, patch * patch)
    x = (x - mean.view(1, 3, 1, 1)) / std.view(1, 3, 1, 1)
    x = x.expand(-1, 3, 2, -1).reshape(count * rows * columns, -1)
    return x, torch.tensor([[1, rows, columns]] * count)
