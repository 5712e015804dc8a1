"""The slice through the jaws, the nose and the lowest part of the posterior fossa."""

import numpy as np

from trainer.data.phantom.canvas import Coverage
from trainer.data.phantom.head.front import both, paint_nose
from trainer.data.phantom.head.skull import Skull
from trainer.data.phantom.labels import Label
from trainer.data.phantom.scene import Scene
from trainer.data.phantom.shapes import Curve, blob, inset, jitter, mirror, polar, spline, tube

HALF, DEEP = 74.0, 90.0
"""Half width and half length of the head that the control points were read for, mm."""


def paint_face(scene: Scene, skull: Skull, age: float) -> None:
    """From the skin inwards: neck and jaw muscles, occiput with hindbrain, sinuses or mouth.

    How low the slice lies is drawn: from just under the orbits, where the fossa is wide and
    the maxillary sinuses stand before it, to the teeth, where only the medulla is left.
    """
    rng, tissues, canvas = scene.rng, scene.tissues, scene.canvas
    high = float(rng.uniform(0, 1))
    t, skin = skull.angles, skull.skin
    k = np.array([np.abs(skin * np.cos(t)).max() / HALF, (skin * np.sin(t)).max() / DEEP])
    canvas.paint(polar(t, skin), hu=rng.uniform(20, 50), label=Label.MUSCLE)
    fat = tissues.fat + 15 + scene.texture(2.5, rng.uniform(5, 30))  # strands, small vessels
    canvas.paint(polar(t, skin - rng.uniform(1.2, 2.2)), hu=fat, label=Label.FAT)
    _neck(scene, k, high)
    _jaw(scene, k, high)
    _fossa(scene, k, high, age)
    front = float((skin * np.sin(t)).min())
    if high > 0.3:
        _sinuses(scene, k, front, high)
    else:
        _mouth(scene, k, front)


def _neck(scene: Scene, k: Curve, high: float) -> None:
    """Muscles behind and beside the occiput; the longus before the spine."""
    rng = scene.rng
    masses = [
        blob(rng, 20, 62 + 12 * high, 19, 15 - 9 * high, rough=0.08),
        blob(rng, 44, 46 + 8 * high, 11, 17 - 6 * high, -30, rough=0.08),
        blob(rng, 12, -6, 9, 5, 20, rough=0.08),
    ]
    for mass in masses:
        both(scene, mass * k, hu=_flesh(scene), label=Label.MUSCLE, soft_mm=0.7)


def _flesh(scene: Scene) -> Coverage:
    """HU of one muscle, streaked with fat."""
    rng = scene.rng
    streaks = np.maximum(scene.texture(rng.uniform(1.5, 3.5), rng.uniform(0, 22)), 0)
    return np.asarray(scene.tissues.muscle + rng.uniform(-6, 12) - streaks)


def _jaw(scene: Scene, k: Curve, high: float) -> None:
    """Ramus or condyle, the muscles of chewing on both sides of it, the parotid."""
    rng, tissues = scene.rng, scene.tissues
    gland = blob(rng, 59, 0, 8, 13, 12, rough=0.1)
    both(scene, gland * k, hu=rng.uniform(-30, 35), label=Label.SOFT_TISSUE, soft_mm=1.0)
    masseter = blob(rng, 57, -34, rng.uniform(5, 8), rng.uniform(14, 20), 12, rough=0.08)
    pterygoid = blob(rng, 33, -22, rng.uniform(9, 13), rng.uniform(11, 16), 25, rough=0.1)
    temporal = blob(rng, 47, -38, 4.5, rng.uniform(8, 13), 10, rough=0.1)
    for mass in (masseter, pterygoid, temporal):
        both(scene, mass * k, hu=_flesh(scene), label=Label.MUSCLE, soft_mm=0.6)
    dense = tissues.cortical * rng.uniform(0.7, 1.0)
    end = (38 + 8 * high, -50 + 18 * high)
    ramus = tube(np.array([(52, -6), (50, -20), end]) * k, [9, 7, 4 + 4 * (1 - high)])
    both(scene, ramus, hu=dense, label=Label.BONE, soft_mm=0.6)
    if high > 0.6 and rng.random() < 0.7:
        arch = np.array([(46, -57), (62, -42), (65, -22), (58, -6)]) * k
        both(scene, tube(arch, rng.uniform(2.5, 5)), hu=dense, label=Label.BONE)


