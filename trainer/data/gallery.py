"""A sheet of phantoms for the documentation: ``python -m trainer.data.gallery FILE``."""

import sys
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from assistant.imaging.render import render
from assistant.imaging.window import Window
from trainer.data.phantom.case import make_case
from trainer.data.viewing import as_slice

BRAIN, LUNG, CHEST, BELLY = Window(40, 80), Window(-600, 1500), Window(50, 350), Window(50, 400)
SKULL, PELVIS = Window(600, 2800), Window(400, 1800)
COLUMNS, GAP = 5, 4


@dataclass(frozen=True)
class Tile:
    """One picture: what is drawn and the window that it is looked at with."""

    seed: int
    region: str
    signs: tuple[str, ...]
    window: Window
    prone: float = 0.0


SHEET = (
    Tile(40, "头颅", (), BRAIN),
    Tile(24, "头颅", ("脑出血",), BRAIN),
    Tile(42, "头颅", ("硬膜下血肿",), BRAIN),
    Tile(43, "头颅", ("硬膜外血肿",), BRAIN),
    Tile(342, "头颅", ("脑梗死",), BRAIN),
    Tile(46, "胸部", ("肺结节",), LUNG),
    Tile(302, "胸部", ("肺肿块",), LUNG),
    Tile(48, "胸部", ("肺实变",), LUNG),
    Tile(49, "胸部", ("胸腔积液",), CHEST),
    Tile(6, "胸部", ("气胸",), LUNG),
    Tile(52, "腹部", ("肝占位",), BELLY),
    Tile(53, "腹部", ("肝囊肿",), BELLY),
    Tile(54, "腹部", ("胆囊结石",), BELLY),
    Tile(4, "腹部", ("肾结石",), BELLY),
    Tile(6, "腹部", ("腹水",), BELLY),
    Tile(57, "腹部", ("游离气体",), BELLY),
    Tile(44, "头颅", (), BRAIN),
    Tile(18, "胸部", (), LUNG),
    Tile(51, "腹部", (), BELLY),
    Tile(59, "盆腔", (), BELLY),
    Tile(10, "头颅", ("蛛网膜下腔出血",), BRAIN),
    Tile(12, "头颅", ("脑积水",), BRAIN),
    Tile(13, "头颅", ("颅骨骨折",), SKULL),
    Tile(17, "胸部", ("肺气肿",), LUNG),
    Tile(15, "胸部", ("主动脉夹层",), CHEST),
    Tile(16, "腹部", ("主动脉瘤",), BELLY),
    Tile(14, "腹部", ("脂肪肝",), BELLY),
    Tile(16, "腹部", ("肾积水",), BELLY),
    Tile(17, "腹部", ("脾大",), BELLY),
    Tile(13, "腹部", ("肠梗阻",), BELLY),
    Tile(14, "盆腔", ("骨转移",), PELVIS),
    Tile(1, "盆腔", ("骨盆骨折",), PELVIS),
    Tile(1, "头颅", ("蛛网膜下腔出血", "脑积水"), BRAIN),
    Tile(1, "腹部", ("肾结石", "肾积水"), BELLY),
    Tile(3, "胸部", (), LUNG, prone=1.0),
)
"""Row by row."""


def write_gallery(path: Path, size: int = 256) -> None:
    """Write the sheet as one picture."""
    rows = -(-len(SHEET) // COLUMNS)
    step = size + GAP
    sheet = Image.new("RGB", (COLUMNS * step - GAP, rows * step - GAP), (90, 90, 90))
    for place, tile in enumerate(SHEET):
        phantom = make_case(tile.seed, tile.region, tile.signs, size=size, prone=tile.prone)
        picture = render(as_slice(phantom), tile.window)
        at = (place % COLUMNS * step, place // COLUMNS * step)
        sheet.paste(Image.fromarray(picture.pixels), at)
    sheet.save(path, quality=82)


if __name__ == "__main__":
    write_gallery(Path(sys.argv[1]))
