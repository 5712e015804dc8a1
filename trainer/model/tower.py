"""Qwen2-VL's vision tower for training on a CPU: the same numbers, whole batches at once.

transformers attends picture by picture, so that pictures of any size may be mixed. In
pre-training all pictures of a step have one size, and one matrix product serves them all.
"""

from contextlib import AbstractContextManager

import torch
from torch import Tensor, nn


def half_precision() -> AbstractContextManager[None]:
    """bfloat16 for matrix products where the processor has instructions for it, else nothing."""
    able = bool(torch.cpu._is_avx512_bf16_supported())
    context: AbstractContextManager[None] = torch.autocast("cpu", torch.bfloat16, enabled=able)
    return context


class Turns:
    """Rotary positions of pictures of one size."""

    def __init__(self, visual: nn.Module, grid: Tensor) -> None:
        """Tables for one picture of ``grid`` int64 (1, 3): float32 (T, head width) each."""
        with torch.no_grad():
            angles = visual.rot_pos_emb(grid)
        both = torch.cat((angles, angles), dim=-1)
        self.cos, self.sin = both.cos(), both.sin()

    def turn(self, x: Tensor) -> Tensor:
        """Queries or keys (..., T, head width), rotated."""
        first, second = x.chunk(2, dim=-1)
        turned = x * self.cos + torch.cat((-second, first), dim=-1) * self.sin
        return turned.to(x.dtype)


def see(visual: nn.Module, patches: Tensor, turns: Turns, count: int) -> tuple[Tensor, Tensor]:
    """What the tower makes of ``count`` pictures of one size.

    Args:
        visual: ``Qwen2VisionTransformerPretrainedModel``.
        patches: float32 (count * T, channels * times * patch * patch), one picture after another.
        turns: rotary positions of one picture.
        count: pictures.

    Returns:
        merged tokens (count, T / 4, width) and patch features (count, T, vision width).
    """
    x = patches @ visual.patch_embed.proj.weight.flatten(1).T
    x = x.view(count, -1, x.shape[-1])
    for block in visual.blocks:
        x = x + _attend(block.attn, block.norm1(x), turns)
        x = x + block.mlp(block.norm2(x))
    merged = visual.merger(x.flatten(0, 1))
    return merged.view(count, -1, merged.shape[-1]), x


def _attend(attention: nn.Module, x: Tensor, turns: Turns) -> Tensor:
    count, length, width = x.shape
    heads = attention.num_heads
    q, k, v = attention.qkv(x).view(count, length, 3, heads, -1).permute(2, 0, 3, 1, 4)
    # Written out: torch's fused attention is slower than this backwards on a CPU.
    q = turns.turn(q) * (width // heads) ** -0.5
    weights = (q @ turns.turn(k).mT).softmax(-1)
    joined: Tensor = attention.proj((weights.to(v.dtype) @ v).transpose(1, 2).flatten(2))
    return joined
