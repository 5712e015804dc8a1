"""What chest, abdomen and pelvis share: skin, fat, wall, spine, ribs, loops of bowel."""

import math

import numpy as np
from numpy.typing import NDArray

from trainer.data.phantom.acquisition import paint_clothing, paint_table
from trainer.data.phantom.labels import Label
from trainer.data.phantom.scene import Scene
from trainer.data.phantom.shapes import Curve, blob, ellipse, polar, tube

STEPS = 4
"""Strokes of one piece of a vessel."""


def oval_radii(
    t: NDArray[np.float64], half: float, front: float, back: float, power: float
) -> NDArray[np.float64]:
    """Radius over angles of a superellipse of different depth in front and behind."""
    depth = np.where(np.sin(t) < 0, front, back)
    r = (np.abs(np.cos(t) / half) ** power + np.abs(np.sin(t) / depth) ** power) ** (-1 / power)
    return np.asarray(r)


def around(n: int = 144) -> NDArray[np.float64]:
    """Angles once around the body; 0 is the patient's left, pi/2 the back."""
    return np.linspace(-math.pi, math.pi, n, endpoint=False)


def bump(t: NDArray[np.float64], at: float, width: float) -> NDArray[np.float64]:
    """A bell of height 1 at an angle and at its mirror image on the other side, radians."""
    away = np.abs((t - at + math.pi) % (2 * math.pi) - math.pi)
    mirrored = np.abs((math.pi - t - at + math.pi) % (2 * math.pi) - math.pi)
    return np.asarray(np.exp(-((np.minimum(away, mirrored) / width) ** 2)))


def oval(half: float, front: float, back: float, power: float, n: int = 144) -> Curve:
    """A superellipse of different depth in front and behind."""
    t = around(n)
    return polar(t, oval_radii(t, half, front, back, power))


def lie_down(curve: Curve, *, flat: float) -> Curve:
    """The back pressed flat by the couch: what lies behind ``flat`` of the depth is drawn in."""
    out = curve.copy()
    limit = flat * curve[:, 1].max()
    out[:, 1] = np.where(out[:, 1] > limit, limit + (out[:, 1] - limit) * 0.4, out[:, 1])
    return out


def shrink(curve: Curve, by: float | NDArray[np.float64]) -> Curve:
    """Drawn in towards the origin by mm."""
    r = np.linalg.norm(curve, axis=1)
    return np.asarray(curve * (np.maximum(r - by, 1.0) / r)[:, None])


def inside(curve: Curve, points: Curve) -> NDArray[np.bool_]:
    """Which points lie inside a closed curve, by crossing number."""
    a, b = curve, np.roll(curve, -1, axis=0)
    x, y = points[:, :1], points[:, 1:]
    spans = (a[:, 1] > y) != (b[:, 1] > y)
    rise = np.where(b[:, 1] == a[:, 1], 1e-9, b[:, 1] - a[:, 1])
    at = a[:, 0] + (y - a[:, 1]) * (b[:, 0] - a[:, 0]) / rise
    return np.asarray(((x < at) & spans).sum(axis=1) % 2 == 1)


def place(
    rng: np.random.Generator,
    curve: Curve,
    margin: float,
    keep_off: Curve | None = None,
    off_mm: float = 0.0,
    outside: Curve | None = None,
) -> Curve | None:
    """A random point inside ``curve`` at least ``margin`` mm from it.

    At least ``off_mm`` from every point of ``keep_off``; not within ``outside`` nor nearer to
    it than ``margin``.
    """
    low, high = curve.min(axis=0), curve.max(axis=0)
    points = rng.uniform(low, high, (160, 2))
    good = inside(curve, points)
    gap = np.linalg.norm(points[:, None] - curve[None], axis=2).min(axis=1)
    good &= gap >= margin
    if keep_off is not None:
        good &= np.linalg.norm(points[:, None] - keep_off[None], axis=2).min(axis=1) >= off_mm
    if outside is not None:
        good &= ~inside(outside, points)
        good &= np.linalg.norm(points[:, None] - outside[None], axis=2).min(axis=1) >= margin
    found = np.flatnonzero(good)
    return points[found[0]] if len(found) else None


