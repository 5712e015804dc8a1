"""Haemorrhage, haematoma, infarct and midline shift: planned first, painted last."""

import math
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from trainer.data.phantom.canvas import Coverage
from trainer.data.phantom.head.skull import Skull
from trainer.data.phantom.labels import Label
from trainer.data.phantom.lesion import Lesion, nothing, side_of
from trainer.data.phantom.scene import Push, Scene
from trainer.data.phantom.shapes import Curve, band, blob, polar
from trainer.data.phantom.spectrum import Spectrum

BLEED_SITES = {
    "颅底": (("小脑", 0.40, 0.62, 34), ("脑干", 0.0, 0.17, 22), ("颞叶", 0.62, -0.16, 34)),
    "眼眶": (("小脑", 0.40, 0.62, 34), ("脑干", 0.0, 0.17, 22), ("颞叶", 0.62, -0.16, 34)),
    "鞍上池": (("颞叶", 0.58, -0.08, 48), ("额叶", 0.34, -0.62, 44), ("脑干", 0.0, 0.11, 22)),
    "基底节": (
        ("基底节区", 0.38, -0.12, 60),
        ("基底节区", 0.40, -0.10, 60),
        ("丘脑", 0.19, 0.06, 34),
        ("额叶", 0.36, -0.62, 46),
        ("枕叶", 0.34, 0.66, 42),
        ("颞叶", 0.68, 0.20, 50),
    ),
    "侧脑室体": (("额叶", 0.42, -0.52, 52), ("顶叶", 0.56, 0.36, 55), ("枕叶", 0.32, 0.68, 38)),
    "半卵圆中心": (("额叶", 0.45, -0.45, 55), ("顶叶", 0.48, 0.35, 55)),
    "颅顶": (("额叶", 0.45, -0.42, 34), ("顶叶", 0.46, 0.38, 34)),
}
"""Site, x and y as shares of the inner half axes, and the largest diameter that fits, in mm."""

INFARCTS = {
    "颅底": (("小脑", 25.0, 80.0, 0.42),),
    "眼眶": (("小脑", 25.0, 80.0, 0.42),),
    "鞍上池": (("颞叶", -45.0, 20.0, 0.40),),
    "基底节": (
        ("颞叶", -42.0, 32.0, 0.42),
        ("枕叶", 45.0, 80.0, 0.48),
        ("额叶", -80.0, -48.0, 0.5),
    ),
    "侧脑室体": (
        ("顶叶", -15.0, 50.0, 0.4),
        ("额叶", -75.0, -25.0, 0.45),
        ("枕叶", 48.0, 80.0, 0.5),
    ),
    "半卵圆中心": (("额叶", -72.0, -12.0, 0.3), ("顶叶", 5.0, 65.0, 0.3)),
    "颅顶": (("额叶", -65.0, -12.0, 0.2), ("顶叶", 5.0, 60.0, 0.2)),
}
"""Site, arc in degrees from the side's direction, and inner edge as a share of the radius."""

SHIFT_LEVELS = ("基底节", "侧脑室体", "半卵圆中心")


def plan_haemorrhage(
    rng: np.random.Generator, skull: Skull, level: str, spectrum: Spectrum
) -> list[Lesion]:
    """One intracerebral haematoma with its oedema."""
    sites = BLEED_SITES[level]
    site, sx, sy, fits = sites[int(rng.integers(len(sites)))]
    sign = int(rng.choice([-1, 1]))
    size = min(spectrum.haemorrhage_mm.draw_log(rng), fits * rng.uniform(0.85, 1.0))
    kx, ky = skull.at(0.0), skull.at(math.pi / 2)
    wander = 0.05 if sx else 0.015
    x = sign * kx * (sx + (rng.uniform(-1, 1) * wander)) if sx else rng.normal(0, 1.0)
    y = ky * (sy + rng.uniform(-1, 1) * 0.05)
    curve = blob(
        rng, x, y, size / 2, size / 2 * rng.uniform(0.6, 0.95), rng.uniform(60, 120), rough=0.09
    )
    hu, rim = spectrum.haemorrhage_hu.draw(rng), rng.uniform(1.5, 7) * (0.4 + size / 50)
    layers = rng.random() < 0.25

    def paint(scene: Scene) -> None:
        within = _brain(scene)
        around = curve + _outwards(curve) * rim
        oedema = scene.tissues.white - rng.uniform(5, 11)
        scene.canvas.paint(around, hu=oedema, label=Label.OEDEMA, soft_mm=1.8, within=within)
        core = hu + scene.texture(5, 2.5)
        inside = within if site == "脑干" else scene.canvas.mask(*_hull(skull))
        scene.canvas.paint(
            curve, hu=core, label=Label.BRAIN_HAEMORRHAGE, soft_mm=0.8, within=inside
        )
        if layers:
            part = curve * 0.45 + curve.mean(axis=0) * 0.55 + rng.normal(0, size * 0.06, 2)
            scene.canvas.paint(part, hu=hu + 9, label=None, soft_mm=1.5, within=inside)

    push = Push(center=(float(x), float(y)), radius_mm=size / 2 + rim * 0.5)
    lesion = Lesion(
        "脑出血",
        paint,
        site,
        side_of(sign) if sx else "",
        measured=True,
        push=push,
        traits=("水肿",) if rim > 3 else (),
    )
    heavy = 0.0 if size < 32 or not sx else 0.85
    return _with_shift(rng, lesion, level, -sign, heavy, spectrum, at_y=float(y))


