"""Scalp and skull vault, as radii about the middle of the head."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from trainer.data.phantom.labels import Label
from trainer.data.phantom.scene import Scene
from trainer.data.phantom.shapes import band, polar, tube
from trainer.data.phantom.trunk import bump

SCALE = {
    "颌面": 0.93,
    "颅底": 0.97,
    "眼眶": 0.96,
    "鞍上池": 1.0,
    "基底节": 1.0,
    "侧脑室体": 0.99,
    "半卵圆中心": 0.93,
    "颅顶": 0.70,
}
"""Size of the skull at each level, relative to its widest."""

CROWN = 0.25
"""Share of the uppermost slices that are hardly more than bone."""

LOW = ("颌面", "颅底", "眼眶")
"""Levels at which the neck begins behind the skull."""

TEMPORALIS = {"颅底": 13.0, "眼眶": 14.0, "鞍上池": 11.0, "基底节": 6.0}
"""Thickness of the temporal muscle, mm."""


@dataclass(frozen=True, eq=False)
class Skull:
    """Radii in mm over ``angles`` (radians; 0 the patient's left, pi/2 the back)."""

    angles: NDArray[np.float64]
    skin: NDArray[np.float64]
    outer: NDArray[np.float64]
    inner: NDArray[np.float64]

    def radius(self, angle: NDArray[np.float64]) -> NDArray[np.float64]:
        """Inner table at any angles."""
        return np.asarray(np.interp(angle, self.angles, self.inner, period=2 * math.pi))

    def at(self, angle: float) -> float:
        """Inner table at one angle."""
        return float(np.interp(angle, self.angles, self.inner, period=2 * math.pi))


def draw_skull(rng: np.random.Generator, level: str) -> Skull:
    """An egg, wider behind, a little asymmetric; thick where cut obliquely near the vertex."""
    t = np.linspace(-math.pi, math.pi, 180, endpoint=False)
    scale = (
        SCALE[level] * rng.uniform(0.92, 1.07) * (rng.uniform(0.75, 1.2) if level == "颅顶" else 1)
    )
    a, b = 74 * scale * rng.uniform(0.93, 1.07), 91 * scale * rng.uniform(0.94, 1.05)
    power = rng.uniform(2.0, 2.35)
    wider = rng.uniform(0.06, 0.15) if level in LOW else rng.uniform(0.0, 0.07)
    egg = 1 + wider * np.sin(t)
    r = (np.abs(np.cos(t) / (a * egg)) ** power + np.abs(np.sin(t) / b) ** power) ** (-1 / power)
    for k in range(1, 6):
        r *= 1 + rng.normal(0, 0.008) * np.cos(k * t + rng.uniform(0, 2 * math.pi))
    thick = rng.uniform(4.5, 8.0) * (1 + 0.25 * np.cos(2 * t) * -1)
    most = 0.66
    if level == "颅顶":
        crown = rng.random() < CROWN
        r, thick = (r * rng.uniform(0.7, 0.9), thick * rng.uniform(2.4, 5)) if crown else (r, thick)
        thick = thick * rng.uniform(1.3, 2.2)
        most = rng.uniform(0.55, 0.9) if crown else most
    thick = np.maximum(thick * (1 + 0.08 * np.cos(5 * t + rng.uniform(0, 6))), 3.0)
    thick = np.minimum(thick, most * r)
    scalp = rng.uniform(3.5, 8.0) * (1 + 0.25 * np.cos(2 * t + rng.uniform(-0.5, 0.5)))
    if level in TEMPORALIS:
        scalp = scalp + TEMPORALIS[level] * rng.uniform(0.7, 1.0) * bump(t, math.radians(-38), 0.42)
    if level in LOW:
        scalp = scalp + rng.uniform(4, 14) * bump(t, math.pi / 2, 0.7)
    return Skull(t, r + scalp, r, r - thick)


def paint_scalp(scene: Scene, skull: Skull, level: str) -> None:
    """Skin, subcutaneous fat and, low enough, the temporal muscles."""
    rng, tissues = scene.rng, scene.tissues
    t = skull.angles
    if level in ("颅底", "眼眶"):
        paint_ears(scene, skull)
    scene.canvas.paint(polar(t, skull.skin), hu=rng.uniform(20, 50), label=Label.MUSCLE)
    fat = skull.skin - rng.uniform(1.0, 2.0)
    scene.canvas.paint(polar(t, fat), hu=tissues.fat + 20, label=Label.FAT)
    if rng.random() < 0.6:
        galea = skull.outer + (skull.skin - skull.outer) * rng.uniform(0.2, 0.45)
        scene.canvas.paint(polar(t, galea), hu=tissues.muscle - 15, label=Label.MUSCLE)
    if level in TEMPORALIS:
        size = TEMPORALIS[level] * rng.uniform(0.6, 1.0)
        _strap(scene, skull, -math.radians(rng.uniform(34, 42)), math.radians(32), size)
    if level in ("颅底", "眼眶"):
        _strap(scene, skull, math.radians(62), math.radians(25), rng.uniform(6, 13))


def _strap(scene: Scene, skull: Skull, at: float, half: float, thick: float) -> None:
    """A flat muscle on the skull, tapering both ways, on both sides."""
    u = np.linspace(-1, 1, 24)
    for side in (-1, 1):
        t = at + half * u
        t = t if side > 0 else math.pi - t
        outer = np.interp(t, skull.angles, skull.outer, period=2 * math.pi)
        skin = np.interp(t, skull.angles, skull.skin, period=2 * math.pi) - 3.0
        top = np.minimum(outer + thick * (1 - u**2) ** 0.7, np.maximum(skin, outer + 0.5))
        muscle = band(t, top, outer - 2)
        hu = scene.tissues.muscle
        scene.canvas.paint(muscle, hu=hu, label=Label.MUSCLE, soft_mm=0.4)


def paint_ears(scene: Scene, skull: Skull) -> None:
    """Auricles, on most low slices: thin folds of cartilage beside the mastoids."""
    rng = scene.rng
    if rng.random() > 0.75:
        return
    half = float(np.interp(0.0, skull.angles, skull.skin))
    for side in (-1, 1):
        y = rng.uniform(8, 22)
        path = np.array(
            [(half - 4, y - 8), (half + 5, y + 2), (half + 13, y + 16), (half + 7, y + 26)]
        )
        path = path + rng.normal(0, 1.5, path.shape)
        folds = [tube(path * (side, 1), rng.uniform(3, 5))]
        folds.append(tube((path[1:] - np.array([5.0, 0.0])) * (side, 1), rng.uniform(2, 4)))
        scene.canvas.paint(*folds, hu=rng.uniform(-10, 60), label=Label.MUSCLE, soft_mm=0.4)


def paint_vault(scene: Scene, skull: Skull) -> None:
    """Outer table, diploe, inner table; the inside is left as fluid."""
    rng, tissues, t = scene.rng, scene.tissues, skull.angles
    soft = rng.uniform(0.0, 0.5)
    scene.canvas.paint(polar(t, skull.outer), hu=tissues.cortical, label=Label.BONE, soft_mm=soft)
    thick = skull.outer - skull.inner
    share = rng.uniform(0.25, 0.4)
    if thick.mean() > 4.5:
        diploe = rng.uniform(0.35, 0.75) * tissues.cortical
        scene.canvas.paint(
            polar(t, skull.outer - share * thick), hu=diploe, label=Label.BONE, soft_mm=0.4
        )
        scene.canvas.paint(
            polar(t, skull.inner + share * thick),
            hu=tissues.cortical,
            label=Label.BONE,
            soft_mm=0.4,
        )
    scene.canvas.paint(polar(t, skull.inner), hu=tissues.csf + 8, label=Label.CSF, soft_mm=soft)


def paint_slope(scene: Scene, skull: Skull) -> None:
    """Bone that slopes through the slice: a hazy inner edge along part of the vault."""
    rng = scene.rng
    for _ in range(int(rng.integers(1, 4))):
        half = rng.uniform(0.15, 0.8)
        t = rng.uniform(-math.pi, math.pi) + np.linspace(-half, half, 24)
        inner = np.interp(t, skull.angles, skull.inner, period=2 * math.pi)
        deep = rng.uniform(0.8, 4.0) * np.cos(np.linspace(-1.5, 1.5, 24))
        scene.canvas.paint(
            band(t, inner + 1.5, inner - deep),
            hu=rng.uniform(0.15, 0.6) * scene.tissues.cortical,
            label=None,
            soft_mm=rng.uniform(0.5, 1.5),
        )
