"""The sample cases that come with the checkout: ``python -m trainer.data.samples FOLDER``."""

import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from assistant.imaging.window import Window
from trainer.data.dicom import Place, write_dicom
from trainer.data.phantom.acquisition import Protocol, acquire
from trainer.data.phantom.atlas import REGIONS
from trainer.data.phantom.canvas import Canvas, View
from trainer.data.phantom.case import make_case
from trainer.data.phantom.scene import Scene
from trainer.data.phantom.spectrum import FIRST_LIGHT
from trainer.data.phantom.tissue import draw_tissues
from trainer.data.phantom.truth import Phantom, Truth
from trainer.data.sharegpt import write_json

BRAIN, LUNG, ABDOMEN = Window(40, 80), Window(-600, 1500), Window(50, 400)
SERIES_SPACING_MM = 30.0
SIZE = 336
"""Pixels along each edge, as many as the embedded model sees."""


@dataclass(frozen=True)
class Case:
    """A single slice: title, file stem, seed, and what it shows through which window."""

    title: str
    stem: str
    seed: int
    region: str
    signs: tuple[str, ...]
    window: Window


CASES = (
    Case("头颅：脑出血", "head-haemorrhage", 26, "头颅", ("脑出血",), BRAIN),
    Case("头颅：未见异常", "head-normal", 19, "头颅", (), BRAIN),
    Case("胸部：肺实变", "chest-consolidation", 6, "胸部", ("肺实变",), LUNG),
    Case("腹部：肝囊肿", "abdomen-liver-cyst", 8, "腹部", ("肝囊肿",), ABDOMEN),
    Case("腹部：腹水", "abdomen-ascites", 6, "腹部", ("腹水",), ABDOMEN),
)
SERIES_TITLE, SERIES_STEM, SERIES_SEED = "胸部：连续五层", "chest-series", 30


def chest_series(seed: int, *, size: int = SIZE) -> tuple[Phantom, ...]:
    """One normal chest from the apices down, all slices in one frame and of one scan."""
    region = REGIONS["胸部"]
    tissues = draw_tissues(np.random.default_rng([seed, 1]), enhanced=False)
    protocol = Protocol(
        thickness_mm=5.0,
        noise_hu=9.0,
        blur_mm=0.6,
        sharpness=0.0,
        grain_mm=0.9,
        drawn=1.3,
        streaks_hu=0.0,
        circle=False,
        padding=-1024,
    )
    slices = []
    for level in region.levels:
        drawn = region.draw(np.random.default_rng([seed, 2]), level, (), FIRST_LIGHT)
        canvas = Canvas(View(size, 400 / size))
        rng = np.random.default_rng([seed, 3])
        drawn.paint(Scene(canvas, rng, tissues, drawn.body))
        hu = acquire(canvas, rng, protocol)
        slices.append(Phantom(hu, canvas.labels, 400 / size, Truth("胸部", level)))
    return tuple(slices)


def write_samples(folder: Path) -> None:
    """Write every case and ``samples.json`` into the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    listed: list[dict[str, object]] = []
    for case in CASES:
        file = f"{case.stem}.dcm"
        phantom = make_case(case.seed, case.region, case.signs, size=SIZE)
        write_dicom(phantom, folder / file, Place(case.stem), window=case.window, rle=True)
        listed.append({"title": case.title, "files": [file]})
    files = []
    for number, phantom in enumerate(chest_series(SERIES_SEED), 1):
        files.append(f"{SERIES_STEM}-{number}.dcm")
        place = Place(SERIES_STEM, number, -SERIES_SPACING_MM * number)
        write_dicom(phantom, folder / files[-1], place, window=LUNG, rle=True)
    listed.insert(3, {"title": SERIES_TITLE, "files": files})
    write_json(folder / "samples.json", listed)


if __name__ == "__main__":
    write_samples(Path(sys.argv[1]))
