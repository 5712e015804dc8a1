"""Liver mass and cyst, stones, ascites, free gas."""

import math

import numpy as np

from trainer.data.phantom.abdomen.belly import Belly
from trainer.data.phantom.labels import Label
from trainer.data.phantom.lesion import Lesion, side_of
from trainer.data.phantom.scene import Scene
from trainer.data.phantom.shapes import Curve, blob, ellipse, feret_mm, scale
from trainer.data.phantom.spectrum import Spectrum
from trainer.data.phantom.trunk import place

SOLID_HU = 28.0
"""Least of a solid mass, so that a small one is no cyst; chosen, not taken from a source."""

SECOND_STONE_MM = 4.0
"""Least of a stone in the other kidney, so that it can be seen; the least of the first as well."""


def plan_liver_mass(rng: np.random.Generator, belly: Belly, spectrum: Spectrum) -> Lesion | None:
    """A solid lesion, darker than the liver, uneven and vaguely bounded."""
    found = _in_liver(rng, belly, min(spectrum.liver_mass_mm.draw_log(rng), 0.75 * belly.a), 0.42)
    if found is None:
        return None
    x, y, size = found
    curve = blob(
        rng, x, y, size / 2, size / 2 * rng.uniform(0.75, 1.0), rng.uniform(0, 180), rough=0.09
    )
    drop = spectrum.liver_mass_relative.draw(rng)
    rim = rng.random() < 0.45
    necrosis = size > 35 and rng.random() < 0.5
    center = blob(rng, x, y, size * 0.24, size * 0.18, rng.uniform(0, 180), rough=0.2)

    def paint(scene: Scene) -> None:
        liver, t = scene.masks["肝"], scene.tissues
        core = max(t.liver + drop, SOLID_HU) + scene.texture(4, 4)
        if rim and t.vein > t.blood + 25:
            edge = scale(curve, 1.08)
            scene.canvas.paint(
                edge, hu=t.liver + 28, label=Label.LIVER_MASS, soft_mm=1.2, within=liver
            )
        scene.canvas.paint(curve, hu=core, label=Label.LIVER_MASS, soft_mm=1.3, within=liver)
        if necrosis:
            low = max(t.liver + drop - 16, 14.0)
            scene.canvas.paint(center, hu=low, label=Label.LIVER_MASS, soft_mm=2, within=liver)

    return Lesion(
        "肝占位", paint, belly.lobe(x), measured=True, traits=("坏死",) if necrosis else ()
    )


def plan_cyst(rng: np.random.Generator, belly: Belly, spectrum: Spectrum) -> Lesion | None:
    """A sharp round collection of water, sometimes with a smaller companion."""
    found = _in_liver(rng, belly, min(spectrum.cyst_mm.draw_log(rng), 0.65 * belly.a), 0.5)
    if found is None:
        return None
    x, y, size = found
    curves = [
        blob(
            rng, x, y, size / 2, size / 2 * rng.uniform(0.9, 1.0), rng.uniform(0, 180), rough=0.025
        )
    ]
    if rng.random() < 0.25:
        other = _in_liver(rng, belly, size * rng.uniform(0.35, 0.7), 0.5)
        if (
            other is not None
            and math.hypot(other[0] - x, other[1] - y) > size * 0.9 + 4
            and other[2] > 6
        ):
            curves.append(ellipse(other[0], other[1], other[2] / 2, other[2] / 2))
    hu = spectrum.cyst_hu.draw(rng)
    several = len(curves) > 1

    def paint(scene: Scene) -> None:
        scene.canvas.paint(
            *curves, hu=hu, label=Label.LIVER_CYST, soft_mm=0.3, within=scene.masks["肝"]
        )

    return Lesion(
        "肝囊肿",
        paint,
        belly.lobe(x),
        size_mm=feret_mm(curves[0]),
        traits=("多发",) if several else (),
    )


def plan_gallstone(rng: np.random.Generator, belly: Belly, spectrum: Spectrum) -> Lesion | None:
    """One stone, or a few, on the dependent wall of the gallbladder."""
    bladder = belly.bladder
    if bladder is None:
        return None
    width = float(np.ptp(bladder[:, 0]))
    size = min(spectrum.gallstone_mm.draw_log(rng), width * 0.75)
    middle = bladder.mean(axis=0)
    low = bladder[np.argmax(bladder[:, 1])]
    center = low + (middle - low) / np.linalg.norm(middle - low) * (size / 2 + 1.0)
    center = center + np.array([rng.uniform(-0.15, 0.15) * width, 0.0])
    hu = spectrum.gallstone_hu.draw_log(rng)
    stones = [
        blob(rng, center[0], center[1], size / 2, size / 2 * rng.uniform(0.8, 1), rough=0.05, n=40)
    ]
    if size < 12 and rng.random() < 0.4:
        for s in (-1, 1):
            r = size / 2 * rng.uniform(0.5, 0.9)
            stones.append(ellipse(center[0] + s * size, center[1] - size * 0.4, r, r, n=30))
    ring = hu < 250 and size > 9 and rng.random() < 0.5

    def paint(scene: Scene) -> None:
        within = scene.canvas.mask(bladder)
        scene.canvas.paint(*stones, hu=hu, label=Label.GALLSTONE, soft_mm=0.3, within=within)
        if ring:
            inner = scale(stones[0], 0.6)
            scene.canvas.paint(
                inner, hu=hu * 0.45, label=Label.GALLSTONE, soft_mm=0.6, within=within
            )

    return Lesion(
        "胆囊结石",
        paint,
        size_mm=float(max(np.ptp(stones[0], axis=0))),
        traits=("多发",) if len(stones) > 1 else (),
    )


