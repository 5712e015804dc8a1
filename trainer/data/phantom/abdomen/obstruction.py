"""Small bowel obstruction: wide loops side by side, with gas above fluid."""

from dataclasses import dataclass

import numpy as np

from trainer.data.phantom.abdomen.belly import Belly
from trainer.data.phantom.labels import Label
from trainer.data.phantom.lesion import Lesion
from trainer.data.phantom.scene import Scene
from trainer.data.phantom.shapes import Curve, tube
from trainer.data.phantom.spectrum import Spectrum
from trainer.data.phantom.trunk import inside, shrink

SOLID = (Label.LIVER, Label.KIDNEY, Label.GALLBLADDER, Label.BONE, Label.MUSCLE, Label.FATTY_LIVER)


def plan_obstruction(rng: np.random.Generator, belly: Belly, spectrum: Spectrum) -> Lesion | None:
    """Rows of loops from the front backwards, the widest as wide as the truth says."""
    size = spectrum.obstruction_mm.draw(rng)
    room = shrink(belly.cavity, 3.0)
    loops: list[Loop] = []
    y = -0.95 * belly.b
    while y < 0.15 * belly.b and len(loops) < 10:
        width = size * (1.0 if not loops else rng.uniform(0.72, 0.98))
        y += width / 2 + 2
        x = rng.uniform(-0.8, -0.55) * belly.a
        while x < 0.7 * belly.a:
            long = rng.uniform(1.0, 2.8) * width
            middle = np.array([[x + long / 2, y]])
            if inside(shrink(belly.cavity, width * 0.45), middle)[0]:
                loops.append(_loop(rng, x, y, long, width))
            x += long + 3
        y += width / 2
    if len(loops) < 4:
        return None
    hu = rng.uniform(5, 25)

    def paint(scene: Scene) -> None:
        free = (1 - scene.where(*SOLID)) * scene.canvas.mask(room)
        canvas, sign = scene.canvas, Label.BOWEL_OBSTRUCTION
        wall = scene.tissues.bowel_wall
        for loop in loops:
            canvas.paint(loop.outer, hu=wall, label=Label.BOWEL, soft_mm=0.7, within=free)
            canvas.paint(loop.lumen, hu=hu, label=sign, soft_mm=0.6, within=free)
            if loop.level is not None:
                bubble = loop.lumen.copy()
                bubble[:, 1] = np.minimum(bubble[:, 1], loop.level)
                canvas.paint(bubble, hu=-960.0, label=sign, soft_mm=0.4, within=free)
            within = free * canvas.mask(loop.lumen)
            canvas.paint(*loop.folds, hu=wall, label=None, soft_mm=0.4, within=within, strength=0.8)

    return Lesion("肠梗阻", paint, size_mm=max(loop.width_mm for loop in loops))


@dataclass(frozen=True, eq=False)
class Loop:
    """One piece of bowel.

    Attributes:
        outer, lumen: curves with and without the wall.
        folds: circular folds that reach into the lumen, cut across.
        width_mm: outer diameter.
        level: y of the fluid's surface; None without gas.
    """

    outer: Curve
    lumen: Curve
    folds: list[Curve]
    width_mm: float
    level: float | None


def _loop(rng: np.random.Generator, x: float, y: float, long: float, width: float) -> Loop:
    """A sausage with round ends, a little bent."""
    bend, tilt = rng.uniform(-0.25, 0.25) * width, rng.uniform(-0.12, 0.12)
    u = np.linspace(-1, 1, 33)
    half = width / 2 * (1 - np.abs(u) ** (2.0 + long / width)) ** 0.5
    path_x = x + long / 2 * (1 + u)
    path_y = y + bend * (1 - u**2) + tilt * long / 2 * u

    def outline(by: float) -> Curve:
        wide = np.maximum(half - by, 0)
        ends = np.clip(path_x, x + by, x + long - by)
        top = np.stack([ends, path_y - wide], axis=1)
        return np.concatenate([top, np.stack([ends, path_y + wide], axis=1)[::-1]])

    folds = []
    for at in np.arange(2, 31, int(rng.integers(3, 6))):
        for side in (-1, 1):
            edge = path_y[at] + side * half[at]
            reach = side * half[at] * rng.uniform(0.25, 0.45)
            folds.append(tube([(path_x[at], edge), (path_x[at], edge - reach)], 1.4, per=2))
    level = y + rng.uniform(-0.3, 0.2) * width if rng.random() < 0.75 else None
    return Loop(outline(0.0), outline(2.2), folds, width, level)
