"""From ideal tissue to what a scanner stores: kernel, dose, streaks, table, field of view."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from trainer.data.phantom.canvas import Canvas
from trainer.data.phantom.labels import Label
from trainer.data.phantom.shapes import Curve, ellipse, tube

THICKNESSES_MM = (1.25, 1.5, 2.0, 2.5, 3.0, 5.0, 5.0, 7.0, 8.0)
"""As scanners offer them, the usual one twice."""


@dataclass(frozen=True)
class Protocol:
    """How the slice was taken.

    Attributes:
        thickness_mm: of the slice; the thicker, the less noise and the softer oblique edges.
        noise_hu: standard deviation in the middle of the body.
        blur_mm: Gaussian sigma of the soft part of the kernel.
        sharpness: edge enhancement, 0 for a soft kernel, near 1 for a bone or lung kernel.
        grain_mm: correlation length of the noise.
        drawn: how many times longer it is across the body, where more tissue lies in the beam.
        streaks_hu: strength of horizontal photon-starvation streaks.
        circle: only the reconstruction circle holds data.
        padding: what is stored outside the circle, HU.
    """

    thickness_mm: float
    noise_hu: float
    blur_mm: float
    sharpness: float
    grain_mm: float
    drawn: float
    streaks_hu: float
    circle: bool
    padding: int


def draw_protocol(rng: np.random.Generator, region: str) -> Protocol:
    """A plausible protocol for the region, thin and noisy to thick and smooth."""
    sharp = rng.uniform(0.4, 1.1) if rng.random() < (0.35 if region == "胸部" else 0.12) else 0.0
    thickness = float(rng.choice(THICKNESSES_MM))
    low, high = (1.4, 4.0) if region == "头颅" else (4.5, 13.0)
    noise = math.exp(rng.uniform(math.log(low), math.log(high))) * (1 + 1.2 * sharp)
    noise *= math.sqrt(5 / thickness)
    return Protocol(
        thickness_mm=thickness,
        noise_hu=noise,
        blur_mm=float(rng.uniform(0.25, 0.5) if sharp else rng.uniform(0.35, 0.8))
        + 0.04 * thickness * float(rng.uniform(0, 1)),
        sharpness=float(sharp),
        grain_mm=float(rng.uniform(0.4, 0.7) if sharp else rng.uniform(0.6, 1.3)),
        drawn=float(rng.uniform(1.0, 1.2 if region == "头颅" else 2.0)),
        streaks_hu=float(rng.uniform(0, 14) if rng.random() < 0.3 and region != "头颅" else 0.0),
        circle=bool(rng.random() < 0.3),
        padding=int(rng.choice([-1000, -1024, -1024, -2000])),
    )


def acquire(canvas: Canvas, rng: np.random.Generator, protocol: Protocol) -> NDArray[np.int16]:
    """The stored slice, int16 (H, W), from the canvas's tissue."""
    size, spacing = canvas.view.size, canvas.view.spacing_mm
    fy = np.fft.fftfreq(size, spacing).astype(np.float32)[:, None]
    fx = np.fft.rfftfreq(size, spacing).astype(np.float32)[None, :]
    f2 = fx * fx + fy * fy
    transfer = np.exp(-2 * (math.pi * protocol.blur_mm) ** 2 * f2)
    if protocol.sharpness:
        transfer *= 1 + protocol.sharpness * 9 * f2 / (0.25 + 4 * f2)
    n2 = f2 + (protocol.drawn**2 - 1) * fx * fx
    power = np.sqrt(np.sqrt(n2) + 0.02) * np.exp(-2 * (math.pi * protocol.grain_mm * 0.7) ** 2 * n2)
    white = rng.standard_normal((size, size), dtype=np.float32)
    noise = np.fft.irfft2(np.fft.rfft2(white) * power, s=(size, size))
    noise *= protocol.noise_hu / max(float(noise.std()), 1e-6)
    hu = np.fft.irfft2(np.fft.rfft2(canvas.hu) * transfer, s=(size, size))
    if protocol.streaks_hu:
        rows = np.convolve(rng.standard_normal(size), np.ones(2) / 2, "same") * protocol.streaks_hu
        lines = np.cumsum(rng.standard_normal((size, size), dtype=np.float32), axis=1)
        lines *= 0.25 / math.sqrt(size)
        hu += (rows[:, None] * (0.6 + lines)) * (canvas.hu > -500)
    hu += noise * _noise_profile(canvas)
    hu = np.clip(hu, -1024, 3071)
    if protocol.circle:
        line = np.arange(size) - size / 2 + 0.5
        outside = line[:, None] ** 2 + line[None, :] ** 2 > (size / 2) ** 2
        hu[outside] = protocol.padding
        canvas.labels[outside] = Label.AIR
    return np.round(hu).astype(np.int16)


