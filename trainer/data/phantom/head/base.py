"""The slice through orbits, petrous bones and posterior fossa."""

import numpy as np

from trainer.data.phantom.canvas import Coverage
from trainer.data.phantom.head.front import (
    LOW_WINGS,
    both,
    paint_orbits,
    paint_sphenoid,
    paint_temples,
)
from trainer.data.phantom.head.skull import Skull
from trainer.data.phantom.labels import Label
from trainer.data.phantom.scene import Scene
from trainer.data.phantom.shapes import (
    Curve,
    blob,
    ellipse,
    inset,
    jitter,
    polar,
    spline,
    tube,
)

K_Y = 87.0


def paint_base(scene: Scene, skull: Skull, age: float, *, orbits: bool) -> None:
    """Paint the inside of the outline: bone, sinuses, temporal lobes, hindbrain.

    In front either the orbits, or as a tilted gantry shows them, the orbital roofs with the
    frontal sinuses and the lowest part of the frontal lobes between them.
    """
    kx = skull.at(0.0) / 68.0
    ky = skull.at(np.pi / 2) / K_Y
    k = np.array([kx, ky])
    _temporal_lobes(scene, skull, k, age)
    _posterior_fossa(scene, skull, k, age)
    _central_bone(scene, k)
    if orbits:
        paint_temples(scene, skull, k, LOW_WINGS)
        paint_sphenoid(scene, k)
        paint_orbits(scene, skull, k)
    else:
        _roofs(scene, skull, k)


def _temporal_lobes(scene: Scene, skull: Skull, k: Curve, age: float) -> None:
    rng, tissues = scene.rng, scene.tissues
    lobe = [(22, -28), (42, -40), (58, -26), (63, -4), (58, 12), (40, 10), (24, 2), (18, -12)]
    for sign in (1, -1):
        points = jitter(rng, lobe, 1.2) * (sign, 1) * k
        scene.paint(spline(points), hu=tissues.grey, label=Label.GREY_MATTER, soft_mm=0.8)
        middle = points.mean(axis=0)
        inner = middle + (points - middle) * 0.62
        scene.paint(spline(inner), hu=tissues.white + 1, label=Label.WHITE_MATTER, soft_mm=1.8)
        horn = tube(np.array([(36, -12), (38, 0)]) * (sign, 1) * k, 0.8 + 2.5 * age)
        scene.paint(horn, hu=tissues.csf, label=Label.CSF, soft_mm=0.6)


def _posterior_fossa(scene: Scene, skull: Skull, k: Curve, age: float) -> None:
    rng, tissues = scene.rng, scene.tissues
    brain = tissues.grey - 1
    within = scene.canvas.mask(polar(skull.angles, skull.inner - rng.uniform(0.5, 2) - 2 * age))
    outline = [(0, 4), (20, 10), (42, 26), (53, 44), (42, 66), (20, 80), (0, 82)]
    outline += [(-x, y) for x, y in outline[-2:0:-1]]
    scene.paint(
        spline(jitter(rng, outline, 1.0) * k * rng.uniform(1.03, 1.12)),
        hu=brain,
        label=Label.HINDBRAIN,
        soft_mm=0.8,
        within=within,
    )
    folia = []
    for sign in (1, -1):
        for y in np.arange(38, 72, rng.uniform(6, 9)):
            path = np.array([(sign * 14, y), (sign * 28, y + 4), (sign * 42, y)]) * k
            folia.append(tube(path + rng.normal(0, 1, 2), 2.2))
    scene.paint(*folia, hu=tissues.white + 2, label=Label.HINDBRAIN, soft_mm=1.2)
    pons = [(0, 2), (12, 4), (16, 14), (10, 25), (0, 27), (-10, 25), (-16, 14), (-12, 4)]
    around = spline(np.array(pons) * k * (1.25, 1.2) + (0, -7))
    scene.paint(around, hu=tissues.csf + 6, label=Label.CSF, soft_mm=0.8)
    scene.paint(
        spline(jitter(rng, pons, 0.8) * k),
        hu=tissues.white + 5,
        label=Label.HINDBRAIN,
        soft_mm=0.8,
    )
    wide, deep = rng.uniform(4, 8) + 3 * age, rng.uniform(3, 5)
    ventricle = np.array([(-wide, 31), (0, 28), (wide, 31), (0, 31 + deep * 1.5)]) * k
    scene.paint(spline(ventricle), hu=tissues.csf + 2, label=Label.CSF, soft_mm=0.5)
    magna = blob(rng, 0, 79 * k[1], rng.uniform(3, 12), rng.uniform(2, 5))
    scene.paint(magna, hu=tissues.csf + 4, label=Label.CSF, soft_mm=0.8)
    _sinuses(scene, skull, within)
    _hardening(scene, k)


