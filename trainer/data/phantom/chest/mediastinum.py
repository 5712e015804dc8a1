"""Heart, great vessels, airways, oesophagus, and what rises through the diaphragm."""

import numpy as np

from trainer.data.phantom.chest.thorax import Thorax
from trainer.data.phantom.labels import Label
from trainer.data.phantom.scene import Scene
from trainer.data.phantom.shapes import blob, ellipse, jitter, spline, tube
from trainer.data.phantom.trunk import paint_loop, paint_muscle, paint_vessel


def paint_mediastinum(scene: Scene, thorax: Thorax) -> None:
    """Paint between the lungs what the level shows."""
    {
        "肺尖": _inlet,
        "主动脉弓": _arch,
        "肺门": _hilum,
        "心脏": _heart_level,
        "膈顶": _dome,
    }[thorax.level](scene, thorax)


def _airway(scene: Scene, x: float, y: float, rx: float, ry: float) -> None:
    tube_wall = ellipse(x, y, rx + 1.4, ry + 1.4)
    scene.canvas.paint(tube_wall, hu=40, label=Label.SOFT_TISSUE, soft_mm=0.4)
    scene.canvas.paint(ellipse(x, y, rx, ry), hu=-990, label=Label.BODY_GAS, soft_mm=0.4)


def _oesophagus(scene: Scene, x: float, y: float) -> None:
    rng = scene.rng
    scene.canvas.paint(
        blob(rng, x, y, rng.uniform(6, 9), rng.uniform(4.5, 7), rough=0.05),
        hu=scene.tissues.bowel_wall,
        label=Label.SOFT_TISSUE,
        soft_mm=0.7,
    )
    if rng.random() < 0.4:
        spot = ellipse(x, y, rng.uniform(1.5, 4), rng.uniform(1.2, 3))
        scene.canvas.paint(spot, hu=-900, label=Label.BODY_GAS, soft_mm=0.5)


def _nodes(scene: Scene, thorax: Thorax, count: int) -> None:
    """Strands and small lymph nodes in mediastinal fat."""
    rng = scene.rng
    spots = []
    for _ in range(count):
        x, y = rng.uniform(-0.18, 0.18) * thorax.a, rng.uniform(-0.7, 0.3) * thorax.b
        spots.append(ellipse(x, y, rng.uniform(1, 3.2), rng.uniform(1, 2.6), n=12))
    if spots:
        scene.canvas.paint(*spots, hu=35, label=Label.SOFT_TISSUE, soft_mm=0.8, strength=0.8)


def _inlet(scene: Scene, thorax: Thorax) -> None:
    rng, tissues, a, b = scene.rng, scene.tissues, thorax.a, thorax.b
    for s in (-1, 1):
        neck = ellipse(s * a * 0.22, -b * rng.uniform(0.55, 0.8), rng.uniform(6, 13), 6, s * 20)
        beside_spine = ellipse(s * rng.uniform(10, 18), b * 0.42, 7, rng.uniform(6, 10))
        paint_muscle(scene, neck, beside_spine)
    _nodes(scene, thorax, 8)
    _airway(scene, rng.normal(0, 3), -b * 0.08, rng.uniform(6.5, 9.5), rng.uniform(7, 10))
    _oesophagus(scene, rng.uniform(2, 8), b * 0.16)
    for s in (-1, 1):
        paint_vessel(
            scene, s * a * 0.12, -b * rng.uniform(0.12, 0.2), rng.uniform(3.5, 5), tissues.aorta
        )
        paint_vessel(
            scene,
            s * a * 0.24,
            -b * rng.uniform(0.2, 0.34),
            rng.uniform(4.5, 7),
            tissues.aorta,
            calcify=0.1,
        )
        vein = tube([(s * a * 0.12, -b * 0.48), (s * a * 0.36, -b * 0.55)], rng.uniform(9, 13))
        scene.canvas.paint(vein, hu=tissues.vein, label=Label.BLOOD_VESSEL, soft_mm=0.7)
    if rng.random() < 0.55:
        swollen = rng.uniform(1.0, 1.9)
        for s in (-1, 1):
            lobe = ellipse(
                s * rng.uniform(13, 17) * swollen**0.6,
                -b * 0.12,
                rng.uniform(4, 8) * swollen,
                rng.uniform(6, 10) * swollen,
                s * 12,
            )
            scene.canvas.paint(lobe, hu=rng.uniform(85, 125), label=Label.SOFT_TISSUE, soft_mm=0.6)


