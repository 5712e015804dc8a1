"""The shoulder girdle round the thoracic inlet: wide and flat, its muscles, joints and armpits."""

import numpy as np
from numpy.typing import NDArray

from trainer.data.phantom.chest.thorax import Thorax
from trainer.data.phantom.labels import Label
from trainer.data.phantom.scene import Scene
from trainer.data.phantom.shapes import blob, ellipse, tube
from trainer.data.phantom.trunk import paint_muscle

JOINT = 0.85
"""Chance that arms which lie beside the body show a shoulder joint, on each side."""


def paint_girdle(scene: Scene, thorax: Thorax) -> None:
    """Armpits, shoulder blades and joints between ribs and skin, after the layers of the wall."""
    rng = scene.rng
    beyond = thorax.shoulder_mm
    for s in (-1, 1):
        edge = s * (thorax.a + 0.1 * beyond)
        _armpit(scene, edge + s * 0.28 * beyond, thorax.b * rng.uniform(-0.5, 0.1), beyond)
        for _ in range(int(rng.integers(0, 5))):
            _cleft(scene, edge + s * beyond * rng.uniform(0.05, 0.8), thorax.b, s)
        glenoid = np.array([edge + s * beyond * rng.uniform(0.4, 0.55), rng.uniform(-6, 18)])
        _blade(scene, thorax, s, glenoid)
        if thorax.arms_down and rng.random() < JOINT:
            _joint(scene, s, glenoid)


def _fat(scene: Scene, *curves: NDArray[np.float64]) -> None:
    hu = scene.tissues.fat + 12 + scene.grain() * 5
    scene.canvas.paint(
        *curves, hu=hu, label=Label.FAT, soft_mm=1.2, within=scene.masks["体"], strength=0.95
    )


def _cleft(scene: Scene, x: float, b: float, side: int) -> None:
    """Fat between two muscles, in front of the ribs or behind them."""
    rng = scene.rng
    front = rng.random() < 0.6
    y = b * (-rng.uniform(0.5, 1.0) if front else rng.uniform(0.4, 1.0))
    half, slope = rng.uniform(12, 32), side * rng.uniform(-2, 14) * (1 if front else -1)
    path = [(x - half, y - slope), (x, y + rng.normal(0, 2)), (x + half, y + slope)]
    _fat(scene, tube(path, rng.uniform(1.0, 5.0) * np.array([0.5, 1.0, 0.7])))


def _armpit(scene: Scene, x: float, y: float, beyond: float) -> None:
    """Fat with vessels and small nodes in it."""
    rng = scene.rng
    wide, deep = 0.3 * beyond * rng.uniform(0.5, 1.0), rng.uniform(8, 22)
    _fat(scene, blob(rng, x, y, wide, deep, rng.uniform(-30, 30), rough=0.2))
    spots = [
        ellipse(x + rng.uniform(-0.8, 0.8) * wide, y + rng.uniform(-0.7, 0.7) * deep, r, r, n=14)
        for r in rng.uniform(1.2, 4.5, int(rng.integers(3, 9)))
    ]
    scene.canvas.paint(*spots, hu=scene.tissues.vein, label=Label.BLOOD_VESSEL, soft_mm=0.6)


def _blade(scene: Scene, thorax: Thorax, side: int, glenoid: NDArray[np.float64]) -> None:
    """The shoulder blade from its socket back along the ribs, often with its spine."""
    rng, tissues = scene.rng, scene.tissues
    x, y = glenoid
    tip = np.array([side * thorax.a * rng.uniform(0.62, 0.95), thorax.b * rng.uniform(0.95, 1.2)])
    middle = (glenoid + tip) / 2 + np.array([0.0, rng.uniform(-4, 8)])
    bones = [tube([glenoid, middle, tip], [rng.uniform(12, 20), rng.uniform(5, 8), 5])]
    if rng.random() < 0.65:
        behind = (x + side * rng.uniform(-8, 14), y + rng.uniform(22, 42))
        bones.append(tube([middle, behind], [6, rng.uniform(6, 12)]))
    within = scene.masks["体"]
    dense, hollow = tissues.cortical * 0.7, tissues.cancellous * 0.9
    scene.canvas.paint(*bones, hu=dense, label=Label.BONE, soft_mm=0.7, within=within)
    core = blob(rng, float(x), float(y), 5, 7, rough=0.1)
    scene.canvas.paint(core, hu=hollow, label=Label.BONE, soft_mm=0.8, within=within)


def _joint(scene: Scene, side: int, glenoid: NDArray[np.float64]) -> None:
    """The head of the humerus in its socket, and muscle round it."""
    rng, tissues, canvas = scene.rng, scene.tissues, scene.canvas
    r = rng.uniform(17, 27)
    x, y = float(glenoid[0]) + side * (r + rng.uniform(3, 9)), float(glenoid[1] - rng.uniform(0, 9))
    paint_muscle(scene, blob(rng, x + side * 4, y, r + 12, r + 14, rough=0.06))
    head = blob(rng, x, y, r, r, rough=0.04)
    within = scene.masks["体"]
    canvas.paint(head, hu=tissues.cortical * 0.7, label=Label.BONE, soft_mm=0.7, within=within)
    spongy = tissues.cancellous * rng.uniform(0.1, 0.9) + scene.texture(3, 45)
    inner = (head - (x, y)) * (1 - rng.uniform(2, 4) / r) + (x, y)
    canvas.paint(inner, hu=spongy, label=Label.BONE, soft_mm=0.8, within=within)
    for _ in range(int(rng.integers(0, 3))):  # acromion, coracoid, the end of the clavicle
        t = rng.uniform(-2.6, -0.5) if rng.random() < 0.6 else rng.uniform(0.6, 2.4)
        away = r + rng.uniform(5, 14)
        bx, by = x + away * float(np.cos(t)), y + away * float(np.sin(t))
        bone = blob(
            rng, bx, by, rng.uniform(4, 10), rng.uniform(4, 7), rng.uniform(0, 180), rough=0.1
        )
        hu = tissues.cortical * rng.uniform(0.4, 0.7)
        canvas.paint(bone, hu=hu, label=Label.BONE, soft_mm=1.0, within=within)
