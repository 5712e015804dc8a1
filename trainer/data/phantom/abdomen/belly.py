"""Outlines of the abdomen: skin, wall, cavity, and organs by control points."""

import math
from dataclasses import dataclass

import numpy as np

from trainer.data.phantom.scene import Body
from trainer.data.phantom.shapes import Curve, ellipse, jitter, polar, spline
from trainer.data.phantom.trunk import around, bump, lie_down, oval_radii

LIVER = {
    "肝脾": (
        (-0.94, -0.05),
        (-0.86, -0.50),
        (-0.52, -0.82),
        (-0.08, -0.86),
        (0.34, -0.66),
        (0.22, -0.42),
        (0.00, -0.22),
        (-0.10, 0.10),
        (-0.22, 0.32),
        (-0.32, 0.70),
        (-0.62, 0.82),
        (-0.86, 0.48),
    ),
    "胰腺胆囊": (
        (-0.94, 0.02),
        (-0.84, -0.48),
        (-0.52, -0.78),
        (-0.12, -0.80),
        (0.04, -0.60),
        (-0.14, -0.40),
        (-0.30, -0.22),
        (-0.30, 0.06),
        (-0.40, 0.34),
        (-0.62, 0.70),
        (-0.84, 0.52),
    ),
    "双肾": (
        (-0.94, 0.10),
        (-0.88, -0.30),
        (-0.66, -0.48),
        (-0.56, -0.14),
        (-0.60, 0.20),
        (-0.74, 0.56),
        (-0.88, 0.40),
    ),
}
LARGE_LIVER = (
    (-0.95, 0.05),
    (-0.88, -0.50),
    (-0.55, -0.84),
    (-0.08, -0.90),
    (0.34, -0.78),
    (0.30, -0.56),
    (0.00, -0.44),
    (-0.24, -0.30),
    (-0.28, 0.02),
    (-0.40, 0.36),
    (-0.62, 0.74),
    (-0.86, 0.52),
)
"""At 胰腺胆囊, a liver whose left lobe reaches across in front of the stomach."""

SPLEEN = {
    "肝脾": (
        (0.92, 0.02),
        (0.95, 0.36),
        (0.78, 0.72),
        (0.50, 0.82),
        (0.54, 0.62),
        (0.68, 0.40),
        (0.74, 0.10),
    ),
    "胰腺胆囊": ((0.93, 0.14), (0.93, 0.42), (0.78, 0.66), (0.70, 0.52), (0.76, 0.22)),
}
STOMACH = {
    "肝脾": (
        (0.30, -0.46),
        (0.56, -0.74),
        (0.84, -0.40),
        (0.84, 0.02),
        (0.62, 0.26),
        (0.40, 0.12),
        (0.30, -0.14),
    ),
    "胰腺胆囊": (
        (0.00, -0.50),
        (0.34, -0.66),
        (0.66, -0.62),
        (0.74, -0.30),
        (0.46, -0.24),
        (0.16, -0.30),
    ),
}
FISSURE_X = -0.16
"""Left of this share of the half width the liver is the left lobe."""


@dataclass(frozen=True, eq=False)
class Belly:
    """One abdomen: half width ``a`` and half depth ``b`` of the cavity, and its curves.

    Attributes:
        fluid_mm: ascites between wall and viscera, 0 without.
        gas_mm: free gas under the anterior wall, 0 without.
        liver: outline; bladder: of the gallbladder, if in the slice; kidneys: by side.
    """

    level: str
    a: float
    b: float
    body: Body
    skin: Curve
    muscle: Curve
    cavity: Curve
    fluid_mm: float
    gas_mm: float
    liver: Curve | None
    spleen: Curve | None
    stomach: Curve | None
    bladder: Curve | None
    kidneys: dict[int, Curve]

    def lobe(self, x: float) -> str:
        """肝右叶 or 肝左叶 at a place across."""
        return "肝左叶" if x > FISSURE_X * self.a else "肝右叶"


