"""Aerated lung: density gradient, vessels, bronchi, fissures."""

import math
from collections.abc import Callable

import numpy as np

from trainer.data.phantom.chest.thorax import Thorax
from trainer.data.phantom.labels import Label
from trainer.data.phantom.scene import Scene
from trainer.data.phantom.shapes import Curve, ellipse, tube
from trainer.data.phantom.trunk import forest, strewn

Squeeze = Callable[[Curve], Curve]

CALIBRES = ((0.0, 20.0, 40.0, 60.0, 90.0), (11.0, 9.0, 7.0, 4.0, 2.0))
"""Distances from the hilum and the widest artery there, both in mm.

Chosen, not taken from a source: about what segmental and subsegmental arteries look like, and
interlobar arteries by the hilum; a nodule lies where it is wider than those, see
:func:`clear_of_vessels`.
"""


def clear_of_vessels(size_mm: float) -> float:
    """Distance from the hilum in mm from which on no vessel is as wide as a nodule."""
    distances, widths = CALIBRES
    return float(np.interp(0.8 * size_mm, widths[::-1], distances[::-1]))


def paint_lungs(scene: Scene, thorax: Thorax, squeeze: dict[int, Squeeze]) -> None:
    """Both lungs; a lung that fluid or air compresses has its ``squeeze``.

    Leaves in ``scene.masks`` the pleural space of each side as 左/右 and the aerated part
    as 左肺/右肺.
    """
    for sign, curve in thorax.lungs.items():
        side = "左" if sign > 0 else "右"
        pleura = scene.canvas.mask(curve)
        moved = squeeze[sign](curve) if sign in squeeze else curve
        thorax.aerated[sign] = moved
        lung = scene.canvas.mask(moved) * pleura if sign in squeeze else pleura
        scene.masks[side], scene.masks[side + "肺"] = pleura, lung
        _parenchyma(scene, thorax, curve, moved, lung)
        _vessels(scene, thorax, sign, moved, lung, squeeze.get(sign))


def _parenchyma(scene: Scene, thorax: Thorax, curve: Curve, moved: Curve, lung: np.ndarray) -> None:
    rng, canvas = scene.rng, scene.canvas
    full = np.prod(np.ptp(curve, axis=0))
    left = max(float(np.prod(np.ptp(moved, axis=0)) / full), 0.25)
    base = -1000 + (scene.tissues.lung + 1000) / left**0.7
    rows = np.linspace(-1, 1, canvas.view.size, dtype=np.float32)[:, None]
    rows = -rows if scene.prone else rows
    hu = base + rng.uniform(5, 45) * rows + scene.texture(7, rng.uniform(4, 14))
    if rng.random() < 0.25:  # lobules that hold more air, paler than the holes of emphysema
        hu = hu + np.clip(scene.texture(rng.uniform(10, 22), 45), -55, 0)
    whole = (slice(None), slice(None))
    canvas.blend(whole, lung, hu=hu, label=Label.LUNG)