def plan_subdural(
    rng: np.random.Generator, skull: Skull, level: str, spectrum: Spectrum
) -> list[Lesion]:
    """A crescent along one convexity, or rarely both."""
    sign = int(rng.choice([-1, 1]))
    both = rng.random() < 0.1
    size = spectrum.subdural_mm.draw_log(rng)
    cap = 0.24 * skull.at(0.0)
    thickness = min(size, cap) * (0.7 if both else 1.0)
    hu = spectrum.subdural_hu.draw(rng)
    curves = [_crescent(rng, skull, sign, thickness)]
    if both:
        curves.append(_crescent(rng, skull, -sign, thickness * rng.uniform(0.6, 0.95)))

    def paint(scene: Scene) -> None:
        core = hu + scene.texture(9, 3.0)
        scene.canvas.paint(*curves, hu=core, label=Label.SUBDURAL_HAEMATOMA, soft_mm=0.4)

    true_size = max(_thickness(curve, skull) for curve in curves)
    lesion = Lesion("硬膜下血肿", paint, "", "双侧" if both else side_of(sign), size_mm=true_size)
    heavy = 0.0 if both else (0.85 if thickness >= 9 else 0.15)
    return _with_shift(rng, lesion, level, -sign, heavy, spectrum, at_y=0.0)


def plan_epidural(
    rng: np.random.Generator, skull: Skull, level: str, spectrum: Spectrum
) -> list[Lesion]:
    """A biconvex lens under the skull."""
    sign = int(rng.choice([-1, 1]))
    cap = 0.42 * skull.at(0.0)
    thickness = min(spectrum.epidural_mm.draw_log(rng), cap)
    angle = math.radians(rng.uniform(-60, 50))
    radius = skull.at(angle)
    half = min((thickness * rng.uniform(1.15, 1.7) + 7) / radius, 0.7)
    u = np.linspace(-1, 1, 60)
    t = _on_side(angle + half * u, sign)
    depth = thickness * (1 - np.abs(u) ** rng.uniform(1.9, 2.4)) ** 0.9
    outer = skull.radius(t)
    curve = band(t, outer + 0.3, outer - depth)
    hu = spectrum.epidural_hu.draw(rng)
    swirl = rng.random() < 0.3

    def paint(scene: Scene) -> None:
        core = hu + scene.texture(6, 6.0 if swirl else 2.5)
        scene.canvas.paint(curve, hu=core, label=Label.EPIDURAL_HAEMATOMA, soft_mm=0.4)

    middle = polar(
        np.array([_on_side(np.array([angle]), sign)[0]]), np.array([radius - thickness / 2])
    )
    push = Push(center=(float(middle[0, 0]), float(middle[0, 1])), radius_mm=thickness * 0.6)
    lesion = Lesion(
        "硬膜外血肿", paint, "", side_of(sign), size_mm=_thickness(curve, skull), push=push
    )
    heavy = 0.9 if thickness >= 17 else 0.1
    return _with_shift(rng, lesion, level, -sign, heavy, spectrum, at_y=float(middle[0, 1]) * 0.5)