def _noise_profile(canvas: Canvas) -> NDArray[np.float32]:
    """Noise relative to the middle: less towards the skin and in air, float32 (H, W)."""
    line = (np.arange(canvas.view.size, dtype=np.float32) + 0.5) * canvas.view.spacing_mm
    x = line - canvas.view.fov_mm / 2 - canvas.view.shift_mm[0]
    y = line - canvas.view.fov_mm / 2 - canvas.view.shift_mm[1]
    r2 = (y[:, None] ** 2 + x[None, :] ** 2) / 150.0**2
    return np.asarray(0.45 + 0.55 * np.exp(-r2), dtype=np.float32)


def paint_table(
    canvas: Canvas, rng: np.random.Generator, back_mm: float, *, above: bool = False
) -> None:
    """A curved couch with a foam top under the body, its surface at y = ``back_mm``.

    ``above`` puts it in front of a prone body, its surface at y = -``back_mm``.
    """
    turned = np.array([1.0, -1.0 if above else 1.0])
    width, sag = rng.uniform(190, 260), rng.uniform(15, 60)
    x = np.linspace(-width, width, 25)
    top = back_mm + rng.uniform(2, 14) + sag * ((x / width) ** 2) * -1.0
    thick = rng.uniform(18, 45)
    shape: Curve = np.concatenate(
        [np.stack([x, top], axis=1), np.stack([x, top + thick - 0.4 * (top - top.max())], 1)[::-1]]
    )
    shell, core = rng.uniform(-350, 60), rng.uniform(-980, -900)
    canvas.paint(shape * turned, hu=shell, label=Label.TABLE, rigid=True)
    inner = shape.copy()
    inner[:, 0] *= 0.985
    inner[:25, 1] += rng.uniform(1.2, 2.5)
    inner[25:, 1] -= rng.uniform(1.2, 2.5)
    canvas.paint(inner * turned, hu=core, label=Label.TABLE, rigid=True)
    if rng.random() < 0.5:
        pad = np.stack([x, top - rng.uniform(3, 12)], axis=1)
        cloth = np.concatenate([pad, np.stack([x, top], axis=1)[::-1]])
        foam = rng.uniform(-985, -900)
        canvas.paint(cloth * turned, hu=foam, label=Label.TABLE, rigid=True)


def paint_head_holder(canvas: Canvas, rng: np.random.Generator, half: float, back: float) -> None:
    """The U-shaped shell behind a head, with a foam cushion."""
    angles = np.deg2rad(np.linspace(rng.uniform(-5, 15), rng.uniform(165, 185), 30))
    gap = rng.uniform(4, 14)
    rx, ry = half + gap + rng.uniform(2, 14), back + gap
    path = np.stack([rx * np.cos(angles), ry * np.sin(angles)], axis=1)
    canvas.paint(
        tube(path, gap * 2, per=2), hu=rng.uniform(-985, -930), label=Label.TABLE, rigid=True
    )
    path *= (rx + gap) / rx
    shell, wall = rng.uniform(-200, 120), rng.uniform(1.5, 4)
    canvas.paint(tube(path, wall, per=2), hu=shell, label=Label.TABLE, rigid=True)


def paint_clothing(canvas: Canvas, rng: np.random.Generator, half: float, front: float) -> None:
    """A thin sheet or shirt a little above the skin."""
    lift = rng.uniform(1.02, 1.08)
    angles = np.deg2rad(np.linspace(-175, -5, 40))
    wave = 1 + 0.012 * np.sin(angles * rng.uniform(6, 14))
    path = np.stack([half * lift * np.cos(angles), front * lift * np.sin(angles)], axis=1)
    canvas.paint(
        tube(path * wave[:, None], rng.uniform(0.8, 2.5), per=2),
        hu=rng.uniform(-900, -500),
        label=Label.TABLE,
        rigid=True,
    )
    if rng.random() < 0.15:
        lead = ellipse(rng.uniform(-60, 60), -front * 1.03, 4, 1.6)
        canvas.paint(lead, hu=rng.uniform(200, 2500), label=Label.TABLE, rigid=True)
