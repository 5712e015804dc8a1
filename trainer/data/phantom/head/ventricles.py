"""Ventricles wider than age explains: hydrocephalus."""

from dataclasses import dataclass

import numpy as np

from trainer.data.phantom.head.skull import Skull
from trainer.data.phantom.labels import Label
from trainer.data.phantom.lesion import Lesion, nothing
from trainer.data.phantom.scene import Scene
from trainer.data.phantom.shapes import Curve, mirror, tube
from trainer.data.phantom.spectrum import Spectrum

VENTRICLES = "脑室"
"""Mask of ``Scene`` that the painter of the brain fills where somebody has put it there."""

MODERATE, SEVERE = 0.38, 0.44
"""Evans indices from which it is called 中度 and 重度."""


@dataclass(frozen=True)
class Dilated:
    """Ventricles of one hydrocephalus.

    Attributes:
        outer_mm: from the midline to the outer wall of the frontal horns; the Evans index
            times the half width of the skull.
        seepage_hu: how much fluid pressed into the white matter darkens it.
    """

    outer_mm: float
    seepage_hu: float


def plan_hydrocephalus(
    rng: np.random.Generator, skull: Skull, spectrum: Spectrum
) -> tuple[Dilated, list[Lesion]]:
    """The ventricles, and the finding that names them; the brain's painter paints them."""
    evans = spectrum.evans.draw(rng)
    dilated = Dilated(evans * skull.at(0.0), rng.uniform(2, 9))
    grade = "重度" if evans >= SEVERE else "中度" if evans >= MODERATE else "轻度"
    return dilated, [Lesion("脑积水", nothing, traits=(grade,))]


def paint_dilated(scene: Scene, dilated: Dilated, level: str, k: float) -> None:
    """All ventricles of a level, each side a little different, with seepage about them.

    Args:
        scene: with the brain painted.
        dilated: how wide.
        level: 鞍上池, 基底节 or 侧脑室体.
        k: size of this skull relative to the control points.
    """
    paired, single = _curves(scene.rng, dilated.outer_mm, level, k)
    sides = [one for curve in paired for one in (curve, mirror(curve))]
    moved = [one + scene.rng.normal(0, 0.7, 2) for one in sides]
    dark = scene.tissues.white - dilated.seepage_hu
    halo = [_grown(one, 2.5) for one in moved]
    within = scene.where(Label.WHITE_MATTER)
    scene.paint(*halo, hu=dark, label=None, soft_mm=2.0, within=within, strength=0.85)
    for curve in (*moved, *single):
        scene.keep(VENTRICLES, curve)
        scene.paint(curve, hu=scene.tissues.csf, label=Label.HYDROCEPHALUS, soft_mm=0.7)


def _curves(
    rng: np.random.Generator, outer: float, level: str, k: float
) -> tuple[list[Curve], list[Curve]]:
    """Those of the left side, and those in the midline."""
    if level == "鞍上池":
        width = outer * rng.uniform(0.36, 0.5)
        horn = np.array([(31, -6), (34, 4), (34, 14), (31, 22)]) * k
        third = np.array([(0, -17), (0, -10)]) * k
        return [tube(horn, np.array([0.7, 1, 0.9, 0.5]) * width)], [tube(third, outer * 0.35)]
    if level == "侧脑室体":
        width = outer * rng.uniform(0.8, 0.95)
        path = np.array([(0.5, -38), (0.52, -20), (0.62, 2), (0.85, 22), (1.0, 36)])
        path = path * (outer, k) + (1.0, 0)
        return [tube(path, np.array([0.75, 1, 0.95, 1.05, 0.7]) * width)], []
    wide = outer * 0.62
    front = np.array([(0.2, -20 * k), (0.34, -29 * k), (0.55, -37 * k), (0.69, -41 * k)])
    front = front * (outer, 1)
    back = np.array([(21, 18), (27, 30), (27, 42), (22, 53)]) * k + ((outer - 18) * 0.2, 0)
    third = np.array([(0, -15), (0, -4), (0, 9)]) * k
    paired = [
        tube(front, np.array([0.4, 0.8, 1.0, 0.8]) * wide),
        tube(back, np.array([0.8, 1, 0.9, 0.5]) * outer * rng.uniform(0.75, 0.9)),
    ]
    return paired, [tube(third, np.array([0.7, 1, 0.7]) * outer * rng.uniform(0.34, 0.45))]


def _grown(curve: Curve, by: float) -> Curve:
    away = curve - curve.mean(axis=0)
    r = np.maximum(np.linalg.norm(away, axis=1, keepdims=True), 1e-6)
    return np.asarray(curve + away / r * by)