def plan_renal_stone(rng: np.random.Generator, belly: Belly, spectrum: Spectrum) -> Lesion | None:
    """A dense stone in the collecting system of one kidney, rarely of both."""
    if not belly.kidneys:
        return None
    main = int(rng.choice([-1, 1]))
    both = rng.random() < 0.12
    size = spectrum.renal_stone_mm.draw_log(rng)
    hu = spectrum.renal_stone_hu.draw(rng)
    stones: list[Curve] = []
    for s in (main, -main) if both else (main,):
        middle = belly.kidneys[s].mean(axis=0)
        r = size / 2 if s == main else max(size * rng.uniform(0.5, 0.9), SECOND_STONE_MM) / 2
        x, y = middle + (-s * 5, -3) + rng.uniform(-1, 1, 2) * (4, 6)
        stones.append(
            blob(
                rng,
                float(x),
                float(y),
                r,
                r * rng.uniform(0.65, 1),
                rng.uniform(0, 180),
                rough=0.06,
                n=36,
            )
        )

    def paint(scene: Scene) -> None:
        scene.canvas.paint(*stones, hu=hu, label=Label.RENAL_STONE, soft_mm=0.3)

    return Lesion(
        "肾结石", paint, "", "双侧" if both else side_of(main), size_mm=feret_mm(stones[0])
    )


def plan_ascites(rng: np.random.Generator, belly: Belly, spectrum: Spectrum) -> Lesion:
    """Fluid between wall and viscera: flanks and around liver and spleen."""
    hu = spectrum.ascites_hu.draw(rng)
    depth = belly.fluid_mm

    def paint(scene: Scene) -> None:
        t = np.linspace(math.pi * 0.80, math.pi * 2.2, 120) - math.pi * 0
        outer = np.stack([np.interp(t % (2 * math.pi), *_radius(belly.cavity))], axis=1)[:, 0]
        lateral = np.abs(np.cos(t))
        thick = depth * (0.45 + 0.75 * lateral**2) * (1 + 0.12 * np.sin(5 * t + rng.uniform(0, 6)))
        ring = np.concatenate(
            [
                np.stack([outer * np.cos(t), outer * np.sin(t)], 1),
                np.stack([(outer - thick) * np.cos(t), (outer - thick) * np.sin(t)], 1)[::-1],
            ]
        )
        scene.canvas.paint(ring, hu=hu, label=Label.ASCITES, soft_mm=0.6)

    grade = "大量" if depth > 22 else "中量" if depth > 13 else "少量"
    return Lesion("腹水", paint, traits=(grade,))


def plan_free_gas(rng: np.random.Generator, belly: Belly, spectrum: Spectrum) -> Lesion:
    """Gas outside the bowel, under the anterior wall."""
    middle, half = -math.pi / 2 + rng.normal(0, 0.15), rng.uniform(0.4, 0.95)

    def paint(scene: Scene) -> None:
        t = np.linspace(middle - half, middle + half, 70)
        outer = np.interp(t % (2 * math.pi), *_radius(belly.cavity)) - 0.8
        u = np.linspace(-1, 1, 70)
        thick = belly.gas_mm * np.sqrt(np.clip(1 - u**2, 0, 1)) * (1 + 0.08 * np.sin(9 * u))
        crescent = np.concatenate(
            [
                np.stack([outer * np.cos(t), outer * np.sin(t)], 1),
                np.stack([(outer - thick) * np.cos(t), (outer - thick) * np.sin(t)], 1)[::-1],
            ]
        )
        bubbles = [
            ellipse(
                rng.uniform(-0.4, 0.4) * belly.a,
                -belly.b + belly.gas_mm + rng.uniform(4, 20),
                2,
                1.6,
                n=12,
            )
            for _ in range(int(rng.integers(0, 4)))
        ]
        scene.canvas.paint(crescent, *bubbles, hu=-985.0, label=Label.FREE_GAS, soft_mm=0.3)

    return Lesion("游离气体", paint)


def _radius(curve: Curve) -> tuple[Curve, Curve]:
    """Angles in [0, 2 pi) in order, and the radius at each; for np.interp."""
    t = np.arctan2(curve[:, 1], curve[:, 0]) % (2 * math.pi)
    order = np.argsort(t)
    return t[order], np.linalg.norm(curve, axis=1)[order]


def _in_liver(
    rng: np.random.Generator, belly: Belly, size: float, margin: float
) -> tuple[float, float, float] | None:
    if belly.liver is None:
        return None
    others = [*belly.kidneys.values()]
    if belly.bladder is not None:
        others.append(belly.bladder)
    keep_off = np.concatenate(others) if others else None
    center = place(rng, belly.liver, size * margin + 1.5, keep_off, size / 2 + 4)
    if center is None:
        return None
    return float(center[0]), float(center[1]), size
