"""Cerebral hemispheres above the skull base: cortex, white matter, sulci, ventricles, nuclei."""

import math

import numpy as np

from trainer.data.phantom.head.skull import Skull
from trainer.data.phantom.head.ventricles import VENTRICLES, Dilated, paint_dilated
from trainer.data.phantom.labels import Label
from trainer.data.phantom.scene import Scene
from trainer.data.phantom.shapes import Curve, blob, ellipse, jitter, mirror, spline, tube


def paint_brain(
    scene: Scene, skull: Skull, level: str, age: float, dilated: Dilated | None = None
) -> None:
    """Everything inside the vault of one slice above the posterior fossa.

    Args:
        scene: with the vault painted.
        skull: its radii.
        level: a key of ``skull.SCALE`` other than 眼眶.
        age: 0 young (full brain, slit ventricles) to 1 old (wide sulci and ventricles).
        dilated: ventricles of a hydrocephalus, painted over those that age gives.
    """
    hemispheres = [_hemisphere(scene, skull, side, age) for side in (-1, 1)]
    tissues = scene.tissues
    for hemisphere in hemispheres:
        scene.paint(hemisphere, hu=tissues.grey, label=Label.GREY_MATTER, soft_mm=0.6)
    for side, hemisphere in zip((-1, 1), hemispheres, strict=True):
        white = _white(scene, hemisphere, side)
        scene.paint(white, hu=tissues.white, label=Label.WHITE_MATTER, soft_mm=1.0)
    _sulci(scene, skull, level, age)
    {
        "鞍上池": _cistern_level,
        "基底节": _ganglia_level,
        "侧脑室体": _body_level,
        "半卵圆中心": _centrum_level,
        "颅顶": _centrum_level,
    }[level](scene, skull, age)
    if dilated is not None:
        paint_dilated(scene, dilated, level, skull.at(math.pi / 2) / 86.0)
    _falx(scene, skull, level)


def _hemisphere(scene: Scene, skull: Skull, side: int, age: float) -> Curve:
    """One half of the brain surface, a gap of CSF under the inner table."""
    rng = scene.rng
    t = np.deg2rad(np.linspace(-86, 86, 80))
    t = t if side > 0 else math.pi - t
    gap = rng.uniform(0.4, 1.6) + age * rng.uniform(0.8, 3.2)
    radius = skull.radius(t) - gap * (1 + 0.4 * np.sin(9 * t + rng.uniform(0, 6)))
    outside = np.stack([radius * np.cos(t), radius * np.sin(t)], axis=1)
    y = np.linspace(outside[-1, 1], outside[0, 1], 24)
    half_fissure = 0.5 + age * 1.2 + 0.5 * np.abs(np.sin(y / 9 + rng.uniform(0, 6)))
    return np.concatenate([outside, np.stack([side * half_fissure, y], axis=1)])


def _white(scene: Scene, hemisphere: Curve, side: int) -> Curve:
    """White matter: the surface drawn in by the cortex, with fingers into the gyri."""
    rng = scene.rng
    center = np.array([side * np.abs(hemisphere[:, 0]).max() * 0.48, 0.0])
    away = hemisphere - center
    distance = np.linalg.norm(away, axis=1, keepdims=True)
    s = np.linspace(0, 2 * math.pi, len(hemisphere))
    depth = rng.uniform(7, 11) * np.ones_like(s)
    for k in (11, 15, 19, 24):
        depth += rng.uniform(1.0, 2.2) * np.cos(k * s + rng.uniform(0, 6))
    share = np.clip(1 - np.clip(depth, 2.5, 20)[:, None] / distance, 0.2, 1)
    return np.asarray(center + away * share)


def _sulci(scene: Scene, skull: Skull, level: str, age: float) -> None:
    """Wavy clefts from the surface inwards, lined with cortex."""
    rng, tissues = scene.rng, scene.tissues
    low, high = (8, 22) if level in ("颅顶", "半卵圆中心") else (5, 15)
    cortex, fluid = [], []
    count = int(rng.integers(16, 30))
    for i in range(count):
        angle = 2 * math.pi * (i + rng.uniform(-0.3, 0.3)) / count
        if abs(math.cos(angle)) < 0.12:
            continue
        start = skull.at(angle) - 0.8
        length = rng.uniform(low, high)
        bend = rng.uniform(-0.12, 0.12)
        radii = start - length * np.array([-0.05, 0.35, 0.7, 1.0])
        angles = angle + bend * np.array([0.0, 0.3, -0.3, 1.0])
        path = np.stack([radii * np.cos(angles), radii * np.sin(angles)], axis=1)
        width = rng.uniform(0.3, 1.1) + age * rng.uniform(0.3, 2.0)
        cortex.append(tube(path, (width + 6) * np.array([1, 1, 0.9, 0.8]), per=4))
        fluid.append(tube(path, width * np.array([1.5, 1.0, 0.9, 0.5]), per=4))
    scene.paint(*cortex, hu=tissues.grey, label=Label.GREY_MATTER, soft_mm=1.0)
    scene.paint(*fluid, hu=tissues.csf + 4, label=Label.CSF, soft_mm=0.5)