def _fossa(scene: Scene, k: Curve, high: float, age: float) -> None:
    """Occipital bone, mastoids and clivus around cerebellum, medulla and their fluid."""
    rng, tissues, canvas = scene.rng, scene.tissues, scene.canvas
    wide, deep = 19 + 41 * high, 15 + 17 * high
    middle = np.array([0.0, 28 + 13 * high])
    half = [(0, -1), (0.4, -0.95), (0.75, -0.6), (1, 0), (0.9, 0.5), (0.55, 0.95), (0, 0.92)]
    shape = np.array(half + [(-x, y) for x, y in half[-2:0:-1]]) * (wide, deep)
    inner = spline(jitter(rng, shape, 0.9)) + middle
    thick = rng.uniform(7, 12) - 2 * high
    if high < 0.4:  # through the condyles the ring of bone is thick
        thick *= rng.uniform(1, 1.8)
    bone = tissues.cortical * rng.uniform(0.6, 0.9) + scene.texture(3, 90)
    petrous = np.array([(8, -4), (26, -2), (46, 4), (62, 12), (63, 30), (50, 34), (34, 20)])
    lumps = [
        spline(jitter(rng, petrous * (0.75 + 0.25 * high, 1), 1.4) + np.array([0, 6 + 4 * high]))
    ]
    lumps.append(blob(rng, 0, middle[1] - deep - 3, rng.uniform(10, 17), rng.uniform(5, 8)))
    crest = blob(rng, 0, middle[1] + deep + 4, rng.uniform(8, 20), rng.uniform(5, 12))
    for lump in (inset(inner, -thick), crest, lumps[0], mirror(lumps[0]), lumps[1]):
        canvas.paint(lump * k, hu=bone, label=Label.BONE, soft_mm=0.8)
    for sign in (1, -1):
        if rng.random() < 0.85:
            cells = []
            for _ in range(int(rng.integers(6, 26))):
                x, y = sign * rng.uniform(44, 62) * k[0], rng.uniform(14, 38) * k[1]
                cells.append(blob(rng, x, y, rng.uniform(1, 3.2), rng.uniform(1, 3.2), n=10))
            canvas.paint(*cells, hu=rng.uniform(-950, -500), label=Label.BODY_GAS, soft_mm=0.3)
        if high > 0.35:
            ear = tube(np.array([(48, 8), (72, 6)]) * (sign, 1) * k, rng.uniform(3.5, 6))
            canvas.paint(ear, hu=-950, label=Label.BODY_GAS, soft_mm=0.5)
    inside = canvas.mask(inner * k)
    canvas.paint(inner * k, hu=tissues.csf + 5, label=Label.CSF, soft_mm=0.5)
    brain = tissues.grey - rng.uniform(0, 4)
    if high > 0.12:
        gap = rng.uniform(0.5, 2.5) + 2 * age
        lobe = blob(rng, wide * 0.47, middle[1] + deep * 0.2, wide * 0.46, deep * 0.74, rough=0.05)
        lobe = inset(lobe, gap * 0.4)
        for one in (lobe, mirror(lobe)):
            canvas.paint(one * k, hu=brain, label=Label.HINDBRAIN, soft_mm=0.8, within=inside)
        vermis = blob(rng, 0, middle[1] + deep * 0.25, wide * 0.2, deep * 0.45)
        canvas.paint(vermis * k, hu=brain, label=Label.HINDBRAIN, soft_mm=0.8, within=inside)
    stem = blob(rng, 0, middle[1] - deep * 0.42, rng.uniform(6, 9), rng.uniform(5, 8))
    canvas.paint(stem * k, hu=tissues.white + 5, label=Label.HINDBRAIN, soft_mm=0.8)
    if rng.random() < 0.5:
        ventricle = blob(rng, 0, middle[1] - deep * 0.05, rng.uniform(2, 6), rng.uniform(1.5, 4))
        canvas.paint(ventricle * k, hu=tissues.csf + 3, label=Label.CSF, soft_mm=0.6)
    box, dark = canvas.cover(inset(inner, -4) * k, soft_mm=3)
    canvas.hu[box] -= dark * rng.uniform(0, 16)  # beam hardening between the petrous bones
    for _ in range(int(rng.integers(0, 5))):
        y, tilt = rng.uniform(5, 60) * k[1], rng.normal(0, 9)
        line = tube([(-62 * k[0], y - tilt), (62 * k[0], y + tilt)], rng.uniform(2, 7))
        box, band = canvas.cover(line, soft_mm=2)
        canvas.hu[box] += band * rng.normal(0, 9)


