"""What multiplying in 8 bits costs the pictures of an OpenVINO folder, measured as it is made."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from threading import Event
from typing import Literal

import numpy as np
import openvino as ov
from numpy.typing import NDArray

from assistant.engine.eightbit import write_error
from assistant.engine.openvino import compile_properties
from assistant.engine.parts import at_once
from assistant.engine.vision import VisionTower
from assistant.imaging.slice import RenderedImage

REGIONS = ("头颅", "胸部", "腹部")
PICTURE = 448
"""Pixels along one side."""


def measure(folder: Path) -> float:
    """Error of picture embeddings against float32, relative to their length; largest of a few."""
    pictures = tuple(_pictures())
    exact = _encode(folder, pictures, "f32", in_8_bits=False)
    coarse = _encode(folder, pictures, "auto", in_8_bits=True)
    errors = (
        float(np.linalg.norm(rough - true) / np.linalg.norm(true))
        for rough, true in zip(coarse, exact, strict=True)
    )
    return max(errors)


def _pictures() -> Iterator[RenderedImage]:
    from trainer.data.phantom.case import make_case
    from trainer.data.viewing import show

    for seed, region in enumerate(REGIONS):
        phantom = make_case(seed, region, (), size=PICTURE)
        yield show(phantom, np.random.default_rng(seed)).picture


def _encode(
    folder: Path,
    pictures: tuple[RenderedImage, ...],
    precision: Literal["auto", "f32"],
    *,
    in_8_bits: bool,
) -> list[NDArray[np.float32]]:
    vision = json.loads((folder / "config.json").read_text(encoding="utf-8"))["vision_config"]
    tower = VisionTower(
        ov.Core(),
        folder,
        vision["embed_dim"] // vision["num_heads"],
        compile_properties(None, precision),
        packed=lambda: None,
        in_8_bits=in_8_bits,
    )
    return [at_once(tower.encode(picture, Event())) for picture in pictures]


def main() -> None:
    """As a child: FOLDER, which is given the record."""
    folder = Path(sys.argv[1])
    write_error(folder, measure(folder))


if __name__ == "__main__":
    main()
