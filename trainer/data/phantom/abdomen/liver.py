"""The liver: parenchyma, its veins lengthwise and cut across, its porta and its fissures."""

import math

import numpy as np

from trainer.data.phantom.abdomen.belly import Belly
from trainer.data.phantom.canvas import Coverage
from trainer.data.phantom.labels import Label
from trainer.data.phantom.scene import Scene
from trainer.data.phantom.shapes import Curve, blob, ellipse, tube
from trainer.data.phantom.trunk import forest

UPPER = ("肝脾", "胰腺胆囊")
"""Levels at which the veins, the porta and the fissures lie."""


def paint_liver(scene: Scene, belly: Belly, liver: Curve) -> None:
    """Paint the whole organ; leaves its coverage in ``scene.masks`` as 肝."""
    rng, tissues = scene.rng, scene.tissues
    shade = scene.texture(rng.uniform(25, 60), rng.uniform(0.0, 2.5))
    hu = tissues.liver + scene.texture(4, 1.5) + shade
    scene.canvas.paint(liver, hu=hu, label=Label.LIVER, soft_mm=0.9)
    mask = scene.canvas.mask(liver)
    scene.masks["肝"] = mask
    if belly.level not in UPPER:
        return
    _veins(scene, belly, mask)
    _sections(scene, belly, mask)
    if rng.random() < 0.65:
        _porta(scene, belly, mask)
    if rng.random() < (0.7 if belly.level == "肝脾" else 0.35):
        _round_ligament(scene, belly, mask)
    if belly.level == "肝脾" and rng.random() < 0.4:
        _cleft(scene, belly, [(-0.2, -0.2), (-0.08, -0.34), (0.06, -0.42)], mask)


def _blood(scene: Scene) -> float:
    """HU of the veins as far as they differ from the liver where the slice halves them."""
    tissues = scene.tissues
    return tissues.liver + 0.8 * (tissues.vein - tissues.liver)


def _veins(scene: Scene, belly: Belly, mask: Coverage) -> None:
    """Hepatic veins that run in the slice, from where they leave the liver."""
    rng = scene.rng
    count = int(rng.integers(3, 7))
    start = np.array([-0.3 * belly.a, -0.05 * belly.b]) + rng.normal(0, 5, 2)
    vessels, calibre = forest(
        rng,
        np.tile(start, (count, 1)),
        math.pi + rng.uniform(-1.3, 1.3, count),
        rng.uniform(25, 45, count),
        rng.uniform(4, 9, count),
        2,
    )
    graze = rng.uniform(0.7, 2.6)
    box, alpha = scene.canvas.cover_strokes(vessels, calibre, soft_mm=graze)
    strength = rng.uniform(0.55, 0.95)
    scene.canvas.blend(box, alpha, hu=_blood(scene), label=None, within=mask, strength=strength)


def _sections(scene: Scene, belly: Belly, mask: Coverage) -> None:
    """Veins cut across: small ovals, the paler the less of them lies in the slice."""
    rng = scene.rng
    for soft, strength in ((0.6, 0.95), (1.2, 0.7), (2.0, 0.5)):
        ovals: list[Curve] = []
        for _ in range(int(rng.integers(0, 5))):
            x, y = rng.uniform(-0.85, 0.15) * belly.a, rng.uniform(-0.75, 0.6) * belly.b
            r = rng.uniform(1.5, 3.5)
            ovals.append(ellipse(x, y, r * rng.uniform(1.0, 2.0), r, rng.uniform(0, 180), n=24))
        if ovals:
            hu = _blood(scene)
            scene.canvas.paint(
                *ovals, hu=hu, label=None, soft_mm=soft, within=mask, strength=strength
            )


def _porta(scene: Scene, belly: Belly, mask: Coverage) -> None:
    """Portal trunk and its branches where the slice grazes them, with the fat about them."""
    rng, tissues = scene.rng, scene.tissues
    hilum = np.array([-0.2 * belly.a, -0.14 * belly.b]) + rng.normal(0, 6, 2)
    towards = np.array([math.pi + rng.normal(0, 0.4), -math.pi / 2 + rng.normal(0.2, 0.4)])
    shown = rng.random(2) < 0.75
    if shown.any():
        count = int(shown.sum())
        branches, calibre = forest(
            rng,
            np.tile(hilum, (count, 1)),
            towards[shown],
            rng.uniform(16, 40, count),
            rng.uniform(8, 15, count),
            1,
        )
        graze, strength = rng.uniform(1.0, 6.0), rng.uniform(0.4, 0.95)
        box, alpha = scene.canvas.cover_strokes(branches, calibre, soft_mm=graze)
        scene.canvas.blend(box, alpha, hu=tissues.vein, label=None, within=mask, strength=strength)
    for _ in range(int(rng.integers(0, 5))):
        x, y = hilum + rng.normal(0, 9, 2)
        spot = blob(rng, x, y, rng.uniform(1, 2.5), rng.uniform(1, 4), rough=0.2)
        hu, strength = tissues.fat + 20, rng.uniform(0.1, 0.6)
        scene.canvas.paint(spot, hu=hu, label=None, soft_mm=1.5, within=mask, strength=strength)
    if rng.random() < 0.4:
        inwards = hilum + np.array([-rng.uniform(15, 40), rng.uniform(-14, 10)])
        edge = hilum + np.array([0.14 * belly.a, rng.uniform(-4, 8)])
        sheath = tube([edge, hilum, inwards], [rng.uniform(3, 9), rng.uniform(2, 5), 1.0])
        hu, strength = tissues.fat + 25, rng.uniform(0.35, 0.9)
        scene.canvas.paint(sheath, hu=hu, label=None, soft_mm=1.2, within=mask, strength=strength)


def _round_ligament(scene: Scene, belly: Belly, mask: Coverage) -> None:
    """The fissure between the lobes: a cleft from in front, or its fat cut across."""
    rng, tissues = scene.rng, scene.tissues
    x = rng.normal(-0.13, 0.03)
    if rng.random() < 0.65:
        _cleft(scene, belly, [(x, -0.88), (x + 0.01, -0.62), (x + 0.02, -0.36)], mask)
        return
    at = np.array([x * belly.a, rng.uniform(-0.7, -0.4) * belly.b])
    wide, deep = rng.uniform(2.5, 6.5), rng.uniform(4, 11)
    fat = blob(rng, float(at[0]), float(at[1]), wide, deep, rng.uniform(-25, 25), rough=0.15)
    scene.canvas.paint(fat, hu=tissues.fat + 15, label=None, soft_mm=1.0, within=mask)
    if wide > 4:
        cord = ellipse(float(at[0]), float(at[1]), 1.5, 1.8, n=16)
        scene.canvas.paint(cord, hu=tissues.blood, label=None, soft_mm=0.6, within=mask)


def _cleft(scene: Scene, belly: Belly, path: list[tuple[float, float]], mask: Coverage) -> None:
    """A fissure filled with fat, narrower inwards; ``path`` in shares of the half axes."""
    rng = scene.rng
    length = rng.uniform(0.55, 1.0)
    points = np.array(path) * (belly.a, belly.b)
    points = points[0] + (points - points[0]) * length
    shape = tube(points, np.array([4, 2.5, 2]) * rng.uniform(0.7, 1.8))
    hu = scene.tissues.fat + rng.uniform(10, 50)
    scene.canvas.paint(shape, hu=hu, label=None, soft_mm=1.0, within=mask)
