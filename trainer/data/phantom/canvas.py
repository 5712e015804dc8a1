"""Painting tissue with exact partial volume, and the view it is painted through."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

from trainer.data.phantom.labels import Label
from trainer.data.phantom.shapes import Curve

Coverage = NDArray[np.float32]
OVERSAMPLING = 4


@dataclass(frozen=True)
class View:
    """How the body lies in the picture.

    Attributes:
        size: pixels along each edge.
        spacing_mm: distance of pixel centres.
        shift_mm: where the body's origin lies from the picture's centre, (x, y).
        degrees: rotation of the body.
        waves: smooth deformation, rows of (x or y, kx, ky, phase, amplitude in mm).
    """

    size: int
    spacing_mm: float
    shift_mm: tuple[float, float] = (0.0, 0.0)
    degrees: float = 0.0
    waves: tuple[tuple[int, float, float, float, float], ...] = ()

    @property
    def fov_mm(self) -> float:
        """Edge of the field of view."""
        return self.size * self.spacing_mm

    def pixels(self, curve: Curve, *, rigid: bool = False) -> Curve:
        """From mm in the body to (column, row); ``rigid`` things do not deform with it."""
        points = curve
        if not rigid and self.waves:
            points = curve.copy()
            for axis, kx, ky, phase, amplitude in self.waves:
                points[:, axis] += amplitude * np.sin(curve @ (kx, ky) + phase)
        c, s = math.cos(math.radians(self.degrees)), math.sin(math.radians(self.degrees))
        points = points @ np.array([[c, s], [-s, c]]) + self.shift_mm
        return np.asarray(points / self.spacing_mm + self.size / 2)


class Canvas:
    """HU and labels of one slice under construction.

    Attributes:
        hu: float32 (size, size), starts as air.
        labels: uint8 (size, size), :class:`Label`.
    """

    def __init__(self, view: View) -> None:
        self.view = view
        self.hu = np.full((view.size, view.size), -1000.0, dtype=np.float32)
        self.labels = np.zeros((view.size, view.size), dtype=np.uint8)

    def cover(
        self, *curves: Curve, soft_mm: float = 0.0, rigid: bool = False
    ) -> tuple[tuple[slice, slice], Coverage]:
        """Share of each pixel inside any curve, for the box that holds them.

        Args:
            curves: closed curves in mm.
            soft_mm: blur of the edge, as of a surface that runs obliquely through the slice.
            rigid: see :meth:`View.pixels`.

        Returns:
            rows and columns of the box, and float32 coverage in it.
        """
        drawn = [self.view.pixels(curve, rigid=rigid) for curve in curves]
        pad = 1 + math.ceil(2.5 * soft_mm / self.view.spacing_mm)
        points = np.concatenate(drawn)
        low = np.clip(np.floor(points.min(axis=0)) - pad, 0, self.view.size).astype(int)
        high = np.clip(np.ceil(points.max(axis=0)) + pad, 0, self.view.size).astype(int)
        width, height = high - low
        box = (slice(low[1], high[1]), slice(low[0], high[0]))
        if width < 1 or height < 1:
            return (slice(0, 0), slice(0, 0)), np.zeros((0, 0), dtype=np.float32)
        n = OVERSAMPLING if width * height < 128 * 128 else OVERSAMPLING // 2
        image = Image.new("L", (int(width) * n, int(height) * n))
        draw = ImageDraw.Draw(image)
        for curve in drawn:
            draw.polygon(((curve - low) * n - 0.5).ravel().tolist(), fill=255)
        image = image.reduce(n)
        if soft_mm > 0:
            image = image.filter(ImageFilter.GaussianBlur(soft_mm / self.view.spacing_mm))
        return box, np.asarray(image, dtype=np.float32) / 255.0

    def paint(
        self,
        *curves: Curve,
        hu: float | NDArray[np.float32],
        label: Label | None,
        soft_mm: float = 0.0,
        within: Coverage | None = None,
        rigid: bool = False,
        strength: float = 1.0,
    ) -> None:
        """Blend tissue in; ``hu`` may be a picture, ``within`` a coverage, of the whole size.

        With ``label`` None, or ``strength`` under one half, the labels stay as they are.
        """
        box, alpha = self.cover(*curves, soft_mm=soft_mm, rigid=rigid)
        self.blend(box, alpha, hu=hu, label=label, within=within, strength=strength)

    def blend(
        self,
        box: tuple[slice, slice],
        alpha: Coverage,
        *,
        hu: float | NDArray[np.float32],
        label: Label | None,
        within: Coverage | None = None,
        strength: float = 1.0,
    ) -> None:
        """As :meth:`paint`, for a coverage that is known already."""
        if not alpha.size:
            return
        if within is not None:
            alpha = alpha * within[box]
        if label is not None:
            self.labels[box][alpha * strength > 0.5] = label
        value = hu[box] if isinstance(hu, np.ndarray) else hu
        self.hu[box] += (alpha * strength) * (value - self.hu[box])

    def mask(self, *curves: Curve, soft_mm: float = 0.0) -> Coverage:
        """Coverage of the whole picture, float32 (size, size)."""
        full = np.zeros_like(self.hu)
        box, alpha = self.cover(*curves, soft_mm=soft_mm)
        full[box] = alpha
        return full