def _sinuses(scene: Scene, skull: Skull, within: Coverage) -> None:
    """Sigmoid and transverse sinuses: flowing blood along the bone, one side often wider."""
    rng = scene.rng
    hu = rng.uniform(46, 64) if scene.tissues.vein < 100 else scene.tissues.vein
    for sign in (1, -1):
        if rng.random() < 0.15:
            continue
        t = np.linspace(0, rng.uniform(0.05, 0.5), 5) + rng.uniform(0.45, 0.75)
        t = t if sign > 0 else np.pi - t
        wide = rng.uniform(5, 12)
        path = polar(t, np.interp(t, skull.angles, skull.inner) - wide * 0.4)
        scene.canvas.paint(
            tube(path, wide), hu=hu, label=Label.BLOOD_VESSEL, soft_mm=0.8, within=within
        )


def _hardening(scene: Scene, k: Curve) -> None:
    """Dark and bright bands that the petrous bones throw across the hindbrain."""
    rng, canvas = scene.rng, scene.canvas
    box, dark = canvas.cover(ellipse(0, 15 * k[1], 48 * k[0], 7), soft_mm=5)
    canvas.hu[box] -= dark * rng.uniform(0, 14)
    for _ in range(int(rng.integers(0, 5))):
        y, tilt = rng.uniform(8, 50) * k[1], rng.normal(0, 8)
        line = tube([(-60 * k[0], y - tilt), (60 * k[0], y + tilt)], rng.uniform(2, 6))
        box, band = canvas.cover(line, soft_mm=2)
        canvas.hu[box] += band * rng.normal(0, 7)


def _central_bone(scene: Scene, k: Curve) -> None:
    rng, tissues = scene.rng, scene.tissues
    dense = tissues.cortical * 0.9
    petrous = jitter(
        rng, [(9, 4), (22, 5), (44, 12), (66, 22), (67, 42), (56, 38), (38, 27), (20, 17)], 1
    )
    both(scene, spline(petrous * k), hu=dense, label=Label.BONE, soft_mm=0.7)
    for sign in (1, -1):
        if rng.random() < 0.85:
            cells = []
            for _ in range(int(rng.integers(8, 22))):
                x, y = sign * rng.uniform(50, 65) * k[0], rng.uniform(24, 39) * k[1]
                cells.append(ellipse(x, y, rng.uniform(1, 3), rng.uniform(1, 3), n=10))
            hu = rng.uniform(-950, -600)
            scene.canvas.paint(*cells, hu=hu, label=Label.BODY_GAS, soft_mm=0.3)
        canal = ellipse(sign * 20 * k[0], 11 * k[1], 5, 1.8, sign * -10)
        scene.canvas.paint(canal, hu=20, label=Label.CSF, soft_mm=0.6)
        ear = tube(np.array([(48, 16), (70, 13)]) * (sign, 1) * k, rng.uniform(3.5, 6))
        scene.canvas.paint(ear, hu=-950, label=Label.BODY_GAS, soft_mm=0.5)
    clivus = spline(jitter(rng, [(-12, -14), (12, -14), (10, -5), (0, -3), (-10, -5)], 0.6) * k)
    scene.canvas.paint(clivus, hu=tissues.cancellous + 200, label=Label.BONE, soft_mm=0.6)
    wing = tube(np.array([(60, -34), (44, -40), (30, -30), (14, -18)]) * k, [5, 7, 5, 6])
    both(scene, wing, hu=dense, label=Label.BONE, soft_mm=0.8)
    sphenoid = spline(
        jitter(rng, [(-14, -34), (0, -36), (14, -34), (12, -14), (0, -11), (-12, -14)], 1.2) * k
    )
    scene.canvas.paint(sphenoid, hu=tissues.cortical * 0.8, label=Label.BONE, soft_mm=0.5)
    middle = sphenoid.mean(axis=0)
    air = middle + (sphenoid - middle) * 0.86
    scene.canvas.paint(air, hu=-960, label=Label.BODY_GAS, soft_mm=0.4)
    septum = tube(np.array([(0, -35), (rng.normal(0, 2), -24), (rng.normal(0, 4), -12)]) * k, 1.2)
    scene.canvas.paint(septum, hu=400, label=Label.BONE)


