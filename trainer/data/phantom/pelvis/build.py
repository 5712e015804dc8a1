"""A pelvic slice from a plan."""

import math
from dataclasses import dataclass

import numpy as np

from trainer.data.phantom.labels import Label
from trainer.data.phantom.lesion import Lesion
from trainer.data.phantom.pelvis.lesions import (
    HIPS,
    ILIAC,
    plan_fracture,
    plan_metastasis,
)
from trainer.data.phantom.region import Region
from trainer.data.phantom.scene import Body, Scene
from trainer.data.phantom.shapes import Curve, blob, ellipse, jitter, mirror, spline, tube
from trainer.data.phantom.spectrum import Spectrum
from trainer.data.phantom.trunk import (
    oval,
    paint_layers,
    paint_loop,
    paint_muscle,
    paint_outside,
    paint_vessel,
    shrink,
)

PLANS = {"骨转移": plan_metastasis, "骨盆骨折": plan_fracture}


@dataclass(frozen=True, eq=False)
class Pelvis:
    """One pelvis: half width ``a`` and half depth ``b`` inside the fat, and its outline."""

    level: str
    a: float
    b: float
    skin: Curve
    body: Body
    lesions: tuple[Lesion, ...] = ()

    def paint(self, scene: Scene) -> None:
        """Paint couch, skin, bones, muscles and what the pelvis holds."""
        paint_outside(scene)
        paint_layers(scene, self.skin, None)
        if self.level == "髂骨翼":
            _iliac(scene, self)
        else:
            _hips(scene, self)
        for lesion in self.lesions:
            lesion.paint(scene)


def draw_pelvis(
    rng: np.random.Generator, level: str, signs: tuple[str, ...], spectrum: Spectrum
) -> Pelvis:
    """Plan a pelvic slice with the signs asked for."""
    a = rng.uniform(135, 165)
    b = a * rng.uniform(0.58, 0.68)
    fat = math.exp(rng.uniform(math.log(8), math.log(40)))
    skin = oval(a + fat * 0.6, b + fat * 0.8, b + fat * 0.9, rng.uniform(2.2, 2.7))
    t = np.arctan2(skin[:, 1], skin[:, 0])
    skin = shrink(skin, np.exp(-(((t - math.pi / 2) / 0.10) ** 2)) * rng.uniform(8, 26))
    reach = np.abs(skin).max(axis=0)
    body = Body(float(reach[0]), float(-skin[:, 1].min()), float(skin[:, 1].max()))
    lesions = tuple(PLANS[sign](rng, level, a, b, spectrum) for sign in signs)
    return Pelvis(level, a, b, skin, body, lesions)


def _bone(scene: Scene, *curves: Curve, thick: float = 3.0) -> None:
    """Cortical shells with spongy insides."""
    tissues = scene.tissues
    scene.canvas.paint(*curves, hu=tissues.cortical * 0.85, label=Label.BONE, soft_mm=0.6)
    inner = []
    for curve in curves:
        middle = curve.mean(axis=0)
        r = np.linalg.norm(curve - middle, axis=1)
        inner.append(middle + (curve - middle) * np.clip(1 - thick / r, 0.3, 1)[:, None])
    hu = tissues.cancellous + scene.texture(2.5, 25)
    scene.canvas.paint(*inner, hu=hu, label=Label.BONE, soft_mm=0.6)


def _both(curve: Curve) -> tuple[Curve, Curve]:
    return curve, mirror(curve)