def _falx(scene: Scene, skull: Skull, level: str) -> None:
    """A thin bright fold, in front and behind, or all along above the ventricles."""
    rng, tissues = scene.rng, scene.tissues
    front, back = -skull.at(-math.pi / 2), skull.at(math.pi / 2)
    hu = rng.uniform(42, 60) + (tissues.vein - tissues.blood) * 0.4
    width = rng.uniform(0.9, 1.8)
    if level in ("半卵圆中心", "颅顶", "侧脑室体"):
        spans = [(front, back)] if level != "侧脑室体" else [(front, -45.0), (36.0, back)]
    else:
        spans = [(front, -48.0 * back / 88)] + ([(48.0, back)] if level == "基底节" else [])
    for y0, y1 in spans:
        path = np.stack([rng.normal(0, 0.5, 4), np.linspace(y0 + 1, y1 - 1, 4)], axis=1)
        scene.paint(tube(path, width), hu=hu, label=Label.GREY_MATTER, soft_mm=0.3)
    sinus = [(-5, back + 1), (0, back - rng.uniform(5, 9)), (5, back + 1)]
    blood = tissues.vein + rng.uniform(0, 12)
    scene.canvas.paint(spline(sinus), hu=blood, label=Label.BLOOD_VESSEL, soft_mm=0.4)
    if rng.random() < 0.15:
        y = rng.uniform(front * 0.9, front * 0.5)
        spot = blob(rng, 0, y, rng.uniform(0.8, 2), rng.uniform(2, 5))
        scene.canvas.paint(spot, hu=rng.uniform(150, 500), label=Label.GREY_MATTER, soft_mm=0.4)


def _pair(
    scene: Scene, curve: Curve, *, hu: float, label: Label, soft_mm: float = 0.7, keep: str = ""
) -> None:
    """The same structure on both sides, each a little different."""
    for side in (curve, mirror(curve)):
        scale = scene.rng.uniform(0.92, 1.08, 2)
        middle = side.mean(axis=0)
        moved = (side - middle) * scale + middle + scene.rng.normal(0, 0.6, 2)
        scene.keep(keep, moved)
        scene.paint(moved, hu=hu, label=label, soft_mm=soft_mm)


def _ganglia_level(scene: Scene, skull: Skull, age: float) -> None:
    """Frontal horns, third ventricle, thalami, caudate and lentiform nuclei, trigones."""
    rng, tissues = scene.rng, scene.tissues
    k = skull.at(math.pi / 2) / 86.0
    grey, csf = tissues.grey + 0.5, tissues.csf
    _pair(scene, ellipse(12, 4, 9.5, 14, -18) * k, hu=grey - 1, label=Label.GREY_MATTER)
    lens = jitter(rng, [(18, -10), (24, -27), (31, -14), (29, 2), (23, 3)], 0.8)
    _pair(scene, spline(lens) * k, hu=grey, label=Label.GREY_MATTER)
    insula = tube(np.array([(40, -27), (36, -16), (37, -4), (41, 6)]) * k, 5.0)
    _pair(scene, insula, hu=grey, label=Label.GREY_MATTER)
    wide = 1.0 + age * 2.2 + rng.uniform(0, 0.8)
    sylvian = np.array([(58, -16), (47, -18), (42, -22), (40.5, -12), (41.5, 2)]) * k
    _pair(
        scene, tube(sylvian, np.array([2, 2.2, 1.5, 1.2, 0.8]) * wide), hu=csf + 3, label=Label.CSF
    )
    horn = rng.uniform(3.2, 4.8) + age * rng.uniform(0, 4.5)
    _pair(scene, ellipse(13, -29, 5.5, 9, 24) * k, hu=grey, label=Label.GREY_MATTER)
    front = np.array([(2.5, -22), (4, -31), (9, -39), (13, -42)]) * k
    horns = tube(front, np.array([0.5, 1, 1.1, 0.6]) * horn)
    _pair(scene, horns, hu=csf, label=Label.CSF, keep=VENTRICLES)
    third = rng.uniform(2.0, 3.5) + age * rng.uniform(0, 4.5)
    path = np.array([(0, -14), (0, -4), (0, 8)]) * k
    middle = tube(path, [third * 0.6, third, third * 0.6])
    scene.keep(VENTRICLES, middle)
    scene.paint(middle, hu=csf + 2, label=Label.CSF, soft_mm=0.6)
    trigone = rng.uniform(5.5, 8.5) + age * rng.uniform(0, 5)
    path = np.array([(21, 20), (26, 30), (25, 42), (21, 52)]) * k
    atrium = tube(path, np.array([0.7, 1, 0.75, 0.25]) * trigone)
    _pair(scene, atrium, hu=csf, label=Label.CSF, keep=VENTRICLES)
    cistern = jitter(rng, [(-13, 22), (0, 17), (13, 22), (5, 26), (0, 32), (-5, 26)], 0.8)
    scene.paint(spline(cistern * k), hu=csf + 3, label=Label.CSF, soft_mm=0.8)
    _calcifications(scene, k)


