"""Skin to peritoneum, spine and back."""

import numpy as np

from trainer.data.phantom.abdomen.belly import Belly
from trainer.data.phantom.labels import Label
from trainer.data.phantom.scene import Scene
from trainer.data.phantom.shapes import ellipse, tube
from trainer.data.phantom.trunk import (
    paint_layers,
    paint_muscle,
    paint_ribs,
    paint_vertebra,
    paint_vessel,
    shrink,
)


def paint_wall(scene: Scene, belly: Belly) -> None:
    """Everything around the cavity, and the fat in it."""
    rng, tissues = scene.rng, scene.tissues
    b = belly.b
    paint_layers(scene, belly.skin, belly.muscle)
    bulk = rng.uniform(0.7, 1.25)
    linea = tube([(0, -b * 1.0 - 7), (0, -b - 1)], rng.uniform(3, 9))
    scene.canvas.paint(linea, hu=tissues.fat + 25, label=Label.FAT, soft_mm=0.8)
    cavity = belly.cavity
    fat = tissues.fat + rng.uniform(0, 8) + scene.grain() * 5
    scene.canvas.paint(cavity, hu=fat, label=Label.FAT, soft_mm=0.8)
    y = b * rng.uniform(0.52, 0.62)
    width = rng.uniform(38, 46)
    _back(scene, belly, y, width, bulk)
    paint_vertebra(scene, rng.normal(0, 1.5), y, width, width * rng.uniform(0.72, 0.85))
    if belly.level == "肝脾" or rng.random() < 0.5:
        ring = shrink(cavity, -rng.uniform(2, 5))
        paint_ribs(
            scene,
            ring,
            count=4 if belly.level == "肝脾" else 3,
            front_gap=0.9 if belly.level == "双肾" else 0.5,
        )
    _great_vessels(scene, belly, y, width)


def _back(scene: Scene, belly: Belly, y: float, width: float, bulk: float) -> None:
    rng = scene.rng
    marbled = rng.uniform(0, 45) if rng.random() < 0.6 else 0.0
    for s in (-1, 1):
        erector = ellipse(
            s * rng.uniform(27, 33), y + width * 0.35 + 30, 25 * bulk, 19 * bulk, s * 8
        )
        paint_muscle(scene, erector, marbled_hu=marbled)
        if belly.level != "肝脾":
            psoas = rng.uniform(9, 14) if belly.level == "胰腺胆囊" else rng.uniform(13, 20)
            paint_muscle(
                scene, ellipse(s * (width * 0.5 + psoas * 0.7), y + 4, psoas * 0.85, psoas, s * 12)
            )
            lumbar = tube(
                [(s * (width * 0.5 + 16), y + 30), (s * (width * 0.5 + 44), y + 22)],
                np.array([18, 12]) * bulk,
            )
            paint_muscle(scene, lumbar, marbled_hu=marbled)
        else:
            crus = tube(
                [(s * width * 0.45, y + 4), (s * 14, y - width * 0.45), (s * 4, y - width * 0.62)],
                rng.uniform(4, 8),
            )
            paint_muscle(scene, crus)


def _great_vessels(scene: Scene, belly: Belly, y: float, width: float) -> None:
    rng, tissues = scene.rng, scene.tissues
    front = y - width * 0.42
    r = rng.uniform(8.0, 13.5)
    aorta = (rng.uniform(2, 12), front - r, r)
    scene.vessels["腹主动脉"] = aorta
    paint_vessel(scene, *aorta, tissues.aorta, calcify=0.5)
    x = -rng.uniform(16, 24)
    cava = ellipse(
        x, front - rng.uniform(5, 16), rng.uniform(9, 13), rng.uniform(7, 11), rng.uniform(-20, 20)
    )
    scene.canvas.paint(cava, hu=tissues.vein, label=Label.BLOOD_VESSEL, soft_mm=0.8)