def _iliac(scene: Scene, pelvis: Pelvis) -> None:
    rng, tissues = scene.rng, scene.tissues
    k = np.array([pelvis.a, pelvis.b])
    for gluteus in _both(
        spline(
            jitter(
                rng,
                [
                    (0.78, -0.20),
                    (0.96, 0.10),
                    (0.86, 0.56),
                    (0.48, 0.92),
                    (0.14, 0.86),
                    (0.36, 0.62),
                    (0.64, 0.22),
                ],
                0.015,
            )
            * k
        )
    ):
        paint_muscle(scene, gluteus)
    wall = oval(pelvis.a * 0.78, pelvis.b * 0.92, pelvis.b * 0.5, 2.3)
    paint_muscle(scene, wall)
    cavity = shrink(wall, rng.uniform(7, 11))
    scene.canvas.paint(cavity, hu=tissues.fat + 6, label=Label.FAT, soft_mm=0.8)
    for s in (-1, 1):
        rectus = tube([(s * 6, -0.86 * k[1]), (s * 0.34 * k[0], -0.84 * k[1])], [8, 13])
        paint_muscle(scene, rectus)
    for muscle in _both(
        spline(
            jitter(
                rng,
                [
                    (0.26, 0.16),
                    (0.40, -0.02),
                    (0.62, -0.22),
                    (0.70, -0.16),
                    (0.56, 0.14),
                    (0.38, 0.36),
                ],
                0.012,
            )
            * k
        )
    ):
        paint_muscle(scene, muscle)
    for wing in _both(
        tube(
            jitter(rng, [(0.78, -0.34), (0.64, 0.02), (0.48, 0.34), (0.32, 0.62)], 0.01) * k,
            [9, 8, 12, 15],
        )
    ):
        _bone(scene, wing, thick=2.6)
    sacrum = (
        jitter(
            rng,
            [
                (-0.30, 0.34),
                (-0.14, 0.26),
                (0.0, 0.22),
                (0.14, 0.26),
                (0.30, 0.34),
                (0.22, 0.60),
                (0.0, 0.74),
                (-0.22, 0.60),
            ],
            0.01,
        )
        * k
    )
    _bone(scene, spline(sacrum), thick=3)
    canal = ellipse(0, 0.54 * k[1], 9, 5)
    scene.canvas.paint(canal, hu=10, label=Label.SOFT_TISSUE, soft_mm=0.6)
    for s in (-1, 1):
        foramen = ellipse(s * 0.13 * k[0], 0.46 * k[1], 4.5, 5.5)
        scene.canvas.paint(foramen, hu=tissues.fat + 40, label=Label.FAT, soft_mm=0.8)
        for x, y in ((0.20, 0.10), (0.25, 0.17)):
            hu = tissues.aorta if y < 0.15 else tissues.vein
            paint_vessel(scene, s * x * k[0], y * k[1], rng.uniform(4, 6.5), hu, calcify=0.15)
    for _ in range(int(rng.integers(10, 20))):
        kind = str(
            rng.choice(
                ["fluid", "collapsed", "mixed", "gas", "stool"], p=[0.34, 0.34, 0.12, 0.08, 0.12]
            )
        )
        x, y = rng.uniform(-0.5, 0.5) * k[0], rng.uniform(-0.66, 0.05) * k[1]
        paint_loop(scene, x, y, rng.uniform(8, 16), rng.uniform(7, 14), kind)


GLUTEUS = (
    (0.70, 0.20),
    (0.90, 0.36),
    (0.66, 0.84),
    (0.24, 0.95),
    (0.06, 0.72),
    (0.32, 0.56),
    (0.52, 0.34),
)
"""The great gluteal muscle of the left side, as shares of the pelvis's half axes."""

HIP_MUSCLES = (
    (0.50, -0.40, 23, 17, 10),
    (0.66, -0.66, 17, 14, 25),
    (0.88, -0.42, 13, 22, -12),
    (0.94, -0.02, 13, 30, -6),
    (0.30, -0.58, 20, 11, -20),
    (0.44, 0.42, 24, 9, 25),
)
"""Further muscles about the left hip: x and y as shares, half axes in mm, degrees."""


