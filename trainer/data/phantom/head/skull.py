"""Scalp and skull vault, as radii about the middle of the head."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from trainer.data.phantom.labels import Label
from trainer.data.phantom.scene import Scene
from trainer.data.phantom.shapes import ellipse, polar

SCALE = {
    "眼眶": 0.96,
    "鞍上池": 1.0,
    "基底节": 1.0,
    "侧脑室体": 0.99,
    "半卵圆中心": 0.93,
    "颅顶": 0.70,
}
"""Size of the skull at each level, relative to its widest."""


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
    egg = 1 + rng.uniform(0.0, 0.07) * np.sin(t)
    r = (np.abs(np.cos(t) / (a * egg)) ** power + np.abs(np.sin(t) / b) ** power) ** (-1 / power)
    for k in range(1, 6):
        r *= 1 + rng.normal(0, 0.008) * np.cos(k * t + rng.uniform(0, 2 * math.pi))
    thick = rng.uniform(4.5, 8.0) * (1 + 0.25 * np.cos(2 * t) * -1)
    if level == "颅顶":
        thick = thick * rng.uniform(1.3, 2.2)
    thick = np.maximum(thick * (1 + 0.08 * np.cos(5 * t + rng.uniform(0, 6))), 3.0)
    scalp = rng.uniform(3.5, 8.0) * (1 + 0.25 * np.cos(2 * t + rng.uniform(-0.5, 0.5)))
    return Skull(t, r + scalp, r, r - thick)


def paint_scalp(scene: Scene, skull: Skull, level: str) -> None:
    """Skin, subcutaneous fat and, low enough, the temporal muscles."""
    rng, tissues = scene.rng, scene.tissues
    t = skull.angles
    scene.canvas.paint(polar(t, skull.skin), hu=rng.uniform(20, 50), label=Label.MUSCLE)
    fat = skull.skin - rng.uniform(1.0, 2.0)
    scene.canvas.paint(polar(t, fat), hu=tissues.fat + 20, label=Label.FAT)
    if rng.random() < 0.6:
        galea = skull.outer + (skull.skin - skull.outer) * rng.uniform(0.2, 0.45)
        scene.canvas.paint(polar(t, galea), hu=tissues.muscle - 15, label=Label.MUSCLE)
    if level in ("眼眶", "鞍上池", "基底节"):
        size = {"眼眶": 15.0, "鞍上池": 12.0, "基底节": 7.0}[level] * rng.uniform(0.7, 1.2)
        for side in (-1, 1):
            angle = math.radians(-38)
            radius = float(np.interp(angle, t, skull.outer))
            x, y = side * radius * math.cos(angle), radius * math.sin(angle)
            muscle = ellipse(x, y, size * 0.8, 27 * rng.uniform(0.8, 1.1), side * 24)
            scene.canvas.paint(muscle, hu=tissues.muscle, label=Label.MUSCLE)


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