def paint_outside(scene: Scene) -> None:
    """Couch and clothing."""
    rng, body = scene.rng, scene.body
    if rng.random() < 0.85:
        front = scene.canvas.view.flat_front_mm
        depth = front + 0.4 * (body.front - front) if scene.prone else body.back
        paint_table(scene.canvas, rng, depth, above=scene.prone)
    if rng.random() < 0.4 and not scene.prone:
        paint_clothing(scene.canvas, rng, body.half, body.front)


def paint_layers(scene: Scene, skin: Curve, muscle: Curve | None) -> None:
    """Skin, subcutaneous fat, and muscle inside it with fat between its layers.

    Leaves the coverage of the body in ``scene.masks`` as 体.
    """
    rng, fat, canvas = scene.rng, scene.tissues.fat, scene.canvas
    canvas.paint(skin, hu=rng.uniform(-10, 50), label=Label.MUSCLE, soft_mm=0.4)
    scene.masks["体"] = canvas.mask(skin)
    inner = shrink(skin, rng.uniform(1.2, 2.6))
    canvas.paint(inner, hu=fat + scene.grain() * 5, label=Label.FAT, soft_mm=0.4)
    if muscle is None:
        return
    paint_muscle(scene, muscle)
    clefts: list[Curve] = []
    for _ in range(int(rng.integers(6, 13))):
        start, length = rng.uniform(0, len(muscle)), rng.uniform(4, 14)
        at = np.linspace(start, start + length, 6)
        index = at.astype(int) % len(muscle)
        depth = rng.uniform(5, 22) + np.cumsum(rng.normal(0, 1.2, 6))
        clefts.append(tube(shrink(muscle[index], depth), rng.uniform(0.7, 2.2), per=3))
    canvas.paint(*clefts, hu=fat + 20, label=None, soft_mm=0.8, strength=0.85)


def paint_vertebra(scene: Scene, x: float, y: float, width: float, depth: float) -> None:
    """Body, pedicles, canal, processes; (x, y) is the middle of the body."""
    rng, tissues, canvas = scene.rng, scene.tissues, scene.canvas
    dense, spongy = tissues.cortical * 0.85, tissues.cancellous
    w, d = width / 2, depth / 2
    bones: list[Curve] = []
    canal = y + d + rng.uniform(6.5, 9)
    for s in (-1, 1):
        bones.append(
            tube(
                [(x + s * w * 0.6, y + d * 0.6), (x + s * 13, canal + 2), (x + s * 9, canal + 12)],
                [9, 8, 8],
            )
        )
        if rng.random() < 0.75:
            reach = rng.uniform(18, 30)
            bones.append(
                tube(
                    [(x + s * 12, canal + 4), (x + s * (12 + reach), canal + rng.uniform(2, 10))],
                    [9, 6],
                )
            )
    bones.append(tube([(x - 10, canal + 11), (x, canal + 15), (x + 10, canal + 11)], 6))
    if rng.random() < 0.8:
        tip = min(canal + rng.uniform(26, 42), scene.body.back - rng.uniform(7, 12))
        bones.append(tube([(x, canal + 13), (x + rng.normal(0, 1.5), tip)], [7, 6]))
    canvas.paint(*bones, hu=dense * 0.75, label=Label.BONE, soft_mm=0.8)
    heart = blob(rng, x, y, w, d, rough=0.03)
    front = heart[:, 1] > y
    heart[front, 1] = y + (heart[front, 1] - y) * 0.85
    canvas.paint(heart, hu=dense, label=Label.BONE, soft_mm=0.6)
    core = (heart - (x, y)) * rng.uniform(0.86, 0.92) + (x, y)
    canvas.paint(core, hu=spongy + scene.texture(2.5, 22), label=Label.BONE, soft_mm=0.8)
    if rng.random() < 0.35:
        disc = (heart - (x, y)) * 0.8 + (x, y)
        canvas.paint(
            disc, hu=rng.uniform(70, 110), label=Label.SOFT_TISSUE, soft_mm=2.5, strength=0.8
        )
    hole = ellipse(x, canal, rng.uniform(8, 11), rng.uniform(6.5, 8.5))
    canvas.paint(hole, hu=tissues.fat * 0.3, label=Label.SOFT_TISSUE, soft_mm=0.5)
    sac = ellipse(x, canal, 7, 5.5)
    canvas.paint(sac, hu=rng.uniform(12, 40), label=Label.SOFT_TISSUE, soft_mm=0.6)