def _arch(scene: Scene, thorax: Thorax) -> None:
    rng, tissues, a, b = scene.rng, scene.tissues, thorax.a, thorax.b
    _nodes(scene, thorax, 10)
    path = jitter(rng, [(-0.07, -0.38), (0.05, -0.22), (0.16, 0.05), (0.20, 0.32)], 0.015) * (a, b)
    wide = rng.uniform(23, 30)
    shape = tube(path, [wide, wide, wide * 0.95, wide * 0.9])
    scene.canvas.paint(shape, hu=tissues.aorta, label=Label.BLOOD_VESSEL, soft_mm=0.7)
    if rng.random() < 0.35:
        plaque = tube(path[2:] + np.array([wide * 0.48, 0.0]), rng.uniform(1.5, 3))
        scene.canvas.paint(plaque, hu=rng.uniform(250, 700), label=Label.BLOOD_VESSEL, soft_mm=0.5)
    paint_vessel(
        scene,
        -a * 0.18,
        -b * 0.26,
        rng.uniform(7.5, 10),
        tissues.vein + (tissues.aorta - tissues.blood) * rng.uniform(0, 0.8),
    )
    _airway(
        scene,
        -a * 0.04 + rng.normal(0, 2),
        b * rng.uniform(0.02, 0.12),
        rng.uniform(7.5, 10),
        rng.uniform(7.5, 10),
    )
    _oesophagus(scene, rng.uniform(0, 7), b * 0.32)


def _hilum(scene: Scene, thorax: Thorax) -> None:
    rng, tissues, a, b = scene.rng, scene.tissues, thorax.a, thorax.b
    _nodes(scene, thorax, 8)
    artery = tissues.vein + (tissues.aorta - tissues.blood) * 0.4
    trunk = tube(
        np.array([(0.16, -0.42), (0.13, -0.2), (0.22, 0.04)]) * (a, b), rng.uniform(23, 29)
    )
    cross = tube(
        np.array([(0.12, -0.24), (-0.06, -0.08), (-0.27, -0.04)]) * (a, b), rng.uniform(16, 22)
    )
    scene.canvas.paint(trunk, cross, hu=artery, label=Label.BLOOD_VESSEL, soft_mm=0.7)
    r = rng.uniform(14, 18)
    scene.vessels["升主动脉"] = (-a * 0.09, -b * 0.36, r)
    paint_vessel(scene, -a * 0.09, -b * 0.36, r, tissues.aorta, calcify=0.2)
    paint_vessel(
        scene,
        -a * 0.22,
        -b * 0.26,
        rng.uniform(8, 11),
        tissues.vein + (tissues.aorta - tissues.blood) * rng.uniform(0, 0.8),
    )
    _descending(scene, thorax)
    for s in (-1, 1):
        for _ in range(3):
            x, y = s * a * rng.uniform(0.24, 0.33), b * rng.uniform(-0.12, 0.28)
            paint_vessel(scene, x, y, rng.uniform(4, 8), artery)
    split = rng.uniform(0.06, 0.16)
    for s in (-1, 1):
        _airway(
            scene, s * a * split, b * rng.uniform(0.08, 0.16), rng.uniform(6, 9), rng.uniform(5, 7)
        )
    _oesophagus(scene, rng.uniform(2, 8), b * 0.33)


def _descending(scene: Scene, thorax: Thorax) -> None:
    rng = scene.rng
    x, y = rng.uniform(20, 27), thorax.b * rng.uniform(0.38, 0.46)
    r = rng.uniform(10.5, 14)
    scene.vessels["降主动脉"] = (x, y, r)
    paint_vessel(scene, x, y, r, scene.tissues.aorta, calcify=0.35)
    paint_vessel(
        scene, -rng.uniform(6, 12), thorax.b * 0.36, rng.uniform(2.5, 4.5), scene.tissues.vein
    )