def plan_infarct(
    rng: np.random.Generator, skull: Skull, level: str, spectrum: Spectrum
) -> list[Lesion]:
    """A territory that lost density and the grey-white border."""
    choices = INFARCTS[level]
    site, low, high, deep = choices[int(rng.integers(len(choices)))]
    sign = int(rng.choice([-1, 1]))
    low, high = low + rng.uniform(-8, 8), high + rng.uniform(-8, 8)
    deep = float(np.clip(deep + rng.uniform(-0.1, 0.08), 0.18, 0.6))
    t = _on_side(np.deg2rad(np.linspace(low, high, 40)), sign)
    outer = skull.radius(t)
    u = np.linspace(-1, 1, 40)
    inner = outer * (deep + (0.8 - deep) * np.abs(u) ** rng.uniform(2, 6))
    inner *= 1 + rng.normal(0, 0.03) * np.sin(7 * u + rng.uniform(0, 6))
    curve = band(t, outer, inner)
    drop = spectrum.infarct_relative.draw(rng)

    def paint(scene: Scene) -> None:
        brain = _brain(scene)
        target = (scene.tissues.grey * 0.45 + scene.tissues.white * 0.55 + drop) + scene.texture(
            6, 1.2
        )
        scene.canvas.paint(curve, hu=target, label=Label.INFARCT, soft_mm=1.5, within=brain)

    lesion = Lesion(
        "脑梗死", paint, site, side_of(sign), traits=("大片",) if high - low > 45 else ()
    )
    wide = high - low > 55 and deep < 0.4
    return _with_shift(rng, lesion, level, -sign, 0.35 if wide else 0.0, spectrum, at_y=0.0)


def _with_shift(
    rng: np.random.Generator,
    lesion: Lesion,
    level: str,
    towards: int,
    chance: float,
    spectrum: Spectrum,
    *,
    at_y: float,
) -> list[Lesion]:
    """The lesion, and by ``chance`` a midline shift away from it, if the spectrum has any."""
    push = lesion.push or Push()
    at_y = float(np.clip(at_y, -35, 30))
    if level not in SHIFT_LEVELS or spectrum.shift_mm.high <= 0 or rng.random() >= chance:
        small = rng.uniform(0, 1.5) * towards if level in SHIFT_LEVELS else 0.0
        return [replace(lesion, push=replace(push, shift_mm=small, at_y=at_y))]
    size = spectrum.shift_mm.draw(rng)
    pushed = replace(push, shift_mm=size * towards, at_y=at_y)
    moved = pushed(np.array([[0.0, at_y]]))[0, 0]
    shift = Lesion("中线移位", nothing, "", side_of(towards), size_mm=abs(float(moved)))
    return [replace(lesion, push=pushed), shift]


def _on_side(angles: NDArray[np.float64], sign: int) -> NDArray[np.float64]:
    """Angles measured from the side's own direction, mirrored for the right."""
    return angles if sign > 0 else math.pi - angles


def _crescent(rng: np.random.Generator, skull: Skull, sign: int, thickness: float) -> Curve:
    middle = math.radians(rng.uniform(-25, 25))
    half = math.radians(rng.uniform(48, 68))
    low, high = max(middle - half, math.radians(-84)), min(middle + half, math.radians(84))
    u = np.linspace(-1, 1, 90)
    t = _on_side((low + high) / 2 + (high - low) / 2 * u, sign)
    depth = thickness * (1 - np.abs(u) ** rng.uniform(2.5, 5)) ** rng.uniform(0.6, 1.0)
    depth *= 1 + 0.06 * np.sin(4 * u + rng.uniform(0, 6))
    outer = skull.radius(t)
    return band(t, outer + 0.3, outer - depth)


def _thickness(curve: Curve, skull: Skull) -> float:
    """Greatest distance of the inner edge from the inner table, mm."""
    edge = curve[len(curve) // 2 :]
    table = polar(skull.angles, skull.inner)
    gaps = np.linalg.norm(edge[:, None, :] - table[None, :, :], axis=2).min(axis=1)
    return float(gaps.max())


def _outwards(curve: Curve) -> Curve:
    away = curve - curve.mean(axis=0)
    return np.asarray(away / np.maximum(np.linalg.norm(away, axis=1, keepdims=True), 1e-6))


def _hull(skull: Skull) -> tuple[Curve]:
    return (polar(skull.angles, skull.inner - 1.0),)


def _brain(scene: Scene) -> Coverage:
    """Where parenchyma is, float32 of the whole picture."""
    labels = scene.canvas.labels
    brain = (
        (labels == Label.GREY_MATTER) | (labels == Label.WHITE_MATTER) | (labels == Label.HINDBRAIN)
    )
    return np.asarray(brain, dtype=np.float32)