def _roofs(scene: Scene, skull: Skull, k: Curve) -> None:
    """Thick uneven bone above the orbits, air in the frontal sinuses, the straight gyri."""
    rng, tissues, canvas = scene.rng, scene.tissues, scene.canvas
    front = -float(np.interp(-np.pi / 2, skull.angles, skull.outer))
    inside = canvas.mask(polar(skull.angles, skull.outer - 0.5))
    block = np.array(
        [(-58, -44), (-36, -30), (0, -26), (36, -30), (58, -44), (52, -100), (-52, -100)]
    )
    dense = tissues.cortical * rng.uniform(0.35, 0.8) + scene.texture(3, 120)
    canvas.paint(
        spline(jitter(rng, block, 1.5) * k), hu=dense, label=Label.BONE, soft_mm=1.2, within=inside
    )
    deep = (-30 * k[1] + front) / 2
    lobe = blob(
        rng, 0, deep + rng.uniform(0, 6), rng.uniform(13, 22), rng.uniform(22, 30), rough=0.06
    )
    canvas.paint(lobe, hu=tissues.csf + 6, label=Label.CSF, soft_mm=1, within=inside)
    canvas.paint(inset(lobe, 2), hu=tissues.grey, label=Label.GREY_MATTER, soft_mm=1, within=inside)
    canvas.paint(inset(lobe, 9), hu=tissues.white, label=Label.WHITE_MATTER, soft_mm=1.5)
    cleft = tube([(0, deep - 24), (0, deep + 22)], rng.uniform(1, 2.5))
    canvas.paint(cleft, hu=tissues.csf + 8, label=Label.CSF, soft_mm=0.6, within=inside)
    crest = tube([(0, deep - 26), (0, deep - 14)], rng.uniform(2, 5))
    canvas.paint(crest, hu=tissues.cortical, label=Label.BONE, soft_mm=0.6, within=inside)
    hollow = canvas.mask(polar(skull.angles, skull.outer - rng.uniform(2.5, 5)))
    for sign in (-1, 1):
        if rng.random() < 0.75:
            wide, tall = rng.uniform(9, 22), rng.uniform(4, 9)
            sinus = blob(
                rng, sign * (wide + 2), front + tall + 5, wide, tall, sign * 14, rough=0.14
            )
            canvas.paint(sinus, hu=-950, label=Label.BODY_GAS, soft_mm=0.5, within=hollow)
        if rng.random() < 0.35:
            cell = blob(
                rng, sign * rng.uniform(22, 34), front + 24, 5, rng.uniform(5, 11), rough=0.15
            )
            canvas.paint(cell, hu=-940, label=Label.BODY_GAS, soft_mm=0.5, within=hollow)