def _heart(scene: Scene, thorax: Thorax, scale: float) -> None:
    rng, tissues, a, b = scene.rng, scene.tissues, thorax.a, thorax.b
    points = [
        (-0.27, -0.18),
        (-0.20, -0.50),
        (0.05, -0.68),
        (0.36, -0.66),
        (0.58, -0.40),
        (0.62, -0.10),
    ]
    points += [(0.45, 0.16), (0.20, 0.28), (-0.05, 0.26), (-0.22, 0.10)]
    outline = spline(jitter(rng, points, 0.015) * (a * scale, b * scale))
    fat = outline.mean(axis=0) + (outline - outline.mean(axis=0)) * 1.04
    scene.canvas.paint(fat, hu=tissues.fat + 15, label=Label.FAT, soft_mm=1.2)
    scene.canvas.paint(
        outline,
        hu=tissues.blood + (tissues.heart - tissues.blood) * 0.45,
        label=Label.HEART,
        soft_mm=1.2,
    )
    if tissues.heart > tissues.blood + 25:
        for x, y, rx, ry, turn in (
            (-0.13, -0.18, 0.11, 0.22, 15),
            (0.14, -0.38, 0.19, 0.15, 35),
            (0.33, -0.16, 0.19, 0.12, 40),
            (0.06, 0.10, 0.16, 0.12, 0),
        ):
            room = blob(rng, x * a * scale, y * b * scale, rx * a, ry * b * 1.1, turn, rough=0.06)
            scene.canvas.paint(room, hu=tissues.heart, label=Label.HEART, soft_mm=1.8)
    else:
        groove = tube(
            np.array([(-0.14, -0.52), (-0.10, -0.30), (-0.16, -0.05)]) * (a, b) * scale, 3
        )
        scene.canvas.paint(groove, hu=tissues.fat + 30, label=Label.FAT, soft_mm=1.6)
    if rng.random() < 0.2:
        spot = tube(np.array([(0.12, -0.45), (0.22, -0.52)]) * (a, b), 2)
        scene.canvas.paint(spot, hu=rng.uniform(200, 700), label=Label.HEART, soft_mm=0.6)


def _fat_pads(scene: Scene, thorax: Thorax) -> None:
    """Fat in the angles between heart and diaphragm, which may bulge far into the lungs."""
    rng, a, b = scene.rng, thorax.a, thorax.b
    for x, y in ((-0.3, -0.45), (0.6, -0.4)):
        if rng.random() < 0.45:
            wide, deep = rng.uniform(0.06, 0.2) * a, rng.uniform(0.12, 0.34) * b
            at = np.array([x * a, y * b]) + rng.normal(0, 4, 2)
            pad = blob(rng, float(at[0]), float(at[1]), wide, deep, rng.uniform(-30, 30), rough=0.1)
            hu = scene.tissues.fat + rng.uniform(5, 15) + scene.grain() * 5
            soft = rng.uniform(0.8, 3.0)
            scene.canvas.paint(
                pad, hu=hu, label=Label.FAT, soft_mm=soft, within=scene.canvas.mask(thorax.cage)
            )


def _risen(scene: Scene, thorax: Thorax) -> None:
    """Liver, spleen or stomach under the domes; the tops of domes have vague edges."""
    rng, tissues = scene.rng, scene.tissues
    for sign, dome in thorax.domes.items():
        small = float(np.ptp(dome[:, 0])) < 0.4 * thorax.a
        soft = rng.uniform(3.0, 8.0) if small else rng.uniform(1.0, 4.0)
        if sign < 0:
            scene.canvas.paint(dome, hu=tissues.liver, label=Label.LIVER, soft_mm=soft)
        elif small or rng.random() < 0.5:
            if rng.random() < 0.4:
                fat = (dome - dome.mean(axis=0)) * rng.uniform(1.15, 1.6) + dome.mean(axis=0)
                hu = tissues.fat + 15
                scene.canvas.paint(fat, hu=hu, label=Label.FAT, soft_mm=soft)
            scene.canvas.paint(dome, hu=tissues.spleen, label=Label.SPLEEN, soft_mm=soft)
        else:
            x, y = dome.mean(axis=0)
            wide, deep = np.ptp(dome, axis=0) / 2
            paint_loop(scene, float(x), float(y), float(wide), float(deep), "mixed")


def _heart_level(scene: Scene, thorax: Thorax) -> None:
    _fat_pads(scene, thorax)
    _heart(scene, thorax, scene.rng.uniform(0.92, 1.05))
    _risen(scene, thorax)
    _descending(scene, thorax)
    _oesophagus(scene, scene.rng.uniform(2, 10), thorax.b * 0.36)


def _dome(scene: Scene, thorax: Thorax) -> None:
    rng, a, b = scene.rng, thorax.a, thorax.b
    _fat_pads(scene, thorax)
    _heart(scene, thorax, rng.uniform(0.85, 1.0))
    _risen(scene, thorax)
    paint_vessel(scene, -a * 0.18, b * 0.14, rng.uniform(9, 12), scene.tissues.vein)
    _descending(scene, thorax)
    _oesophagus(scene, rng.uniform(6, 14), b * 0.32)
