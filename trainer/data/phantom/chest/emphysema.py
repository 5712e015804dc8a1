"""Emphysema: holes in the lung without walls, and bullae under the pleura."""

import math

import numpy as np

from trainer.data.phantom.chest.thorax import Thorax
from trainer.data.phantom.labels import Label
from trainer.data.phantom.lesion import Lesion, side_of
from trainer.data.phantom.scene import Scene
from trainer.data.phantom.shapes import Curve, blob
from trainer.data.phantom.spectrum import Spectrum
from trainer.data.phantom.trunk import place

GRADES = (("轻度", 14, 26), ("中度", 34, 60), ("重度", 80, 130))
"""Name, and the fewest and most holes of each lung."""


def plan_emphysema(rng: np.random.Generator, thorax: Thorax, spectrum: Spectrum) -> Lesion:
    """Centrilobular holes all over both lungs, from the second grade on with bullae."""
    grade, few, many = GRADES[int(rng.choice(3, p=[0.35, 0.4, 0.25]))]
    hu = spectrum.emphysema_hu.draw(rng)
    sides = (-1, 1)
    holes: dict[int, list[Curve]] = {}
    bullae: dict[int, list[Curve]] = {s: [] for s in sides}
    for s in sides:
        lung = thorax.lungs[s]
        holes[s] = _holes(rng, lung, int(rng.integers(few, many)), spectrum)
        if grade != "轻度" and rng.random() < 0.6:
            bullae[s] = _bullae(rng, lung, int(rng.integers(1, 5)))

    def paint(scene: Scene) -> None:
        for s in sides:
            within = scene.masks[side_of(s) + "肺"]
            scene.canvas.paint(
                *holes[s], hu=hu, label=Label.EMPHYSEMA, soft_mm=0.8, within=within, strength=0.92
            )
            for bulla in bullae[s]:
                scene.canvas.paint(bulla, hu=-820, label=None, soft_mm=0.4, within=within)
                inner = bulla.mean(axis=0) + (bulla - bulla.mean(axis=0)) * 0.92
                scene.canvas.paint(
                    inner, hu=hu - 8, label=Label.EMPHYSEMA, soft_mm=0.3, within=within
                )

    traits = (grade,) + (("肺大疱",) if any(bullae.values()) else ())
    return Lesion("肺气肿", paint, "", "双侧", traits=traits)


def _holes(rng: np.random.Generator, lung: Curve, count: int, spectrum: Spectrum) -> list[Curve]:
    found = []
    for _ in range(count):
        r = spectrum.emphysema_mm.draw_log(rng) / 2
        at = place(rng, lung, r * 0.6)
        if at is not None:
            x, y = float(at[0]), float(at[1])
            turned = rng.uniform(0, 180)
            found.append(blob(rng, x, y, r, r * rng.uniform(0.6, 1), turned, rough=0.2, n=24))
    return found


def _bullae(rng: np.random.Generator, lung: Curve, count: int) -> list[Curve]:
    """Thin-walled spaces that touch the pleura, in front or at the side."""
    middle = lung.mean(axis=0)
    found = []
    for _ in range(count):
        r = math.exp(rng.uniform(math.log(5), math.log(18)))
        edge = lung[int(rng.integers(len(lung)))]
        x, y = edge + (middle - edge) / np.linalg.norm(middle - edge) * r * 0.8
        found.append(blob(rng, float(x), float(y), r, r * rng.uniform(0.7, 1), rough=0.05, n=40))
    return found
