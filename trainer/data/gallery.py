"""A sheet of phantoms for the documentation: ``python -m trainer.data.gallery FILE``."""

import sys
from pathlib import Path

from PIL import Image

from assistant.imaging.render import render
from assistant.imaging.window import Window
from trainer.data.phantom.case import make_case
from trainer.data.viewing import as_slice

BRAIN, LUNG, CHEST, BELLY = Window(40, 80), Window(-600, 1500), Window(50, 350), Window(50, 400)
COLUMNS, GAP = 5, 4

SHEET: tuple[tuple[int, str, tuple[str, ...], Window], ...] = (
    (40, "头颅", (), BRAIN),
    (24, "头颅", ("脑出血",), BRAIN),
    (42, "头颅", ("硬膜下血肿",), BRAIN),
    (43, "头颅", ("硬膜外血肿",), BRAIN),
    (342, "头颅", ("脑梗死",), BRAIN),
    (46, "胸部", ("肺结节",), LUNG),
    (302, "胸部", ("肺肿块",), LUNG),
    (48, "胸部", ("肺实变",), LUNG),
    (49, "胸部", ("胸腔积液",), CHEST),
    (6, "胸部", ("气胸",), LUNG),
    (52, "腹部", ("肝占位",), BELLY),
    (53, "腹部", ("肝囊肿",), BELLY),
    (54, "腹部", ("胆囊结石",), BELLY),
    (4, "腹部", ("肾结石",), BELLY),
    (6, "腹部", ("腹水",), BELLY),
    (57, "腹部", ("游离气体",), BELLY),
    (44, "头颅", (), BRAIN),
    (18, "胸部", (), LUNG),
    (51, "腹部", (), BELLY),
    (59, "盆腔", (), BELLY),
)
"""Seed, region, signs and window of every picture, row by row."""


def write_gallery(path: Path, size: int = 256) -> None:
    """Write the sheet as one picture."""
    rows = -(-len(SHEET) // COLUMNS)
    step = size + GAP
    sheet = Image.new("RGB", (COLUMNS * step - GAP, rows * step - GAP), (90, 90, 90))
    for place, (seed, region, signs, window) in enumerate(SHEET):
        picture = render(as_slice(make_case(seed, region, signs, size=size)), window)
        at = (place % COLUMNS * step, place // COLUMNS * step)
        sheet.paste(Image.fromarray(picture.pixels), at)
    sheet.save(path, quality=88)


if __name__ == "__main__":
    write_gallery(Path(sys.argv[1]))
