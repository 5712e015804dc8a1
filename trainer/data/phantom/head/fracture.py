"""Fractures of the skull vault: a gap, sometimes a fragment driven in, a swollen scalp."""

import math
from collections.abc import Sequence

import numpy as np

from trainer.data.phantom.head.skull import Skull
from trainer.data.phantom.labels import Label
from trainer.data.phantom.lesion import Lesion, side_of
from trainer.data.phantom.scene import Scene
from trainer.data.phantom.shapes import Curve, band, tube
from trainer.data.phantom.spectrum import Spectrum

LOW = (("额骨", -72.0, -42.0), ("颞骨", -30.0, 22.0), ("枕骨", 48.0, 78.0))
HIGH = (("额骨", -72.0, -35.0), ("顶骨", -15.0, 70.0))
BONES = {"鞍上池": LOW, "基底节": LOW, "侧脑室体": HIGH, "半卵圆中心": HIGH, "颅顶": HIGH}
"""Bone of each level, and its arc in degrees from the side's own direction."""


def plan_fracture(
    rng: np.random.Generator,
    skull: Skull,
    level: str,
    spectrum: Spectrum,
    others: Sequence[Lesion] = (),
) -> list[Lesion]:
    """A fracture; under it the epidural haematoma of ``others``, if there is one."""
    bones = BONES[level]
    bone, low, high = bones[int(rng.integers(len(bones)))]
    sign, degrees = int(rng.choice([-1, 1])), rng.uniform(low, high)
    lens = next((one.push for one in others if one.name == "硬膜外血肿" and one.push), None)
    if lens is not None and lens.center is not None:
        sign = 1 if lens.center[0] > 0 else -1
        degrees = math.degrees(math.atan2(lens.center[1], abs(lens.center[0])))
        bone = next((b for b, first, last in bones if first <= degrees <= last), "")
        bone = bone or min(bones, key=lambda b: abs(degrees - (b[1] + b[2]) / 2))[0]
    at = math.radians(degrees)
    at = at if sign > 0 else math.pi - at
    gap = spectrum.skull_gap_mm.draw_log(rng)
    depth = spectrum.skull_depth_mm.draw(rng) if rng.random() < 0.4 else 0.0
    half = rng.uniform(0.13, 0.24)
    gaps = _gaps(rng, skull, at, gap, half if depth else 0.0)
    swollen = rng.random() < 0.75
    height = rng.uniform(4, 12)

    def paint(scene: Scene) -> None:
        tissue = scene.rng.uniform(42, 62)
        if swollen:
            scalp = _scalp(skull, at, height)
            scene.canvas.paint(scalp, hu=tissue, label=Label.MUSCLE, soft_mm=1.0)
        if depth:
            _drive_in(scene, skull, at, half, depth, tissue)
        bone_only = scene.where(Label.BONE)
        scene.canvas.paint(
            *gaps, hu=tissue, label=Label.SKULL_FRACTURE, soft_mm=0.15, within=bone_only
        )

    traits = (("凹陷",) if depth else ()) + (("头皮肿胀",) if swollen else ())
    return [Lesion("颅骨骨折", paint, bone, side_of(sign), traits=traits)]


def _gaps(
    rng: np.random.Generator, skull: Skull, at: float, width: float, half: float
) -> list[Curve]:
    """One oblique line through both tables, or three about a fragment."""
    lines = []
    for offset in (-half, 0.0, half) if half else (0.0,):
        outer = float(np.interp(at + offset, skull.angles, skull.outer, period=2 * math.pi)) + 2
        inner = skull.at(at + offset) - (10 if half else 2)
        tilt = rng.uniform(-0.06, 0.06)
        t = at + offset + tilt * np.linspace(-1, 1, 4) + rng.normal(0, 0.006, 4)
        r = np.linspace(outer, inner, 4)
        path = np.stack([r * np.cos(t), r * np.sin(t)], axis=1)
        lines.append(tube(path, width * rng.uniform(0.85, 1.1, 4), per=4))
    return lines


def _drive_in(
    scene: Scene, skull: Skull, at: float, half: float, depth: float, tissue: float
) -> None:
    """Replace an arc of the vault by one that is bent inwards."""
    t = at + np.linspace(-half, half, 31)
    outer = np.interp(t, skull.angles, skull.outer, period=2 * math.pi)
    inner = skull.radius(t)
    sunk = depth * (1 - np.abs(np.linspace(-1, 1, 31)) ** 1.3)
    hole = band(t, outer + 0.6, inner - 0.6)
    scene.canvas.paint(hole, hu=tissue, label=Label.MUSCLE, soft_mm=0.3)
    fragment = band(t, outer - sunk, inner - sunk)
    dense = scene.tissues.cortical * 0.85
    scene.canvas.paint(fragment, hu=dense, label=Label.BONE, soft_mm=0.3)


def _scalp(skull: Skull, at: float, height: float) -> Curve:
    """Swelling over the outer table that lifts the skin."""
    t = at + np.linspace(-0.45, 0.45, 41)
    outer = np.interp(t, skull.angles, skull.outer, period=2 * math.pi)
    skin = np.interp(t, skull.angles, skull.skin, period=2 * math.pi)
    lift = height * (1 - np.linspace(-1, 1, 41) ** 2)
    return band(t, skin - 2 + lift, outer + 0.8)
