"""What lies before the brain in low slices: orbits, ethmoid cells, temporal muscles, nose.

Scans are tilted as it suits the scanner and the neck, so the orbits stand before the hindbrain
in one head and before the midbrain or the basal ganglia in the next.
"""

import numpy as np

from trainer.data.phantom.canvas import Coverage
from trainer.data.phantom.head.skull import Skull
from trainer.data.phantom.labels import Label
from trainer.data.phantom.scene import Scene
from trainer.data.phantom.shapes import Curve, blob, ellipse, jitter, mirror, spline, tube

SHARES = {"鞍上池": 0.55, "基底节": 0.25}
"""How often the face stands before the brain at levels where it need not."""

WINGS = [(0, -21), (14, -23), (30, -34), (46, -45), (58, -50), (66, -50)]
"""Border of the middle fossa against the orbit, from the sella outwards, mm."""

LOW_WINGS = [(0, -17), (13, -19), (28, -31), (44, -41), (57, -37), (66, -33)]
"""The same one storey lower."""


def both(
    scene: Scene, curve: Curve, *, hu: float | Coverage, label: Label, soft_mm: float = 0.6
) -> None:
    """The same structure on both sides, each a little displaced."""
    for side in (curve, mirror(curve)):
        moved = side + scene.rng.normal(0, 0.7, 2)
        scene.canvas.paint(moved, hu=hu, label=label, soft_mm=soft_mm)


def paint_front(scene: Scene, skull: Skull) -> None:
    """Over a painted brain: what a tilted slice shows instead of the frontal lobes."""
    k = np.array([skull.at(0.0) / 68.0, skull.at(np.pi / 2) / 87.0])
    if scene.rng.random() < 0.7:
        paint_temples(scene, skull, k, WINGS)
        paint_sphenoid(scene, k)
        paint_orbits(scene, skull, k)
        _grazed(scene, k)
    else:
        _roofs(scene, skull, k)


def _grazed(scene: Scene, k: Curve) -> None:
    """Wings that slope through the slice: a veil over a temporal pole, a shadow behind it."""
    rng, canvas = scene.rng, scene.canvas
    for sign in (-1, 1):
        if rng.random() < 0.4:
            behind = np.array(WINGS[1:5]) * (sign, 1) * k + (0, rng.uniform(2, 7))
            box, veil = canvas.cover(tube(behind, rng.uniform(4, 12)), soft_mm=rng.uniform(2, 4))
            canvas.hu[box] += veil * rng.uniform(8, 45)
        if rng.random() < 0.3:
            x, y = sign * rng.uniform(30, 50) * k[0], rng.uniform(-34, -22) * k[1]
            pole = blob(rng, x, y, rng.uniform(6, 14), rng.uniform(6, 14), rough=0.15)
            box, shadow = canvas.cover(pole, soft_mm=4.0)
            canvas.hu[box] -= shadow * rng.uniform(2, 7)


def paint_temples(scene: Scene, skull: Skull, k: Curve, border: list[tuple[int, int]]) -> None:
    """Outside the skull: fat and temporal muscle before the wings of the sphenoid, the zygoma."""
    rng, tissues, canvas = scene.rng, scene.tissues, scene.canvas
    edge = jitter(rng, border, 1.2) * k
    beyond = np.array([(edge[-1, 0] * 1.4, edge[-1, 1]), (edge[-1, 0] * 1.4, -140.0)])
    half = np.concatenate([edge, beyond])
    skin = canvas.mask(_within_skin(skull, 2.0))
    front = np.concatenate([half, mirror(half)[::-1]])
    canvas.paint(front, hu=tissues.fat + 12, label=Label.FAT, within=skin)
    muscle = blob(rng, 57 * k[0], -55 * k[1], rng.uniform(5, 8), rng.uniform(12, 19), 12)
    side = np.array([[63.0, edge[-2, 1] - 8.0]]) * (k[0], 1)
    masses = [muscle, blob(rng, float(side[0, 0]), float(side[0, 1]), 5, rng.uniform(8, 14), 8)]
    for mass in masses:
        for one in (mass, mirror(mass)):
            canvas.paint(one, hu=tissues.muscle, label=Label.MUSCLE, soft_mm=0.5, within=skin)
    dense = tissues.cortical * rng.uniform(0.6, 0.95)
    wide = [7.0, 6.0, 5.0, rng.uniform(4, 8), rng.uniform(4, 8), rng.uniform(5, 9)]
    both(scene, tube(edge, wide), hu=dense, label=Label.BONE, soft_mm=0.7)
    y = _front(skull) + rng.uniform(8, 14)
    rim = blob(rng, 47 * k[0], y, rng.uniform(3.5, 5.5), rng.uniform(5, 8), -28)
    both(scene, rim, hu=dense, label=Label.BONE, soft_mm=0.5)
    if rng.random() < 0.4:  # low enough for the arch
        arch = np.array([(50, y + 2), (61, -56), (66, -40), (67, -26)]) * (k[0], 1)
        both(scene, tube(arch, rng.uniform(2.5, 4.5)), hu=dense, label=Label.BONE)


