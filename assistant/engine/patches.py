"""From pixels to the patches that a Qwen2-VL vision tower reads."""

import json
import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

MAX_ASPECT_RATIO = 200
"""Beyond this Qwen2-VL's own image processor refuses a picture."""


MOST_PIXELS = 1280 * 28 * 28
"""Whatever the folder allows: 1280 tokens. The tower's work and memory grow with the square."""


@dataclass(frozen=True)
class PatchConfig:
    """The numbers of ``preprocessor_config.json`` that shape the patches.

    Attributes:
        min_pixels, max_pixels: bounds of the resized picture's area in pixels.
        patch_size: side of a patch in pixels.
        merge_size: patches merged into one token, per side.
        temporal_patch_size: times a still picture is repeated.
        mean, std: per channel, of pixels scaled to 0..1.
    """

    min_pixels: int
    max_pixels: int
    patch_size: int = 14
    merge_size: int = 2
    temporal_patch_size: int = 2
    mean: tuple[float, ...] = (0.48145466, 0.4578275, 0.40821073)
    std: tuple[float, ...] = (0.26862954, 0.26130258, 0.27577711)

    @classmethod
    def read(cls, folder: Path) -> "PatchConfig":
        """Read a model folder's ``preprocessor_config.json``."""
        raw = json.loads((folder / "preprocessor_config.json").read_text(encoding="utf-8"))
        size = raw.get("size") or {}
        return cls(
            min_pixels=raw.get("min_pixels") or size["shortest_edge"],
            max_pixels=min(raw.get("max_pixels") or size["longest_edge"], MOST_PIXELS),
            patch_size=raw["patch_size"],
            merge_size=raw["merge_size"],
            temporal_patch_size=raw["temporal_patch_size"],
            mean=tuple(raw["image_mean"]),
            std=tuple(raw["image_std"]),
        )

    def grid(self, height: int, width: int) -> tuple[int, int]:
        """Rows and columns of patches for a picture of this size.

        Both sides become multiples of ``patch_size * merge_size``, the area comes
        within the bounds, and the aspect ratio stays as near as that allows.

        Raises:
            ValueError: the picture is longer than ``MAX_ASPECT_RATIO`` times its width.
        """
        if max(height, width) / min(height, width) > MAX_ASPECT_RATIO:
            raise ValueError(f"aspect ratio of {height}x{width} is above {MAX_ASPECT_RATIO}")
        unit = self.patch_size * self.merge_size
        rows, columns = round(height / unit) * unit, round(width / unit) * unit
        if rows * columns > self.max_pixels:
            shrink = math.sqrt(height * width / self.max_pixels)
            rows = max(unit, math.floor(height / shrink / unit) * unit)
            columns = max(unit, math.floor(width / shrink / unit) * unit)
        elif rows * columns < self.min_pixels:
            grow = math.sqrt(self.min_pixels / (height * width))
            rows = math.ceil(height * grow / unit) * unit
            columns = math.ceil(width * grow / unit) * unit
        return rows // self.patch_size, columns // self.patch_size


@dataclass(frozen=True, eq=False)
class Patches:
    """A picture as patches, in the order in which the merger joins them.

    Attributes:
        values: float32 (rows * columns, 3 * temporal_patch_size * patch_size**2).
        rows, columns: of patches.
    """

    values: NDArray[np.float32]
    rows: int
    columns: int


def cut_patches(pixels: NDArray[np.uint8], config: PatchConfig) -> Patches:
    """Resize uint8 (H, W, 3) pixels bicubically, normalise and cut them into patches."""
    rows, columns = config.grid(pixels.shape[0], pixels.shape[1])
    patch, merge = config.patch_size, config.merge_size
    resized = Image.fromarray(pixels).resize(
        (columns * patch, rows * patch), Image.Resampling.BICUBIC
    )
    mean = np.asarray(config.mean, np.float32)
    std = np.asarray(config.std, np.float32)
    scaled = (np.asarray(resized, np.float32) / np.float32(255) - mean) / std
    blocks = scaled.reshape(rows // merge, merge, patch, columns // merge, merge, patch, 3)
    ordered = blocks.transpose(0, 3, 1, 4, 6, 2, 5).reshape(rows * columns, 3, 1, patch * patch)
    repeated = np.repeat(ordered, config.temporal_patch_size, axis=2)
    return Patches(
        np.ascontiguousarray(repeated.reshape(rows * columns, -1), np.float32), rows, columns
    )
