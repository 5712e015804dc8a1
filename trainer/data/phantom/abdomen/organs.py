"""Diseases of whole organs: fatty liver, splenomegaly, hydronephrosis."""

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from trainer.data.phantom.abdomen.belly import Belly
from trainer.data.phantom.labels import Label
from trainer.data.phantom.lesion import Lesion, side_of
from trainer.data.phantom.scene import Scene
from trainer.data.phantom.shapes import Curve, blob, feret_mm, jitter, spline, tube
from trainer.data.phantom.spectrum import Spectrum

LARGE_SPLEEN = (
    (0.86, -0.50),
    (0.95, -0.10),
    (0.95, 0.32),
    (0.80, 0.68),
    (0.52, 0.84),
    (0.46, 0.62),
    (0.52, 0.34),
    (0.52, 0.02),
    (0.60, -0.32),
    (0.72, -0.52),
)
"""Control points as shares of the cavity's half width and depth."""

MODERATE_MM, SEVERE_MM = 20.0, 32.0
"""Depths of the renal pelvis from which hydronephrosis is called 中度 and 重度."""


def plan_fatty_liver(
    rng: np.random.Generator, belly: Belly, spectrum: Spectrum
) -> tuple[float, Lesion]:
    """The liver's HU relative to the spleen's, and the finding; viscera are painted with it."""
    ratio = spectrum.fatty_ratio.draw(rng)
    grade = "重度" if ratio <= 0.5 else "中度" if ratio <= 0.7 else "轻度"

    def paint(scene: Scene) -> None:
        labels = scene.canvas.labels
        labels[labels == Label.LIVER] = Label.FATTY_LIVER

    return ratio, Lesion("脂肪肝", paint, traits=(grade,))


def plan_splenomegaly(
    rng: np.random.Generator, belly: Belly, spectrum: Spectrum
) -> tuple[Belly, Lesion]:
    """A spleen along the whole flank that pushes the stomach away."""
    inner = (belly.a - belly.fluid_mm * 0.95, belly.b - belly.fluid_mm * 0.5)
    curve = spline(jitter(rng, LARGE_SPLEEN, 0.015) * inner)
    grown = spectrum.spleen_mm.draw(rng) / feret_mm(curve)
    flank = np.array([0.93 * inner[0], 0.25 * inner[1]])
    spleen = flank + (curve - flank) * min(grown, 1.12)
    spleen[:, 0] = np.minimum(spleen[:, 0], 0.965 * inner[0])
    stomach = belly.stomach
    if stomach is not None:
        stomach = np.asarray(stomach * (0.62, 0.9))

    def paint(scene: Scene) -> None:
        labels = scene.canvas.labels
        labels[labels == Label.SPLEEN] = Label.SPLENOMEGALY

    lesion = Lesion("脾大", paint, measured=True, limits_mm=(spectrum.spleen_mm.low - 8, math.inf))
    return replace(belly, spleen=spleen, stomach=stomach), lesion


def plan_hydronephrosis(
    rng: np.random.Generator, belly: Belly, spectrum: Spectrum, others: Sequence[Lesion] = ()
) -> Lesion | None:
    """A wide renal pelvis and round calyces; on the side of the stone of ``others``, if any."""
    if not belly.kidneys:
        return None
    stone = next((one.side for one in others if one.name == "肾结石"), "")
    sign = int(rng.choice([-1, 1]))
    sign = {"左": 1, "右": -1}.get(stone, sign)
    size = spectrum.hydronephrosis_mm.draw_log(rng)
    kidney = belly.kidneys[sign]
    middle = kidney.mean(axis=0)
    grown = kidney if size < MODERATE_MM else middle + (kidney - middle) * (0.9 + size / 120)
    x, y = float(middle[0]) - sign * (6 + size * 0.12), float(middle[1]) - 3.0
    pelvis = blob(rng, x, y, size * 0.45, size / 2, rng.uniform(-15, 15), rough=0.05)
    cups = _calyces(rng, np.array([x, y]), grown, size)
    hu = rng.uniform(0, 12)

    def paint(scene: Scene) -> None:
        if grown is not kidney:
            scene.canvas.paint(grown, hu=scene.tissues.kidney, label=Label.KIDNEY, soft_mm=0.8)
        scene.canvas.paint(pelvis, *cups, hu=hu, label=Label.HYDRONEPHROSIS, soft_mm=0.8)

    grade = "重度" if size >= SEVERE_MM else "中度" if size >= MODERATE_MM else "轻度"
    thin = ("皮质变薄",) if size >= SEVERE_MM else ()
    return Lesion("肾积水", paint, "", side_of(sign), size_mm=size, traits=(grade, *thin))


def _calyces(
    rng: np.random.Generator, center: np.ndarray, kidney: Curve, size: float
) -> list[Curve]:
    """Round cups about the pelvis, each with its neck, inside the kidney."""
    found: list[Curve] = []
    for angle in np.linspace(0, 2 * math.pi, int(rng.integers(6, 9)), endpoint=False):
        t = angle + rng.normal(0, 0.15)
        towards = np.array([math.cos(t), math.sin(t)])
        along = (kidney - center) @ towards
        across = np.abs((kidney - center) @ np.array([-towards[1], towards[0]]))
        reach = float(np.where(across < 5, along, 0).max())
        r = min(3.0 + 0.16 * size, 9.0) * rng.uniform(0.8, 1.15)
        at = reach - r - max(2.5, 8 - size * 0.14)
        if at > size * 0.3:
            tip = center + towards * at
            found.append(blob(rng, float(tip[0]), float(tip[1]), r, r, rough=0.08, n=36))
            found.append(tube([center, tip], [size * 0.3, r * 1.1], per=3))
    return found