def paint_sphenoid(scene: Scene, k: Curve) -> None:
    """The sella's front wall, and behind the ethmoid the sphenoid sinus."""
    rng, tissues = scene.rng, scene.tissues
    body = spline(
        jitter(rng, [(-14, -40), (0, -42), (14, -40), (13, -22), (0, -19), (-13, -22)], 1)
    )
    hu = tissues.cortical * rng.uniform(0.5, 0.85)
    scene.canvas.paint(body * k, hu=hu, label=Label.BONE, soft_mm=0.6)
    if rng.random() < 0.75:
        middle = body.mean(axis=0)
        air = middle + (body - middle) * rng.uniform(0.55, 0.85)
        scene.canvas.paint(air * k, hu=-960, label=Label.BODY_GAS, soft_mm=0.4)
        septum = tube(np.array([(rng.normal(0, 2), -41), (rng.normal(0, 4), -20)]) * k, 1.2)
        scene.canvas.paint(septum, hu=400, label=Label.BONE)


def paint_orbits(scene: Scene, skull: Skull, k: Curve) -> None:
    """Cones of fat with eyes, optic nerves and muscles; ethmoid cells and the nose between."""
    rng, tissues = scene.rng, scene.tissues
    front = _front(skull)

    def y(depth: float) -> float:
        return front + depth * float(k[1])

    cone = np.array(
        [(15, y(4)), (30, y(-1)), (46, y(8)), (44, y(22)), (30, y(42)), (17, y(54)), (13, y(40))]
    )
    wall = cone.mean(axis=0) + (cone - cone.mean(axis=0)) * 1.13
    kx = np.array([k[0], 1.0])
    both(scene, spline(wall * kx), hu=tissues.cortical * 0.75, label=Label.BONE, soft_mm=0.8)
    both(scene, spline(cone * kx), hu=tissues.fat + 8, label=Label.FAT, soft_mm=0.5)
    ethmoid = np.array(
        [(-12, y(6)), (0, y(2)), (12, y(6)), (13, y(30)), (11, y(52)), (-11, y(52)), (-13, y(30))]
    )
    scene.canvas.paint(spline(ethmoid * kx), hu=300, label=Label.BONE, soft_mm=0.6)
    cells = []
    for sign in (1, -1):
        at = y(rng.uniform(7, 10))
        while at < y(50):
            step = rng.uniform(6, 13)
            cells.append(blob(rng, sign * 6.2 * k[0], at + step / 2, 5.0 * k[0], step * 0.45, n=24))
            at += step
    mucosa = -960 if rng.random() < 0.85 else 30
    scene.canvas.paint(*cells, hu=mucosa, label=Label.BODY_GAS, soft_mm=0.4)
    septum = tube(np.array([(0, y(2)), (0, y(50))]), 1.2)
    scene.canvas.paint(septum, hu=350, label=Label.BONE)
    for sign in (1, -1):
        cx, cy, r = (
            sign * 31 * k[0] + rng.normal(0, 0.8),
            y(7) + rng.normal(0, 1.5),
            rng.uniform(11, 12.8),
        )
        if rng.random() < 0.9:
            nerve = tube([(cx, cy), (sign * 24 * k[0], y(34)), (sign * 15 * k[0], y(52))], 3.5)
            medial = tube(
                [(cx - sign * 11, cy + 4), (sign * 17 * k[0], y(28)), (sign * 15 * k[0], y(50))],
                [2, 4.5, 2],
            )
            side = tube(
                [(cx + sign * 11, cy + 5), (sign * 36 * k[0], y(30)), (sign * 18 * k[0], y(50))],
                [2, 4.5, 2],
            )
            scene.canvas.paint(
                nerve, medial, side, hu=tissues.muscle - 8, label=Label.MUSCLE, soft_mm=0.4
            )
        scene.canvas.paint(ellipse(cx, cy, r + 0.8, r + 0.8), hu=50, label=Label.EYE, soft_mm=0.4)
        scene.canvas.paint(ellipse(cx, cy, r - 0.8, r - 0.8), hu=12, label=Label.EYE, soft_mm=0.4)
        if rng.random() < 0.8:
            lens = ellipse(cx, cy - r * 0.62, 4.6, 2.2)
            scene.canvas.paint(lens, hu=rng.uniform(70, 110), label=Label.EYE, soft_mm=0.4)
    paint_nose(scene, front, rng.uniform(5, 14))