def _vessels(
    scene: Scene, thorax: Thorax, sign: int, curve: Curve, lung: np.ndarray, squeeze: Squeeze | None
) -> None:
    rng, canvas = scene.rng, scene.canvas
    hilum = thorax.hila[sign]
    if squeeze is not None:
        hilum = squeeze(hilum[None])[0]
    apex = thorax.level == "肺尖"
    low, span = curve.min(axis=0), np.ptp(curve, axis=0)
    count = int(rng.integers(2, 7)) if apex else int(rng.integers(2, 11))
    outward = 0.0 if sign > 0 else math.pi
    fan = np.linspace(-0.5, 0.5, count) * rng.uniform(2.8, 3.4) + rng.normal(0, 0.12, count)
    angles = outward + fan
    widths = rng.uniform(1.6, 3.0, count) if apex else rng.uniform(1.8, 4.6, count)
    reach = np.hypot(span[0] * np.cos(angles), span[1] * np.sin(angles)) * 0.3
    lengths = reach * rng.uniform(0.6, 1.0, count)
    branches, across = forest(rng, np.tile(hilum, (count, 1)), angles, lengths, widths, 2)
    dots = low + rng.random((int(rng.integers(12, 44)), 2)) * span
    near = np.linalg.norm(dots - hilum, axis=1) / span.max()
    sizes = rng.uniform(1.0, 2.2, len(dots)) + np.maximum(0.0, 2.6 * (0.7 - near))
    spots, round_ = strewn(rng, dots, sizes)
    box, alpha = canvas.cover_strokes(
        np.concatenate([branches, spots]), np.concatenate([across, round_]), soft_mm=0.5
    )
    blood = scene.tissues.vein
    canvas.blend(box, alpha, hu=blood, label=None, within=lung, strength=rng.uniform(0.55, 0.9))
    _crossing(scene, hilum, low, span, lung)
    if not apex:
        _pairs(scene, hilum, sign, lung)
        _joining(scene, hilum, sign, lung)
    _bronchi(scene, hilum, sign, lung)
    if rng.random() < 0.4:
        _dependent(scene, curve, lung)
    if rng.random() < 0.12:
        _scar(scene, curve, lung)
    if not apex and rng.random() < 0.5:
        edge = curve[np.argmax(curve[:, 0] * sign)]
        y = rng.uniform(-0.2, 0.3) * span[1]
        line = tube(
            [hilum, (hilum + edge) / 2 + (0, y), edge + np.array([0.0, y])], rng.uniform(0.6, 1.4)
        )
        canvas.paint(line, hu=-600, label=None, soft_mm=0.6, within=lung, strength=0.7)


def _crossing(
    scene: Scene, hilum: np.ndarray, low: np.ndarray, span: np.ndarray, lung: np.ndarray
) -> None:
    """Vessels that pass the slice obliquely: short strokes, paler the less of them is in it."""
    rng, canvas, blood = scene.rng, scene.canvas, scene.tissues.vein
    for soft, strength in ((0.4, 0.95), (0.8, 0.65), (1.2, 0.4)):
        count = int(rng.integers(4, 26))
        at = low + rng.random((count, 2)) * span
        away = at - hilum
        far = np.linalg.norm(away, axis=1) / span.max()
        turn = np.arctan2(away[:, 1], away[:, 0]) + rng.normal(0, 0.6, count)
        long = rng.uniform(0.5, 9, count) * (1.3 - np.minimum(far, 1.0))
        half = long[:, None] * np.stack([np.cos(turn), np.sin(turn)], axis=1)
        wide = rng.uniform(0.6, 1.4, count) + rng.uniform(0.3, 3.2) * np.maximum(0.0, 0.8 - far)
        segments = [np.stack([at - part * half, at + part * half], axis=1) for part in (1.0, 0.6)]
        box, alpha = canvas.cover_strokes(
            np.concatenate(segments), np.concatenate([0.55 * wide, wide]), soft_mm=soft
        )
        canvas.blend(box, alpha, hu=blood, label=None, within=lung, strength=strength)


def _pairs(scene: Scene, hilum: np.ndarray, sign: int, lung: np.ndarray) -> None:
    """Segmental arteries cut across near the hilum, many with their bronchus beside them."""
    rng, canvas = scene.rng, scene.canvas
    vessels, walls, holes = [], [], []
    for _ in range(int(rng.integers(1, 12))):
        distance = rng.uniform(4, 58)
        t = rng.uniform(-1.25, 1.25)
        away = np.array([sign * distance * math.cos(t), 1.3 * distance * math.sin(t)])
        x, y = hilum + away
        r = rng.uniform(0.45, 1.0) * float(np.interp(np.linalg.norm(away), *CALIBRES)) / 2
        turned = rng.uniform(0, 180)
        vessels.append(ellipse(x, y, r * rng.uniform(1.0, 1.7), r, turned, n=24))
        if rng.random() < 0.55:
            bronchus, gap = r * rng.uniform(0.6, 1.0), rng.uniform(0, 2 * math.pi)
            bx, by = x + 2.1 * r * math.cos(gap), y + 2.1 * r * math.sin(gap)
            walls.append(ellipse(bx, by, bronchus + 0.9, bronchus + 0.9, n=20))
            holes.append(ellipse(bx, by, bronchus, bronchus, n=20))
    canvas.paint(*vessels, hu=scene.tissues.vein, label=None, soft_mm=0.4, within=lung)
    if walls:
        canvas.paint(*walls, hu=-40, label=None, soft_mm=0.3, within=lung)
        canvas.paint(*holes, hu=-960, label=None, soft_mm=0.3, within=lung)