def paint_ribs(scene: Scene, path: Curve, *, count: int, front_gap: float = 0.35) -> None:
    """Oblique cuts of ribs along the chest wall; ``path`` is closed, about the origin."""
    rng, tissues = scene.rng, scene.tissues
    angle = np.arctan2(path[:, 1], path[:, 0])
    order = np.argsort(angle)
    angle, path = angle[order], path[order]
    shell, core = [], []
    for side in (-1, 1):
        at = -math.pi / 2 + front_gap + rng.uniform(0, 0.4)
        while at < math.pi / 2 - 0.25:
            length = rng.uniform(0.10, 0.34)
            t = np.linspace(at, at + length, 5)
            t = t if side > 0 else math.pi - t
            t = (t + math.pi) % (2 * math.pi) - math.pi
            points = np.stack(
                [np.interp(t, angle, path[:, i], period=2 * math.pi) for i in (0, 1)], 1
            )
            points = shrink(points, np.linspace(rng.uniform(-2, 2), rng.uniform(-2, 2), 5))
            thick = rng.uniform(6.0, 9.5)
            shell.append(tube(points, thick, per=3))
            core.append(tube(points, thick - 3.2, per=3))
            at += length + rng.uniform(0.15, 2.6 / count)
    scene.canvas.paint(*shell, hu=tissues.cortical * 0.8, label=Label.BONE, soft_mm=0.6)
    scene.canvas.paint(*core, hu=tissues.cancellous, label=Label.BONE, soft_mm=0.6)


def paint_muscle(scene: Scene, *curves: Curve, marbled_hu: float = 0.0) -> None:
    """Muscle with a little streaky fat, with more of it where ``marbled_hu`` darkens it."""
    hu = scene.tissues.muscle + scene.grain() * 6
    if marbled_hu:
        hu = hu - np.maximum(scene.texture(1.8, marbled_hu), 0)
    within = scene.masks.get("体")
    scene.canvas.paint(*curves, hu=hu, label=Label.MUSCLE, soft_mm=0.7, within=within)


def paint_vessel(
    scene: Scene, x: float, y: float, r: float, hu: float, *, calcify: float = 0.0
) -> None:
    """A vessel cut across; with chance ``calcify`` its wall is, in spots or all around."""
    rng = scene.rng
    shape = blob(rng, x, y, r * rng.uniform(0.92, 1.08), r, rough=0.02, n=40)
    scene.canvas.paint(shape, hu=hu, label=Label.BLOOD_VESSEL, soft_mm=0.6)
    if rng.random() < calcify:
        if rng.random() < 0.25:  # an old person's: a ring, thick here and there
            ring = tube(np.concatenate([shape, shape[:3]]), rng.uniform(1.2, 3.0), per=2)
            dense = rng.uniform(400, 1000)
            scene.canvas.paint(ring, hu=dense, label=Label.BLOOD_VESSEL, soft_mm=0.4)
        reach = rng.uniform(2, 8) if rng.random() < 0.5 else rng.uniform(8, 38)
        for _ in range(int(rng.integers(1, 5))):
            arc = int(rng.integers(40)) + np.arange(max(2, int(reach * rng.uniform(0.4, 1.0))))
            wall = tube(shape[arc % 40], rng.uniform(1.0, 3.2), per=2)
            scene.canvas.paint(
                wall, hu=rng.uniform(250, 900), label=Label.BLOOD_VESSEL, soft_mm=0.4
            )