def _calcifications(scene: Scene, k: float) -> None:
    """Pineal gland and choroid plexus, common and normal in adults."""
    rng = scene.rng
    if rng.random() < 0.6:
        pineal = blob(rng, rng.normal(0, 0.6), 17 * k, rng.uniform(1.2, 2.8), rng.uniform(1, 2.5))
        scene.paint(pineal, hu=rng.uniform(90, 320), label=Label.GREY_MATTER, soft_mm=0.5)
    if rng.random() < 0.6:
        for side in (-1, 1):
            x, y = side * 25 * k + rng.normal(0, 1), 31 * k + rng.normal(0, 2)
            spot = blob(rng, x, y, rng.uniform(1.5, 3.2), rng.uniform(2, 4.5))
            hu = rng.uniform(45, 280)
            scene.paint(spot, hu=hu, label=Label.GREY_MATTER, soft_mm=0.6)


def _body_level(scene: Scene, skull: Skull, age: float) -> None:
    """Bodies of the lateral ventricles with the caudate beside them."""
    rng, tissues = scene.rng, scene.tissues
    k = skull.at(math.pi / 2) / 86.0
    wide = rng.uniform(5.0, 8.5) + age * rng.uniform(0, 7)
    spread = rng.uniform(0.9, 1.15)
    horn = rng.uniform(8, 14)  # some diverge in front as well
    path = np.array([(horn, -36), (10, -20), (rng.uniform(9, 14), 2), (20, 22), (24, 36)])
    path = path * (k * spread, k)
    nucleus = path[:4] + np.array([wide * 0.75, 0.0])
    _pair(scene, tube(nucleus, [7, 7, 5, 3]), hu=tissues.grey, label=Label.GREY_MATTER, soft_mm=1.2)
    shape = tube(path, np.array([rng.uniform(0.7, 1.1), 1, 0.95, 1, rng.uniform(0.5, 1)]) * wide)
    soft = rng.uniform(0.5, 1.5)
    _pair(scene, shape, hu=tissues.csf, label=Label.CSF, soft_mm=soft, keep=VENTRICLES)
    callosum = ellipse(0, -37 * k, 8, 4)
    scene.paint(callosum, hu=tissues.white, label=Label.WHITE_MATTER, soft_mm=1)
    if rng.random() < 0.5:
        for side in (-1, 1):
            spot = blob(rng, side * 21 * k, 27 * k, 2, 4)
            hu = rng.uniform(45, 200)
            scene.paint(spot, hu=hu, label=Label.GREY_MATTER, soft_mm=0.8)


def _centrum_level(scene: Scene, skull: Skull, age: float) -> None:
    """Nothing but hemispheres; sometimes faint periventricular white matter."""
    rng, tissues = scene.rng, scene.tissues
    if age > 0.5 and rng.random() < 0.5:
        k = skull.at(math.pi / 2) / 80.0
        patch = blob(rng, 24 * k, 0, 7, 26, 0, rough=0.15)
        _pair(scene, patch, hu=tissues.white - 4, label=Label.WHITE_MATTER, soft_mm=3)


def _cistern_level(scene: Scene, skull: Skull, age: float) -> None:
    """Suprasellar star, midbrain, ambient cisterns, temporal horns, upper cerebellum."""
    rng, tissues = scene.rng, scene.tissues
    k = skull.at(math.pi / 2) / 86.0
    csf = tissues.csf + 3
    wide = rng.uniform(0.5, 1.0) + age * 0.9
    scene.paint(_star(rng) * k, hu=csf, label=Label.CSF, soft_mm=0.6)
    _upper_cerebellum(scene, k)
    _midbrain(scene, k, wide)
    sylvian = np.array([(54, -26), (42, -25), (30, -20), (18, -16)]) * k
    bled = VENTRICLES in scene.masks  # blood is named in these fissures
    if bled or rng.random() < 0.75:
        _pair(scene, tube(sylvian, np.array([3, 2.5, 2, 2]) * wide), hu=csf, label=Label.CSF)
    horn = tube(np.array([(30, 0), (33, 10), (33, 20)]) * k, np.array([1, 1, 0.6]) * (1 + age * 3))
    _pair(scene, horn, hu=tissues.csf, label=Label.CSF, keep=VENTRICLES)
    _skull_at_cisterns(scene, skull, k)


