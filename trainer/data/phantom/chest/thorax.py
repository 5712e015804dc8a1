"""Outlines of chest wall and lungs at every level, in mm."""

import math
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from trainer.data.phantom.scene import Body
from trainer.data.phantom.shapes import Curve, blob, jitter, polar, spline
from trainer.data.phantom.trunk import around, bump, lie_down, oval_radii

LATERAL = {
    "肺尖": ((0.26, -0.56), (0.50, -0.80), (0.84, -0.50), (0.99, 0.08), (0.87, 0.58), (0.55, 0.86)),
    "主动脉弓": (
        (0.14, -0.78),
        (0.45, -0.80),
        (0.80, -0.48),
        (0.95, 0.05),
        (0.86, 0.55),
        (0.62, 0.86),
        (0.36, 0.92),
    ),
    "肺门": (
        (0.10, -0.84),
        (0.46, -0.86),
        (0.83, -0.53),
        (0.99, 0.02),
        (0.91, 0.52),
        (0.66, 0.89),
        (0.38, 0.95),
    ),
    "心脏": (
        (0.12, -0.84),
        (0.48, -0.84),
        (0.85, -0.50),
        (1.00, 0.05),
        (0.92, 0.55),
        (0.67, 0.90),
        (0.38, 0.95),
    ),
    "膈顶": (
        (0.22, -0.80),
        (0.52, -0.80),
        (0.86, -0.46),
        (1.00, 0.08),
        (0.92, 0.57),
        (0.66, 0.90),
        (0.38, 0.95),
    ),
}
MEDIAL_LEFT = {
    "肺尖": ((0.29, 0.62), (0.23, 0.20), (0.18, -0.22)),
    "主动脉弓": ((0.21, 0.70), (0.30, 0.46), (0.30, 0.10), (0.24, -0.22), (0.12, -0.52)),
    "肺门": ((0.23, 0.70), (0.30, 0.36), (0.27, 0.08), (0.30, -0.24), (0.17, -0.56)),
    "心脏": ((0.23, 0.72), (0.30, 0.40), (0.52, 0.16), (0.65, -0.16), (0.56, -0.48), (0.32, -0.72)),
    "膈顶": ((0.24, 0.74), (0.32, 0.50), (0.56, 0.22), (0.68, -0.14), (0.60, -0.46), (0.38, -0.70)),
}
MEDIAL_RIGHT = {
    "肺尖": ((0.29, 0.62), (0.23, 0.20), (0.18, -0.22)),
    "主动脉弓": ((0.20, 0.68), (0.15, 0.36), (0.20, 0.02), (0.26, -0.26), (0.14, -0.54)),
    "肺门": ((0.20, 0.70), (0.17, 0.36), (0.28, 0.06), (0.28, -0.28), (0.16, -0.58)),
    "心脏": ((0.20, 0.70), (0.17, 0.38), (0.26, 0.10), (0.32, -0.20), (0.24, -0.52), (0.12, -0.72)),
    "膈顶": ((0.22, 0.72), (0.2, 0.40), (0.26, 0.12), (0.3, -0.18), (0.26, -0.46), (0.2, -0.68)),
}
"""Control points as shares of the chest's inner half width and depth; mirrored for the right."""


@dataclass(frozen=True, eq=False)
class Thorax:
    """One chest: half width ``a`` and half depth ``b`` of its inside, and its curves.

    Attributes:
        arms_down: the arms lie beside the body; otherwise they are raised out of the slice.
        shoulder_mm: how far the shoulders reach beyond the ribs at the uppermost level, else 0.
        domes: liver (right) and spleen or stomach (left) as they rise into the lungs, by side.
        aerated: lungs as far as they hold air, filled in when they are painted.
    """

    level: str
    a: float
    b: float
    body: Body
    skin: Curve
    muscle: Curve
    cage: Curve
    lungs: dict[int, Curve]
    hila: dict[int, Curve]
    arms_down: bool
    female: bool
    shoulder_mm: float = 0.0
    domes: dict[int, Curve] = field(default_factory=dict)
    aerated: dict[int, Curve] = field(default_factory=dict)

    def lobe(self, sign: int, y: float) -> str:
        """Name of the lobe at a depth, as a reader of a single slice would guess it."""
        if self.level in ("肺尖", "主动脉弓"):
            return "肺上叶"
        if self.level == "膈顶":
            return "肺下叶"
        if y > 0.05 * self.b:
            return "肺下叶"
        return "肺中叶" if self.level == "心脏" and sign < 0 else "肺上叶"