def _sinuses(scene: Scene, k: Curve, front: float, high: float) -> None:
    """Maxillary sinuses, nasal cavity with septum and conchae, nasopharynx, nose."""
    rng, tissues, canvas = scene.rng, scene.tissues, scene.canvas
    y = (front / k[1] + DEEP) * 0.6  # a shorter face than the control points
    down = np.array([0.0, y])
    throat = blob(rng, 0, -22, rng.uniform(17, 23), rng.uniform(9, 13))
    canvas.paint(throat * k, hu=tissues.muscle - 4, label=Label.MUSCLE, soft_mm=0.6)
    dense = tissues.cortical * rng.uniform(0.5, 0.9)
    sinus = np.array([(14, -74), (32, -69), (42, -58), (31, -40), (16, -38)]) + down
    sinus = spline(jitter(rng, sinus, 1.8))
    both(scene, inset(sinus, -rng.uniform(1.5, 3)) * k, hu=dense, label=Label.BONE, soft_mm=0.5)
    for one in (sinus, mirror(sinus)):
        lining = rng.uniform(0, 3) if rng.random() < 0.8 else rng.uniform(4, 25)
        canvas.paint(one * k, hu=rng.uniform(10, 40), label=Label.SOFT_TISSUE, soft_mm=0.4)
        canvas.paint(inset(one, lining) * k, hu=-960, label=Label.BODY_GAS, soft_mm=0.4)
    cheek = blob(rng, 45, -60 + y, rng.uniform(5, 9), rng.uniform(5, 8), -25, rough=0.1)
    both(scene, cheek * k, hu=dense, label=Label.BONE, soft_mm=0.6)
    plate = tube(np.array([(15, -27), (17, -40)]) * k, 2.5)
    both(scene, plate, hu=dense, label=Label.BONE)
    cavity = np.array(
        [(-12, -82), (0, -86), (12, -82), (13, -52), (11, -32), (-11, -32), (-13, -52)]
    )
    canvas.paint(spline(cavity + down) * k, hu=dense * 0.6, label=Label.BONE, soft_mm=0.5)
    air = inset(spline(cavity + down), 1.5)
    canvas.paint(air * k, hu=-930, label=Label.BODY_GAS, soft_mm=0.4)
    bend = rng.normal(0, 2.5)
    septum = np.array([(0, -84), (bend, -60), (0, -34)]) + down
    canvas.paint(
        tube(septum * k, rng.uniform(1.5, 3)), hu=rng.uniform(60, 350), label=Label.SOFT_TISSUE
    )
    for sign in (1, -1):
        concha = np.array([(sign * 7, -74), (sign * 8.5, -58), (sign * 8, -40)]) + down
        thick = rng.uniform(2, 7)
        canvas.paint(
            tube(concha * k, thick), hu=rng.uniform(20, 60), label=Label.SOFT_TISSUE, soft_mm=0.5
        )
    gas = blob(rng, 0, -24, rng.uniform(7, 13), rng.uniform(3, 7))
    canvas.paint(gas * k, hu=-950, label=Label.BODY_GAS, soft_mm=0.5)
    paint_nose(scene, front + 6, rng.uniform(4, 10) + 14 * high)


def _mouth(scene: Scene, k: Curve, front: float) -> None:
    """Alveolar arch with teeth, tongue or palate within it, the pharynx behind."""
    rng, tissues, canvas = scene.rng, scene.tissues, scene.canvas
    y = (front / k[1] + DEEP) * 0.8
    down = np.array([0.0, y])
    soft = blob(rng, 0, -30, 26, 14, rough=0.08)
    canvas.paint(soft * k, hu=tissues.muscle, label=Label.MUSCLE, soft_mm=0.7)
    arch = np.array([(31, -40), (28, -58), (18, -74), (0, -81), (-18, -74), (-28, -58), (-31, -40)])
    arch = jitter(rng, arch, 1) + down
    lips = blob(rng, 0, -72 + y, 34, 16, rough=0.05)
    canvas.paint(lips * k, hu=tissues.muscle - 10, label=Label.MUSCLE, soft_mm=0.8)
    within = spline(arch) * k
    hard = rng.random() < 0.3
    hu = tissues.cancellous + 150 if hard else _flesh(scene)
    canvas.paint(within, hu=hu, label=Label.BONE if hard else Label.MUSCLE, soft_mm=0.8)
    dense = tissues.cortical * rng.uniform(0.5, 0.9)
    canvas.paint(tube(arch * k, rng.uniform(7, 12)), hu=dense, label=Label.BONE, soft_mm=0.7)
    if rng.random() < 0.75:
        along = np.linspace(0, len(arch) - 1, int(rng.integers(9, 15)))
        spots = np.stack([np.interp(along, np.arange(len(arch)), arch[:, i]) for i in (0, 1)], 1)
        teeth = [blob(rng, x, at, 3.6, 3.6, n=16) * k for x, at in spots]
        canvas.paint(*teeth, hu=rng.uniform(1500, 2400), label=Label.BONE, soft_mm=0.4)
        if rng.random() < 0.4:
            _metal(scene, spots[int(rng.integers(len(spots)))] * k)
    gas = blob(rng, 0, -24, rng.uniform(7, 14), rng.uniform(3, 8))
    canvas.paint(gas * k, hu=-950, label=Label.BODY_GAS, soft_mm=0.5)


def _metal(scene: Scene, at: Curve) -> None:
    """A filling, and the bright and dark rays that it throws."""
    rng, canvas = scene.rng, scene.canvas
    canvas.paint(blob(rng, float(at[0]), float(at[1]), 3, 3, n=16), hu=3000, label=Label.BONE)
    for _ in range(int(rng.integers(6, 16))):
        angle = rng.uniform(-0.7, 0.7) + (np.pi if rng.random() < 0.5 else 0)
        end = at + rng.uniform(40, 130) * np.array([np.cos(angle), np.sin(angle)])
        box, ray = canvas.cover(tube([at, end], [1.5, rng.uniform(2, 6)]), soft_mm=1)
        canvas.hu[box] += ray * rng.normal(0, 180)