def _star(rng: np.random.Generator) -> Curve:
    """The suprasellar cistern; its five points are rarely cut in one plane."""
    blunt = rng.uniform(0, 9)
    star = []
    for i in range(5):
        tip, notch = math.radians(-90 + 72 * i), math.radians(-54 + 72 * i)
        far, near = rng.uniform(13, 18) - blunt / 3, rng.uniform(5, 8) + blunt
        star.append((far * math.cos(tip), -12 + far * math.sin(tip)))
        star.append((near * math.cos(notch), -12 + near * math.sin(notch)))
    return spline(np.array(star), 6)


def _upper_cerebellum(scene: Scene, k: float) -> None:
    """Its top between the edges of the tentorium, as dense as the brain or a little denser."""
    rng, tissues = scene.rng, scene.tissues
    grown = np.array([rng.uniform(0.8, 1.35), rng.uniform(0.85, 1.15)]) * k
    outline = [(0, 30), (16, 36), (27, 55), (14, 68), (-14, 68), (-27, 55), (-16, 36)]
    hu = rng.uniform(tissues.white + 4, tissues.grey - 1)
    curve = spline(jitter(rng, outline, 1) * grown)
    scene.paint(curve, hu=hu, label=Label.HINDBRAIN, soft_mm=rng.uniform(1, 3))
    if rng.random() < 0.65:
        tent = np.array([(12, 30), (22, 42), (33, 60)]) * grown
        hu = 48 + (tissues.vein - tissues.blood) * 0.4
        for side in (tent, mirror(tent)):
            scene.paint(tube(side, 1.6), hu=hu, label=Label.HINDBRAIN, soft_mm=0.6)


def _midbrain(scene: Scene, k: float, wide: float) -> None:
    """Midbrain or pons with the ambient cisterns around it."""
    rng, tissues = scene.rng, scene.tissues
    size = np.array([rng.uniform(0.72, 1.05), rng.uniform(0.8, 1.05)]) * k
    ring = np.array([(14, -1), (19, 12), (13, 24), (0, 28), (-13, 24), (-19, 12), (-14, -1)])
    behind = np.interp(np.arange(7), [0, 3, 6], [1, rng.uniform(0.5, 1.6), 1])
    fluid = tube(ring * size, (2.5 * wide + 1.5) * behind)
    hu, soft_mm = tissues.csf + 3, rng.uniform(0.5, 1.2)
    scene.paint(fluid, hu=hu, label=Label.CSF, soft_mm=soft_mm)
    outline = [(0, -3), (11, -4), (16, 9), (10, 22), (0, 24), (-10, 22), (-16, 9), (-11, -4)]
    stem = spline(jitter(rng, outline, 0.7) * size)
    scene.paint(stem, hu=tissues.white + 5, label=Label.HINDBRAIN, soft_mm=0.8)


def _skull_at_cisterns(scene: Scene, skull: Skull, k: float) -> None:
    """Petrous ridges, orbital roofs and the frontal sinus, as far as the slice cuts them."""
    rng, tissues = scene.rng, scene.tissues
    for sign in (-1, 1):
        if rng.random() < 0.35:
            ridge = np.array([(sign * 66, 22), (sign * 44, 18), (sign * 30, 14)]) * k
            hu = tissues.cortical * rng.uniform(0.4, 0.9)
            scene.canvas.paint(tube(ridge, [14, 8, 2]), hu=hu, label=Label.BONE, soft_mm=1.5)
    if rng.random() < 0.35:
        wide, deep = rng.uniform(5, 11), rng.uniform(5, 12)
        for sign in (-1, 1):
            roof = blob(rng, sign * 30 * k, -62 * k, wide, deep, sign * -20, rough=0.12)
            scene.canvas.paint(roof, hu=rng.uniform(300, 800), label=Label.BONE, soft_mm=1.5)
    if rng.random() < 0.6:
        front = -skull.at(-math.pi / 2)
        sinus = blob(rng, rng.normal(0, 3), front - 1, rng.uniform(8, 22), rng.uniform(3, 6))
        scene.canvas.paint(sinus, hu=tissues.cortical, label=Label.BONE, soft_mm=1)
        scene.canvas.paint(sinus * (0.85, 1) + (0, 0), hu=-950, label=Label.BODY_GAS, soft_mm=0.5)