def draw_thorax(rng: np.random.Generator, level: str) -> Thorax:
    """A chest of random build."""
    a = rng.uniform(112, 142)
    b = a * rng.uniform(0.64, 0.78)
    wall, fat = rng.uniform(9, 14), math.exp(rng.uniform(math.log(5), math.log(32)))
    shoulder = 0.0
    if level == "肺尖":
        narrow = rng.uniform(0.40, 0.90)
        a, b = a * narrow, b * narrow * rng.uniform(0.95, 1.1)
        shoulder, fat = rng.uniform(60, 110), min(fat, 18.0)
    female = bool(rng.random() < 0.45)
    t = around()
    cage = oval_radii(t, a + wall * 0.5, b + wall * 0.4, b + wall * 0.6, rng.uniform(2.2, 2.6))
    muscle = _girdle(rng, t, a, b, shoulder) if shoulder else cage + _muscle(rng, t, level)
    layer = fat * (0.8 + 0.25 * bump(t, 0.0, 0.7)) * (1 - 0.45 * bump(t, math.pi / 2, 0.25))
    if female and level in ("肺门", "心脏", "膈顶"):
        at = -math.pi / 2 + rng.uniform(0.5, 0.75)
        layer += bump(t, at, rng.uniform(0.2, 0.34)) * rng.uniform(8, 38)
    flat = rng.uniform(0.84, 0.92)
    skin = lie_down(polar(t, muscle + layer), flat=flat)
    lungs, hila = {}, {}
    for sign, medial in ((1, MEDIAL_LEFT), (-1, MEDIAL_RIGHT)):
        points = jitter(rng, (*LATERAL[level], *medial[level]), 0.018)
        points[:, 0] *= rng.uniform(0.95, 1.03)
        lungs[sign] = spline(points * (sign * a, b))
        hila[sign] = np.array([sign * a * 0.3, b * rng.uniform(-0.02, 0.12)])
    domes = _domes(rng, level, a, b)
    half = np.abs(skin[:, 0]).max()
    if shoulder:  # the field of view is set to the lungs, and mostly cuts the shoulders off
        half -= shoulder * rng.uniform(0.0, 0.6)
    body = Body(float(half), float(-skin[:, 1].min()), float(skin[:, 1].max()))
    arms = bool(rng.random() < (0.6 if shoulder else 0.12))
    return Thorax(
        level=level,
        a=a,
        b=b,
        body=body,
        skin=skin,
        muscle=lie_down(polar(t, muscle), flat=flat),
        cage=polar(t, cage),
        lungs=lungs,
        hila=hila,
        arms_down=arms,
        female=female,
        shoulder_mm=shoulder,
        domes=domes,
    )


def _domes(rng: np.random.Generator, level: str, a: float, b: float) -> dict[int, Curve]:
    """What of the diaphragm rises into the slice: both sides low down, little or nothing higher.

    Nothing narrower than two centimetres: a smaller top could be told from a nodule by nobody.
    """
    domes: dict[int, Curve] = {}
    low, high = {"膈顶": (0.14, 0.42), "心脏": (0.09, 0.2)}.get(level, (0.0, 0.0))
    if level == "膈顶" or (level == "心脏" and rng.random() < 0.2):
        size, y = rng.uniform(low, high), b * rng.uniform(-0.15, 0.1)
        x = -a * rng.uniform(0.46, 0.58)
        domes[-1] = blob(rng, x, y, a * size, b * size * rng.uniform(1.0, 1.4), rough=0.05)
    if (level == "膈顶" and rng.random() < 0.6) or (level == "心脏" and rng.random() < 0.15):
        size, y = max(0.08, rng.uniform(low, high) * 0.66), b * rng.uniform(0.0, 0.4)
        x = a * rng.uniform(0.5, 0.72)
        domes[1] = blob(rng, x, y, a * size, b * size * rng.uniform(0.9, 1.3), rough=0.06)
    return domes


def _muscle(rng: np.random.Generator, t: NDArray[np.float64], level: str) -> NDArray[np.float64]:
    """Thickness of muscle outside the ribs, mm: back, sides, and chest at the upper levels."""
    bulk = rng.uniform(0.75, 1.25)
    upper = {"肺尖": 1.0, "主动脉弓": 0.8, "肺门": 0.45}.get(level, 0.0)
    back = rng.uniform(20, 28) * bump(t, math.pi / 2 - 0.24, rng.uniform(0.26, 0.36))
    side = (6 + 26 * upper) * bump(t, 0.25, 0.5) + 10 * bump(t, 0.8, 0.4)
    chest = 16 * upper * bump(t, -math.pi / 2 + 0.6, 0.42)
    return np.asarray(3.0 + bulk * (back + side + chest) + 4 * bump(t, math.pi / 2, 0.1))


def _girdle(
    rng: np.random.Generator, t: NDArray[np.float64], a: float, b: float, shoulder: float
) -> NDArray[np.float64]:
    """Radius of the muscles at the uppermost level: wide and flat, hollow at the neck."""
    front, back = b + rng.uniform(12, 30), b + rng.uniform(24, 44)
    r = oval_radii(t, a + shoulder, front, back, rng.uniform(2.3, 3.2))
    hollow = rng.uniform(0.0, 0.10) * bump(t, -math.pi / 2, 0.3)
    return np.asarray(r * (1 - hollow + rng.uniform(0, 0.06) * bump(t, -math.pi / 2 + 0.7, 0.3)))