def paint_loop(scene: Scene, x: float, y: float, rx: float, ry: float, kind: str) -> None:
    """A loop of bowel: ``gas``, ``fluid``, ``stool``, ``collapsed`` or ``mixed`` (level)."""
    rng, tissues, canvas = scene.rng, scene.tissues, scene.canvas
    shape = blob(rng, x, y, rx, ry, rng.uniform(0, 180), rough=0.06, lobes=4, n=48)
    canvas.paint(shape, hu=tissues.bowel_wall, label=Label.BOWEL, soft_mm=0.8)
    if kind == "collapsed":
        return
    middle = shape.mean(axis=0)
    lumen = middle + (shape - middle) * (1 - rng.uniform(1.8, 3.2) / max(min(rx, ry), 4))
    if kind == "fluid":
        canvas.paint(lumen, hu=rng.uniform(8, 40), label=Label.BOWEL, soft_mm=0.8)
    elif kind == "gas":
        canvas.paint(lumen, hu=rng.uniform(-980, -900), label=Label.BODY_GAS, soft_mm=0.6)
    elif kind == "stool":
        speckle = -180 + scene.texture(rng.uniform(1.5, 3.0), 260)
        canvas.paint(lumen, hu=np.clip(speckle, -900, 70), label=Label.BOWEL, soft_mm=0.6)
    else:
        canvas.paint(lumen, hu=rng.uniform(10, 55), label=Label.BOWEL, soft_mm=0.6)
        level = risen(scene, lumen, middle[1] + rng.uniform(-0.35, 0.3) * ry)
        canvas.paint(level, hu=rng.uniform(-980, -930), label=Label.BODY_GAS, soft_mm=0.4)


def risen(scene: Scene, lumen: Curve, at: float) -> Curve:
    """The part of a hollow organ that gas fills down to a level at y = ``at``.

    Of a prone patient the level is mirrored in the middle of the organ.
    """
    level = lumen.copy()
    if scene.prone:
        level[:, 1] = np.maximum(lumen[:, 1], lumen[:, 1].min() + lumen[:, 1].max() - at)
    else:
        level[:, 1] = np.minimum(lumen[:, 1], at)
    return level


def forest(
    rng: np.random.Generator,
    starts: Curve,
    angles: NDArray[np.float64],
    lengths: NDArray[np.float64],
    widths: NDArray[np.float64],
    depth: int,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Branching, tapering vessels as strokes.

    Args:
        rng: bends and splits them.
        starts: float64 (N, 2), mm; the others are (N,): radians and mm.
        depth: how often each splits in two.

    Returns:
        segments float64 (M, 2, 2) and widths (M,), in mm.
    """
    segments: list[NDArray[np.float64]] = []
    across: list[NDArray[np.float64]] = []
    taper = np.linspace(0.95, 0.65, STEPS)
    for level in range(depth + 1):
        turns = angles[:, None] + np.cumsum(rng.normal(0, 0.16, (len(angles), STEPS)), axis=1)
        stride = (lengths / STEPS)[:, None, None]
        moves = stride * np.stack([np.cos(turns), np.sin(turns)], axis=2)
        path = np.concatenate([starts[:, None], starts[:, None] + np.cumsum(moves, axis=1)], axis=1)
        segments.append(np.stack([path[:, :-1], path[:, 1:]], axis=2).reshape(-1, 2, 2))
        across.append((widths[:, None] * taper).ravel())
        if level < depth:
            late = rng.random(len(angles) * 2) < 0.6
            both = np.repeat(path[:, -2:], 2, axis=0)
            starts = np.where(late[:, None], both[:, 1], both[:, 0])
            spread = rng.uniform(0.2, 0.7, len(late)) * np.tile([1.0, -1.0], len(angles))
            angles = np.repeat(turns[:, -1], 2) + spread
            lengths = np.repeat(lengths, 2) * rng.uniform(0.55, 0.85, len(late))
            widths = np.repeat(widths, 2) * 0.6
    return np.concatenate(segments), np.concatenate(across)


def strewn(
    rng: np.random.Generator, points: Curve, widths: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Dots at points, as short strokes in random directions."""
    t = rng.uniform(0, math.pi, len(points))
    half = 0.4 * widths[:, None] * np.stack([np.cos(t), np.sin(t)], axis=1)
    return np.stack([points - half, points + half], axis=1), widths
