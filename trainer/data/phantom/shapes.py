"""Closed curves in mm: float64 (N, 2), x to the patient's left, y to the back."""

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

Curve = NDArray[np.float64]


def ellipse(cx: float, cy: float, rx: float, ry: float, angle: float = 0.0, n: int = 72) -> Curve:
    """An ellipse about (cx, cy), turned by ``angle`` degrees."""
    t = np.linspace(0.0, 2 * math.pi, n, endpoint=False)
    return moved(turn(np.stack([rx * np.cos(t), ry * np.sin(t)], axis=1), angle), cx, cy)


def blob(
    rng: np.random.Generator,
    cx: float,
    cy: float,
    rx: float,
    ry: float,
    angle: float = 0.0,
    *,
    rough: float = 0.1,
    lobes: int = 6,
    n: int = 96,
) -> Curve:
    """An ellipse whose radius wanders by about ``rough`` in up to ``lobes`` waves."""
    t = np.linspace(0.0, 2 * math.pi, n, endpoint=False)
    k = np.arange(2, lobes + 2)
    amplitude = rng.normal(0.0, rough, k.size) / np.sqrt(k)
    radius = 1.0 + amplitude @ np.cos(k[:, None] * t + rng.uniform(0, 2 * math.pi, (k.size, 1)))
    radius = np.clip(radius, 0.35, 1.8)[:, None]
    unit = np.stack([rx * np.cos(t), ry * np.sin(t)], axis=1)
    return moved(turn(unit * radius, angle), cx, cy)


def spline(points: ArrayLike, per: int = 10) -> Curve:
    """A closed Catmull-Rom curve through ``points`` with ``per`` samples a span."""
    p1 = np.asarray(points, dtype=np.float64)
    p0, p2, p3 = np.roll(p1, 1, axis=0), np.roll(p1, -1, axis=0), np.roll(p1, -2, axis=0)
    t = np.linspace(0.0, 1.0, per, endpoint=False)[None, :, None]
    a, b, c, d = (p[:, None, :] for p in (p0, p1, p2, p3))
    curve = 0.5 * (
        2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3
    )
    return curve.reshape(-1, 2)


def tube(points: ArrayLike, widths: ArrayLike, per: int = 8) -> Curve:
    """A band along an open path; ``widths`` in mm at the points, round enough at both ends."""
    p = np.asarray(points, dtype=np.float64)
    w = np.broadcast_to(np.asarray(widths, dtype=np.float64), (len(p),))
    at = np.arange(len(p), dtype=np.float64)
    fine = np.linspace(0.0, len(p) - 1.0, per * (len(p) - 1) + 1)
    path = np.stack([np.interp(fine, at, p[:, i]) for i in (0, 1)], axis=1)
    if len(p) > 2:
        path[1:-1] = (path[:-2] + 2 * path[1:-1] + path[2:]) / 4
    half = np.interp(fine, at, w)[:, None] / 2
    step = np.gradient(path, axis=0)
    step /= np.maximum(np.linalg.norm(step, axis=1, keepdims=True), 1e-9)
    normal = np.stack([-step[:, 1], step[:, 0]], axis=1)
    head, tail = path[:1] - step[:1] * half[:1], path[-1:] + step[-1:] * half[-1:]
    return np.concatenate([head, path + normal * half, tail, (path - normal * half)[::-1]])


def band(
    angles: NDArray[np.float64], outer: NDArray[np.float64], inner: NDArray[np.float64]
) -> Curve:
    """The area between two radii over ``angles`` (radians) about the origin."""
    return np.concatenate([polar(angles, outer), polar(angles[::-1], inner[::-1])])


def polar(angles: NDArray[np.float64], radii: NDArray[np.float64]) -> Curve:
    """Points at radii over angles (radians); 0 is the patient's left, pi/2 the back."""
    return np.stack([radii * np.cos(angles), radii * np.sin(angles)], axis=1)


def moved(curve: Curve, x: float, y: float) -> Curve:
    """Shifted by mm."""
    return np.asarray(curve + np.array([x, y]))


def turn(curve: Curve, degrees: float) -> Curve:
    """Rotated about the origin."""
    c, s = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    return np.asarray(curve @ np.array([[c, s], [-s, c]]))


def mirror(curve: ArrayLike) -> Curve:
    """The other side of the body."""
    return np.asarray(curve, dtype=np.float64) * (-1.0, 1.0)


def jitter(rng: np.random.Generator, points: ArrayLike, sigma: float) -> Curve:
    """Control points moved by about ``sigma`` mm each."""
    p = np.asarray(points, dtype=np.float64)
    return p + rng.normal(0.0, sigma, p.shape)


def scale(curve: Curve, by: float) -> Curve:
    """Scaled about its own middle."""
    middle = curve.mean(axis=0)
    return np.asarray(middle + (curve - middle) * by)


def inset(curve: Curve, by: float) -> Curve:
    """Drawn in towards its own middle by ``by`` mm; negative draws out."""
    middle = curve.mean(axis=0)
    away = curve - middle
    r = np.linalg.norm(away, axis=1)
    return np.asarray(middle + away * (np.maximum(r - by, 0.1) / np.maximum(r, 1e-6))[:, None])


def area_mm2(curve: Curve) -> float:
    """Area inside a closed curve."""
    x, y = curve[:, 0], curve[:, 1]
    return abs(float(np.dot(x, np.roll(y, -1)) - np.dot(y, np.roll(x, -1)))) / 2


def feret_mm(points: ArrayLike) -> float:
    """Largest diameter of a set of points, over directions 5 degrees apart."""
    p = np.asarray(points, dtype=np.float64)
    t = np.deg2rad(np.arange(0.0, 180.0, 5.0))
    across = p @ np.stack([np.cos(t), np.sin(t)])
    return float((across.max(axis=0) - across.min(axis=0)).max())