def paint_nose(scene: Scene, front: float, out_mm: float) -> None:
    """A bridge of skin and bone before ``front``; the further out, the lower the slice."""
    rng = scene.rng
    wide = 9 + max(out_mm - 9, 0) * 0.4
    nose = [(-wide, front + 4), (0, front - out_mm), (wide, front + 4), (0, front + 9)]
    scene.canvas.paint(spline(np.array(nose)), hu=30, label=Label.MUSCLE, soft_mm=0.5)
    tip = front - max(out_mm * 0.45, 3)
    bone = tube([(-wide * 0.55, front + 2), (0, tip), (wide * 0.55, front + 2)], 2)
    hu = scene.tissues.cortical * rng.uniform(0.4, 0.7)
    scene.canvas.paint(bone, hu=hu, label=Label.BONE, soft_mm=0.5)


def _front(skull: Skull) -> float:
    return -float(np.interp(-np.pi / 2, skull.angles, skull.outer))


def _within_skin(skull: Skull, by_mm: float) -> Curve:
    r = skull.skin - by_mm
    return np.stack([r * np.cos(skull.angles), r * np.sin(skull.angles)], axis=1)


def _roofs(scene: Scene, skull: Skull, k: Curve) -> None:
    """Bone over the orbits with what is left of their fat, a tongue of frontal lobe between."""
    rng, tissues, canvas = scene.rng, scene.tissues, scene.canvas
    inside: Coverage = canvas.mask(_within_skin(skull, 2.0))
    block = [(-60, -60), (-36, -50), (-15, -62), (0, -66), (15, -62), (36, -50), (60, -60)]
    block += [(54, -104), (-54, -104)]
    dense = tissues.cortical * rng.uniform(0.4, 0.85) + scene.texture(3, 120)
    curve = spline(jitter(rng, block, 1.6) * k)
    canvas.paint(curve, hu=dense, label=Label.BONE, soft_mm=1.2, within=inside)
    front = _front(skull)
    for sign in (-1, 1):
        x, wide, deep = sign * rng.uniform(27, 33) * k[0], rng.uniform(7, 15), rng.uniform(6, 13)
        fat = blob(rng, x, front + 20 * k[1], wide, deep, sign * -12, rough=0.12)
        canvas.paint(fat, hu=tissues.fat + 15, label=Label.FAT, soft_mm=0.8, within=inside)
        if rng.random() < 0.7:
            eye = blob(rng, x, front + 16 * k[1], wide * 0.6, deep * 0.6, rough=0.08)
            canvas.paint(eye, hu=rng.uniform(15, 45), label=Label.EYE, soft_mm=0.8, within=inside)
        if rng.random() < 0.7:
            out = sign * rng.uniform(2, 22)
            cell = blob(rng, out, front + rng.uniform(6, 14), rng.uniform(5, 13), 6, rough=0.15)
            canvas.paint(cell, hu=-950, label=Label.BODY_GAS, soft_mm=0.5, within=inside)
