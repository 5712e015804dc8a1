"""The shape of the small Qwen2-VL model that the trainer builds from nothing."""

import math
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict, Field

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerFast, Qwen2VLForConditionalGeneration

PATCH = 14
"""Pixels along one side of a vision patch, fixed by the architecture."""

MERGE = 2
"""Patches along one side of a merged token, fixed by the architecture."""


class Shape(BaseModel):
    """Sizes of the model; heads of the language part are 64 wide.

    Attributes:
        vocab: tokens of the vocabulary, special ones included.
        picture: pixels along one side of a square picture after resizing, a multiple of 28.
        vision_width, vision_depth, vision_heads: of the vision tower.
        width, depth, heads, kv_heads, inner: of the language part.
        context: longest sequence, picture tokens included.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    vocab: int = Field(default=3000, ge=400, le=32000)
    picture: int = Field(default=252, ge=56, le=1008, multiple_of=PATCH * MERGE)
    vision_width: int = Field(default=192, ge=32, le=1280, multiple_of=16)
    vision_depth: int = Field(default=6, ge=1, le=32)
    vision_heads: int = Field(default=6, ge=1, le=16)
    width: int = Field(default=256, ge=64, le=2048)
    depth: int = Field(default=5, ge=1, le=32)
    heads: int = Field(default=4, ge=1, le=32)
    kv_heads: int = Field(default=2, ge=1, le=32)
    inner: int = Field(default=768, ge=64, le=8192)
    context: int = Field(default=2048, ge=256, le=32768)


def build_model(
    shape: Shape, tokenizer: "PreTrainedTokenizerFast"
) -> "Qwen2VLForConditionalGeneration":
    """A model of this shape with random float32 weights; seed torch before the call."""
    from transformers import Qwen2VLConfig, Qwen2VLForConditionalGeneration

    special = {
        name: tokenizer.convert_tokens_to_ids(token)
        for name, token in {
            "image_token_id": "<|image_pad|>",
            "video_token_id": "<|video_pad|>",
            "vision_start_token_id": "<|vision_start|>",
            "vision_end_token_id": "<|vision_end|>",
        }.items()
    }
    text = {
        "vocab_size": len(tokenizer),
        "hidden_size": shape.width,
        "intermediate_size": shape.inner,
        "num_hidden_layers": shape.depth,
        "num_attention_heads": shape.heads,
        "num_key_value_heads": shape.kv_heads,
        "head_dim": shape.width // shape.heads,
        "max_position_embeddings": shape.context,
        "rope_theta": 10000.0,
        # Half of a head's width, shared by time, row and column as in Qwen2-VL (1 : 1.5 : 1.5).
        "rope_scaling": {"type": "mrope", "mrope_section": _sections(shape.width // shape.heads)},
        "tie_word_embeddings": True,
        "bos_token_id": tokenizer.convert_tokens_to_ids("<|endoftext|>"),
        "eos_token_id": tokenizer.convert_tokens_to_ids("<|im_end|>"),
        "pad_token_id": tokenizer.convert_tokens_to_ids("<|endoftext|>"),
    }
    vision = {
        "depth": shape.vision_depth,
        "embed_dim": shape.vision_width,
        "hidden_size": shape.width,
        "num_heads": shape.vision_heads,
        # One fused kernel on a CPU; quick_gelu is three passes over memory.
        "hidden_act": "gelu",
        "mlp_ratio": 4,
        "in_channels": 3,
        "patch_size": PATCH,
        "spatial_merge_size": MERGE,
        "temporal_patch_size": 2,
    }
    config = Qwen2VLConfig(
        text_config=text,
        vision_config=vision,
        tie_word_embeddings=True,
        architectures=["Qwen2VLForConditionalGeneration"],
        **special,
    )
    model = Qwen2VLForConditionalGeneration(config)
    see_patches_as_cosines(model)
    return model


def see_patches_as_cosines(model: "Qwen2VLForConditionalGeneration") -> None:
    """Start the patch embedding as a whitened cosine transform of the patch's grey levels.

    Random filters see little but a patch's mean. The lowest frequencies, each scaled to about
    the same variance in pictures, hold all of a patch from the first step on. A network with
    more channels than frequencies keeps its random filters in the rest.
    """
    import torch

    weights = model.model.visual.patch_embed.proj.weight
    channels, colours, times = weights.shape[:3]
    place = (torch.arange(PATCH) + 0.5) * math.pi / PATCH
    waves = torch.cos(torch.arange(PATCH)[:, None] * place) * math.sqrt(2 / PATCH)
    waves[0] /= math.sqrt(2)
    order = sorted((r * r + c * c, r, c) for r in range(PATCH) for c in range(PATCH))
    with torch.no_grad():
        for channel, (square, row, column) in enumerate(order[:channels]):
            wave = torch.outer(waves[row], waves[column]) * (1 + math.sqrt(square)) / PATCH
            weights[channel] = wave / (colours * times)


def _sections(head: int) -> list[int]:
    """mrope sections of a head: time, row, column; they add up to half the head."""
    half = head // 2
    side = half * 3 // 8
    return [half - 2 * side, side, side]
