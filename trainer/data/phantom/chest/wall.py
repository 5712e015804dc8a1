"""Skin to pleura: fat, muscles, ribs, spine, sternum, scapulae, arms."""

import numpy as np

from trainer.data.phantom.chest.girdle import paint_girdle
from trainer.data.phantom.chest.thorax import Thorax
from trainer.data.phantom.labels import Label
from trainer.data.phantom.scene import Scene
from trainer.data.phantom.shapes import blob, ellipse, tube
from trainer.data.phantom.trunk import (
    paint_layers,
    paint_muscle,
    paint_ribs,
    paint_vertebra,
    shrink,
)


def paint_wall(scene: Scene, thorax: Thorax) -> None:
    """Everything that encloses the lungs; the inside is left as mediastinal fat."""
    rng, tissues = scene.rng, scene.tissues
    a, b = thorax.a, thorax.b
    if thorax.arms_down and not thorax.shoulder_mm:
        _arms(scene, thorax)
    paint_layers(scene, thorax.skin, thorax.muscle)
    if thorax.female and thorax.level in ("肺门", "心脏"):
        for s in (-1, 1):
            gland = blob(
                rng,
                s * a * 0.55,
                -b - rng.uniform(12, 22),
                rng.uniform(12, 32),
                rng.uniform(4, 10),
                s * 25,
                rough=0.2,
            )
            scene.canvas.paint(
                gland,
                hu=rng.uniform(0, 45),
                label=Label.SOFT_TISSUE,
                soft_mm=2,
                within=scene.masks["体"],
            )
    if thorax.shoulder_mm:
        paint_girdle(scene, thorax)
    else:
        _blades(scene, thorax)
    scene.canvas.paint(
        shrink(thorax.cage, rng.uniform(5, 8)), hu=tissues.fat + 5, label=Label.FAT, soft_mm=0.6
    )
    paint_ribs(scene, thorax.cage, count=int(rng.integers(4, 8)))
    width = rng.uniform(28, 37)
    depth = width * rng.uniform(0.8, 0.95)
    y = float(thorax.cage[:, 1].max()) - rng.uniform(19, 26) - depth / 2
    paint_vertebra(scene, rng.normal(0, 1.5), y, width, depth)
    for s in (-1, 1):
        if rng.random() < 0.6:
            rib = tube(
                [
                    (s * width * 0.5, y + 8),
                    (s * (width * 0.5 + 18), y + 22),
                    (s * (width * 0.5 + 40), y + 26),
                ],
                [9, 8, 7],
            )
            scene.canvas.paint(rib, hu=tissues.cortical * 0.6, label=Label.BONE, soft_mm=0.8)
    _front(scene, thorax)


def _blades(scene: Scene, thorax: Thorax) -> None:
    """Shoulder blades between the muscles of the upper levels."""
    rng, a, b = scene.rng, thorax.a, thorax.b
    if thorax.level not in ("主动脉弓", "肺门") or rng.random() < 0.1:
        return
    hu = scene.tissues.cortical * 0.7
    for s in (-1, 1):
        path = [
            (s * a * 0.52, b * 1.12),
            (s * a * 0.84, b * 1.0),
            (s * a * 1.12, b * rng.uniform(0.3, 0.6)),
        ]
        blade = tube(path, rng.uniform(3.5, 7))
        scene.canvas.paint(blade, hu=hu, label=Label.BONE, soft_mm=0.7, within=scene.masks["体"])


def _front(scene: Scene, thorax: Thorax) -> None:
    rng, tissues, b = scene.rng, scene.tissues, thorax.b
    if thorax.level == "肺尖":
        start, length = rng.uniform(12, 34), rng.uniform(16, 62)
        y, slope, thick = -b - rng.uniform(2, 14), rng.uniform(-0.5, 0.25), rng.uniform(11, 17)
        for s in (-1, 1):
            path = np.array([(s * start, y), (s * (start + length), y + slope * length)])
            path = path + rng.normal(0, 2.0, 2)
            clavicle = tube(path, [thick, thick - 3])
            marrow = tube(path, [thick - 5, thick - 8])
            scene.canvas.paint(clavicle, hu=tissues.cortical * 0.7, label=Label.BONE, soft_mm=0.8)
            scene.canvas.paint(marrow, hu=tissues.cancellous, label=Label.BONE, soft_mm=0.8)
        return
    y, wide = -b * rng.uniform(0.95, 1.0) - 2, rng.uniform(14, 24)
    bone = blob(rng, 0, y, wide, rng.uniform(4.5, 7), rough=0.05)
    scene.canvas.paint(bone, hu=tissues.cortical * 0.6, label=Label.BONE, soft_mm=0.7)
    inner = (bone - (0, y)) * (0.88, 0.6) + (0, y)
    scene.canvas.paint(inner, hu=tissues.cancellous * 0.8, label=Label.BONE, soft_mm=0.7)
    for s in (-1, 1):
        if rng.random() < 0.7:
            cartilage = tube(
                [(s * (wide + 2), y + 2), (s * (wide + 24), y + 6)], rng.uniform(7, 11)
            )
            scene.canvas.paint(
                cartilage, hu=rng.uniform(70, 160), label=Label.SOFT_TISSUE, soft_mm=0.8
            )


def _arms(scene: Scene, thorax: Thorax) -> None:
    rng, tissues = scene.rng, scene.tissues
    for s in (-1, 1):
        x, y, r = (
            s * (thorax.body.half + rng.uniform(18, 40)),
            rng.uniform(-10, 40),
            rng.uniform(32, 46),
        )
        scene.canvas.paint(ellipse(x, y, r, r * 1.1), hu=tissues.fat, label=Label.FAT)
        paint_muscle(scene, blob(rng, x, y, r * 0.8, r * 0.85, rough=0.05))
        scene.canvas.paint(ellipse(x, y, 11, 11), hu=tissues.cortical, label=Label.BONE)
        scene.canvas.paint(ellipse(x, y, 6, 6), hu=tissues.fat, label=Label.BONE)