def draw_belly(
    rng: np.random.Generator, level: str, fluid_mm: float, gas_mm: float, *, stones: bool
) -> Belly:
    """An abdomen of random build; organs draw in when fluid lies around them.

    ``stones`` makes sure of the gallbladder where the level has one.
    """
    a = rng.uniform(112, 146)
    b = a * rng.uniform(0.62, 0.76)
    fat = math.exp(rng.uniform(math.log(6), math.log(40)))
    t = around()
    cavity = oval_radii(t, a, b, b, rng.uniform(2.1, 2.5))
    bulk = rng.uniform(0.75, 1.25)
    wall = 5 + bulk * (9 * bump(t, 0.0, 0.75) + 5 * bump(t, -math.pi / 2 + 0.3, 0.25))
    wall = wall + bulk * rng.uniform(20, 27) * bump(t, math.pi / 2 - 0.26, 0.34)
    muscle = cavity + wall + 5 * bump(t, math.pi / 2, 0.1)
    layer = fat * (0.75 + 0.35 * bump(t, -math.pi / 2, 0.9) + 0.2 * bump(t, 0.9, 0.4))
    layer *= 1 - 0.5 * bump(t, math.pi / 2, 0.2)
    flat = rng.uniform(0.84, 0.92)
    skin = lie_down(polar(t, muscle + layer), flat=flat)
    cavity = polar(t, cavity)
    inner = np.array([a - fluid_mm * 0.95, b - fluid_mm * 0.5])

    def organ(points: tuple[tuple[float, float], ...], sigma: float = 0.018) -> Curve:
        moved = jitter(rng, points, sigma) * inner * rng.uniform(0.96, 1.03)
        if gas_mm:
            moved[:, 1] = np.maximum(moved[:, 1], -(b - gas_mm) * 0.98 + 4)
        return spline(moved)

    large = level == "胰腺胆囊" and rng.random() < 0.35
    outline = LARGE_LIVER if large else LIVER[level]
    liver = organ(outline) if level != "双肾" or rng.random() < 0.6 else None
    spleen = (
        organ(SPLEEN[level])
        if level in SPLEEN and (level == "肝脾" or rng.random() < 0.7)
        else None
    )
    stomach = organ(STOMACH[level], 0.03) if level in STOMACH else None
    bladder = None
    if level == "胰腺胆囊" and (stones or rng.random() < 0.85):
        rx, ry = rng.uniform(9, 17), rng.uniform(15, 28)
        x, y = -0.36 * inner[0], -0.36 * inner[1]
        bladder = ellipse(x + rng.normal(0, 5), y + rng.normal(0, 4), rx, ry, rng.uniform(-35, 35))
    kidneys = {}
    for sign in (-1, 1):
        # Seldom both begin in the same slice; the right one lies lower, under the liver.
        if level != "肝脾" or rng.random() < (0.4 if sign < 0 else 0.6):
            kidneys[sign] = _kidney(rng, sign, a, b, level)
    reach = np.abs(skin).max(axis=0)
    body = Body(float(reach[0]), float(-skin[:, 1].min()), float(skin[:, 1].max()))
    return Belly(
        level,
        a,
        b,
        body,
        skin,
        polar(t, muscle),
        cavity,
        fluid_mm,
        gas_mm,
        liver,
        spleen,
        stomach,
        bladder,
        kidneys,
    )


def _kidney(rng: np.random.Generator, sign: int, a: float, b: float, level: str) -> Curve:
    """A bean open to the middle and the front."""
    t = np.linspace(0, 2 * math.pi, 80, endpoint=False)
    size = rng.uniform(0.85, 1.12) * (rng.uniform(0.45, 0.85) if level == "肝脾" else 1.0)
    notch = rng.uniform(0.2, 0.42) if level == "双肾" else rng.uniform(0.0, 0.3)
    r = 1 - notch * np.exp(-(((np.abs(t - math.pi)) / 0.42) ** 2))
    bean = np.stack([26 * r * np.cos(t), 30 * r * np.sin(t)], axis=1) * size
    turned = math.radians(rng.uniform(15, 45))
    c, s = math.cos(turned), math.sin(turned)
    bean = bean @ np.array([[c, s], [-s, c]])
    x = a * rng.uniform(0.46, 0.54)
    y = b * rng.uniform(0.40, 0.52)
    return np.asarray(bean * (sign, 1) + (sign * x, y))