def _hips(scene: Scene, pelvis: Pelvis) -> None:
    rng, tissues = scene.rng, scene.tissues
    k = np.array([pelvis.a, pelvis.b])
    gluteus = spline(jitter(rng, GLUTEUS, 0.012) * k)
    paint_muscle(scene, *_both(gluteus))
    for x, y, rx, ry, turned in HIP_MUSCLES:
        grow = rng.uniform(0.88, 1.15, 2)
        shape = blob(rng, x * k[0], y * k[1], rx * grow[0], ry * grow[1], turned, rough=0.06)
        paint_muscle(scene, *_both(shape))
    inner = ellipse(0, 0.02 * k[1], 0.44 * k[0], 0.72 * k[1])
    scene.canvas.paint(inner, hu=tissues.fat + 8, label=Label.FAT, soft_mm=1)
    for obturator in _both(
        tube(np.array([(0.24, -0.34), (0.35, 0.0), (0.30, 0.40)]) * k, [8, 15, 10])
    ):
        paint_muscle(scene, obturator)
    y = rng.uniform(-0.08, 0.02) * k[1]
    r = rng.uniform(21, 25)
    for s in (-1, 1):
        x = s * 0.60 * k[0]
        cup = spline(
            np.array(
                [
                    (x - s * 18, y - 30),
                    (x - s * 6, y - 30),
                    (x - s * 16, y),
                    (x - s * 2, y + 30),
                    (x - s * 22, y + 34),
                    (x - s * 33, y),
                ]
            )
        )
        _bone(scene, cup, thick=2.4)
        _bone(scene, ellipse(x, y, r, r), thick=1.6)
        if rng.random() < 0.7:
            neck = tube([(x + s * r * 0.6, y + 3), (x + s * (r + 18), y + 10)], [24, 22])
            trochanter = blob(rng, x + s * (r + 24), y + 14, 13, 18, rough=0.05)
            _bone(scene, neck, trochanter, thick=2)
            _bone(scene, ellipse(x, y, r, r), thick=1.6)
    broken = any(lesion.site == "耻骨" for lesion in pelvis.lesions)
    if rng.random() < 0.5 or broken:
        for ramus in _both(
            tube(np.array([(0.03, -0.52), (0.16, -0.44), (0.34, -0.26)]) * k, [16, 13, 10])
        ):
            _bone(scene, ramus, thick=2.4)
    tail = blob(rng, 0, 0.62 * k[1], rng.uniform(8, 16), rng.uniform(5, 8), rough=0.06)
    _bone(scene, tail, thick=2)
    wide, deep = rng.uniform(20, 42), rng.uniform(15, 32)
    bladder = blob(rng, 0, -0.22 * k[1], wide, deep, rough=0.04)
    scene.canvas.paint(bladder, hu=tissues.bowel_wall, label=Label.BLADDER, soft_mm=0.8)
    middle = bladder.mean(axis=0)
    scene.canvas.paint(
        middle + (bladder - middle) * 0.91, hu=tissues.urine, label=Label.BLADDER, soft_mm=0.8
    )
    gland = blob(rng, 0, 0.16 * k[1], rng.uniform(18, 28), rng.uniform(10, 18), rough=0.06)
    scene.canvas.paint(gland, hu=tissues.muscle, label=Label.SOFT_TISSUE, soft_mm=0.8)
    kind = str(rng.choice(["stool", "gas", "collapsed", "mixed"]))
    paint_loop(scene, rng.normal(0, 3), 0.44 * k[1], rng.uniform(13, 20), rng.uniform(11, 16), kind)
    for s in (-1, 1):
        paint_vessel(
            scene, s * 0.42 * k[0], -0.60 * k[1], rng.uniform(4.5, 6.5), tissues.aorta, calcify=0.15
        )
        paint_vessel(scene, s * 0.36 * k[0], -0.56 * k[1], rng.uniform(5, 7.5), tissues.vein)


PELVIS = Region(
    name="盆腔",
    levels={ILIAC: 0.5, HIPS: 0.5},
    sign_levels={"骨转移": (ILIAC, HIPS), "骨盆骨折": (ILIAC, HIPS)},
    combinations=(
        (("骨转移",), 0.5),
        (("骨盆骨折",), 0.45),
        (("骨转移", "骨盆骨折"), 0.05),
    ),
    draw=draw_pelvis,
    enhanced=0.3,
)