def _joining(scene: Scene, hilum: np.ndarray, sign: int, lung: np.ndarray) -> None:
    """Places near the hilum where wide vessels branch or join: stars with short, thick rays."""
    rng, canvas = scene.rng, scene.canvas
    for _ in range(int(rng.integers(0, 4))):
        distance, t = rng.uniform(6, 48), rng.uniform(-1.3, 1.3)
        away = np.array([sign * distance * math.cos(t), 1.3 * distance * math.sin(t)])
        widest = float(np.interp(np.linalg.norm(away), *CALIBRES))
        count = int(rng.integers(2, 5))
        rays, across = forest(
            rng,
            np.tile(hilum + away, (count, 1)),
            rng.uniform(0, 2 * math.pi, count),
            rng.uniform(7, 22, count),
            widest * rng.uniform(0.5, 0.95, count),
            1,
        )
        box, alpha = canvas.cover_strokes(rays, across, soft_mm=rng.uniform(0.4, 1.0))
        blood, strength = scene.tissues.vein, rng.uniform(0.6, 0.95)
        canvas.blend(box, alpha, hu=blood, label=None, within=lung, strength=strength)


def _dependent(scene: Scene, curve: Curve, lung: np.ndarray) -> None:
    """Lung that its own weight makes denser, a hazy rim where it lies lowest."""
    rng = scene.rng
    lowest = -1.0 if scene.prone else 1.0
    depth = rng.uniform(5, 14)
    edge = curve[(curve[:, 1] * lowest) > np.quantile(curve[:, 1] * lowest, 0.72)]
    spots = [ellipse(x, y, depth, depth, n=16) for x, y in edge[::3]]
    hu, strength = rng.uniform(-620, -420), rng.uniform(0.2, 0.55)
    scene.canvas.paint(
        *spots, hu=hu, label=None, soft_mm=depth * 0.35, within=lung, strength=strength
    )


def _scar(scene: Scene, curve: Curve, lung: np.ndarray) -> None:
    """A thin band of collapsed or scarred lung that reaches the pleura."""
    rng = scene.rng
    start = curve[int(rng.integers(len(curve)))]
    inwards = curve.mean(axis=0) - start
    length = rng.uniform(12, 40)
    t = math.atan2(inwards[1], inwards[0]) + rng.normal(0, 0.5)
    bend = t + rng.normal(0, 0.3)
    middle = start + 0.5 * length * np.array([math.cos(t), math.sin(t)])
    end = middle + 0.5 * length * np.array([math.cos(bend), math.sin(bend)])
    band = tube([start, middle, end], [rng.uniform(1.5, 4), rng.uniform(1, 2.5), 0.8])
    scene.canvas.paint(
        band, hu=rng.uniform(-250, 20), label=None, soft_mm=0.7, within=lung, strength=0.85
    )


def _bronchi(scene: Scene, hilum: np.ndarray, sign: int, lung: np.ndarray) -> None:
    rng = scene.rng
    rings, holes = [], []
    for _ in range(int(rng.integers(1, 5))):
        x = hilum[0] + sign * rng.uniform(2, 34)
        y = hilum[1] + rng.uniform(-28, 32)
        r = rng.uniform(1.0, 2.8)
        rings.append(ellipse(x, y, r + 1.1, r + 1.1, n=16))
        holes.append(ellipse(x, y, r, r, n=16))
    scene.canvas.paint(*rings, hu=-50, label=None, soft_mm=0.3, within=lung)
    scene.canvas.paint(*holes, hu=-960, label=None, soft_mm=0.3, within=lung)
