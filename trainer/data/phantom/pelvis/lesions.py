"""Metastases and fractures of the pelvic bones."""

import math
from dataclasses import dataclass

import numpy as np

from trainer.data.phantom.labels import Label
from trainer.data.phantom.lesion import Lesion, side_of
from trainer.data.phantom.scene import Scene
from trainer.data.phantom.shapes import blob, tube
from trainer.data.phantom.spectrum import Spectrum

ILIAC, HIPS = "髂骨翼", "髋关节"
DENSE, LYTIC, MIXED = "成骨性", "溶骨性", "混合性"


@dataclass(frozen=True)
class Spot:
    """A place in a bone of the left side.

    Attributes:
        bone: canonical site.
        x, y: shares of the pelvis's half axes.
        degrees: direction of the bone's length, from x towards y.
        wide_mm: room across the bone for a metastasis; of a fracture, half its length.
    """

    bone: str
    x: float
    y: float
    degrees: float
    wide_mm: float


METASTASES = {
    ILIAC: (
        Spot("髂骨", 0.56, 0.18, 117, 16),
        Spot("髂骨", 0.42, 0.44, 120, 20),
        Spot("髂骨", 0.34, 0.58, 120, 20),
        Spot("骶骨", 0.15, 0.40, 60, 30),
    ),
    HIPS: (Spot("髋臼", 0.44, -0.04, 90, 17), Spot("股骨头", 0.60, -0.03, 0, 34)),
}
FRACTURES = {
    ILIAC: (
        Spot("髂骨", 0.62, 0.06, 110, 26),
        Spot("髂骨", 0.50, 0.30, 116, 26),
        Spot("骶骨", 0.17, 0.44, 20, 30),
    ),
    HIPS: (Spot("髋臼", 0.44, -0.10, 90, 12), Spot("耻骨", 0.20, -0.41, 30, 16)),
}
"""Of a fracture, ``degrees`` are across its line."""


def plan_metastasis(
    rng: np.random.Generator, level: str, a: float, b: float, spectrum: Spectrum
) -> Lesion:
    """A lytic, sclerotic or mixed lesion, sometimes with a smaller one in the same bone."""
    spot, sign, at = _choose(rng, METASTASES[level], a, b)
    size = spectrum.metastasis_mm.draw_log(rng)
    across = min(size, spot.wide_mm * rng.uniform(0.85, 1.1))
    turned = spot.degrees if sign > 0 else 180 - spot.degrees
    x, y = at
    curve = blob(rng, x, y, size / 2, across / 2, turned, rough=0.1)
    kind = str(rng.choice([LYTIC, DENSE, MIXED], p=[0.5, 0.35, 0.15]))
    low, high = spectrum.lytic_hu.draw(rng), spectrum.sclerotic_hu.draw(rng)
    beyond = kind == LYTIC and size > 20 and rng.random() < 0.6

    def paint(scene: Scene) -> None:
        canvas, label = scene.canvas, Label.BONE_METASTASIS
        bone = scene.where(Label.BONE)
        if beyond:
            mass = curve.mean(axis=0) + (curve - curve.mean(axis=0)) * 1.12
            canvas.paint(mass, hu=low, label=label, soft_mm=1.2)
        hu = low if kind == LYTIC else high
        core = hu + scene.texture(2.5, 12 if kind == LYTIC else 110)
        if kind == MIXED:
            core = np.where(scene.texture(3.5, 1.0) > 0.1, high, low).astype(np.float32)
        soft = 0.5 if kind == LYTIC else 0.9
        canvas.paint(curve, hu=core, label=label, soft_mm=soft, within=None if beyond else bone)

    traits = (kind,) + (("软组织",) if beyond else ())
    return Lesion("骨转移", paint, spot.bone, side_of(sign), measured=True, traits=traits)


def plan_fracture(
    rng: np.random.Generator, level: str, a: float, b: float, spectrum: Spectrum
) -> Lesion:
    """A gap through a bone, the part beyond it displaced, blood in the fat about it."""
    spot, sign, at = _choose(rng, FRACTURES[level], a, b)
    gap, step = spectrum.pelvic_gap_mm.draw_log(rng), spectrum.pelvic_step_mm.draw(rng)
    t = math.radians(spot.degrees + rng.uniform(-15, 15))
    t = t if sign > 0 else math.pi - t
    normal, along = np.array([math.cos(t), math.sin(t)]), np.array([-math.sin(t), math.cos(t)])
    wavy = rng.normal(0, 1.3, 7)
    path = (
        at + np.linspace(-spot.wide_mm, spot.wide_mm, 7)[:, None] * along + wavy[:, None] * normal
    )
    line = tube(path, gap * rng.uniform(0.7, 1.15, 7), per=4)
    x, y = at
    stain = blob(rng, x, y, rng.uniform(16, 30), rng.uniform(12, 22), rough=0.2)
    chips = [
        blob(
            rng,
            x + rng.normal(0, 9),
            y + rng.normal(0, 9),
            rng.uniform(1.5, 4),
            rng.uniform(1.5, 4),
            rough=0.15,
            n=16,
        )
        for _ in range(int(rng.integers(1, 4)))
    ]
    apart = step > 3

    def paint(scene: Scene) -> None:
        canvas, blood = scene.canvas, scene.rng.uniform(42, 65)
        fat = scene.where(Label.FAT)
        canvas.paint(stain, hu=blood, label=None, soft_mm=4, within=fat, strength=0.75)
        if apart:
            canvas.drag(
                (float(at[0]), float(at[1])), along * step + normal * gap * 0.3, 26.0, normal
            )
        bone = scene.where(Label.BONE)
        dense = scene.tissues.cortical * 0.7
        canvas.paint(*chips, hu=dense, label=Label.BONE, soft_mm=0.3, within=fat)
        canvas.paint(line, hu=blood, label=Label.PELVIC_FRACTURE, soft_mm=0.3, within=bone)

    traits = ("移位",) if apart else ()
    return Lesion("骨盆骨折", paint, spot.bone, side_of(sign), traits=traits)


def _choose(
    rng: np.random.Generator, spots: tuple[Spot, ...], a: float, b: float
) -> tuple[Spot, int, tuple[float, float]]:
    """A spot, the side (1 left, -1 right), and its place in mm."""
    spot = spots[int(rng.integers(len(spots)))]
    sign = int(rng.choice([-1, 1]))
    wander = rng.normal(0, 1.2, 2)
    return spot, sign, (float(sign * spot.x * a + wander[0]), float(spot.y * b + wander[1]))
