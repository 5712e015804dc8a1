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
        flat_front_mm: depth in front from which a couch presses the body flat; 0 without.
    """

    size: int
    spacing_mm: float
    shift_mm: tuple[float, float] = (0.0, 0.0)
    degrees: float = 0.0
    waves: tuple[tuple[int, float, float, float, float], ...] = ()
    flat_front_mm: float = 0.0

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
        if not rigid and self.flat_front_mm:
            y = points[:, 1] + self.flat_front_mm
            pressed = np.where(y < 0, 0.4 * y, y) - self.flat_front_mm
            points = np.stack([points[:, 0], pressed], axis=1)
        c, s = math.cos(math.radians(self.degrees)), math.sin(math.radians(self.degrees))
        points = points @ np.array([[c, s], [-s, c]]) + self.shift_mm
        return np.asarray(points / self.spacing_mm + self.size / 2)


class _Frame:
    """An oversampled picture to draw into."""

    def __init__(self, width: int, height: int) -> None:
        self.n = OVERSAMPLING if width * height < 128 * 128 else OVERSAMPLING // 2
        self.image = Image.new("L", (width * self.n, height * self.n))
        self.draw = ImageDraw.Draw(self.image)

    def coverage(self, blur: float) -> Coverage:
        """Share of each pixel that was drawn over, blurred by pixels."""
        image = self.image.reduce(self.n)
        if blur > 0:
            image = image.filter(ImageFilter.GaussianBlur(blur))
        return np.asarray(image, dtype=np.float32) / 255.0


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
        points = self.view.pixels(np.concatenate(curves), rigid=rigid)
        box, frame = self._frame(points, soft_mm)
        if frame is None:
            return box, np.zeros((0, 0), dtype=np.float32)
        ends = np.cumsum([len(curve) for curve in curves])
        local = ((points - (box[1].start, box[0].start)) * frame.n - 0.5).tolist()
        start = 0
        for end in ends:
            flat = [value for point in local[start:end] for value in point]
            frame.draw.polygon(flat, fill=255)
            start = end
        return box, frame.coverage(soft_mm / self.view.spacing_mm)

    def cover_strokes(
        self, segments: NDArray[np.float64], widths: NDArray[np.float64], *, soft_mm: float = 0.0
    ) -> tuple[tuple[slice, slice], Coverage]:
        """As :meth:`cover`, for many straight strokes.

        Args:
            segments: float64 (N, 2, 2) in mm: from and to, each (x, y).
            widths: float64 (N,) in mm.
            soft_mm: blur of the edge.
        """
        points = self.view.pixels(segments.reshape(-1, 2))
        box, frame = self._frame(points, soft_mm + float(widths.max()) / 2)
        if frame is None:
            return box, np.zeros((0, 0), dtype=np.float32)
        local = (points - (box[1].start, box[0].start)) * frame.n - 0.5
        scale = frame.n / self.view.spacing_mm
        across = np.maximum(np.round(widths * scale), 1).astype(int).tolist()
        for line, width in zip(local.reshape(-1, 4).tolist(), across, strict=True):
            frame.draw.line(line, fill=255, width=width)
        return box, frame.coverage(soft_mm / self.view.spacing_mm)

    def _frame(self, points: Curve, soft_mm: float) -> tuple[tuple[slice, slice], "_Frame | None"]:
        pad = 1 + math.ceil(2.5 * soft_mm / self.view.spacing_mm)
        low = np.clip(np.floor(points.min(axis=0)) - pad, 0, self.view.size).astype(int)
        high = np.clip(np.ceil(points.max(axis=0)) + pad, 0, self.view.size).astype(int)
        width, height = (high - low).tolist()
        if width < 1 or height < 1:
            return (slice(0, 0), slice(0, 0)), None
        box = (slice(int(low[1]), int(high[1])), slice(int(low[0]), int(high[0])))
        return box, _Frame(width, height)

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

    def drag(self, center: tuple[float, float], shift: Curve, reach_mm: float, cut: Curve) -> None:
        """Move what lies about ``center`` and on one side of a line, ever less with distance.

        Args:
            center: of the movement and on the line, mm.
            shift: displacement at the centre, mm, float64 (2,).
            reach_mm: distance at which it has fallen to a third.
            cut: normal of the line, float64 (2,); only what it points to moves.
        """
        place = self.view.pixels(np.array([center]))[0]
        along = self.view.pixels(np.array([center, center + shift, center + cut]))
        step, normal = along[1] - along[0], along[2] - along[0]
        rows, columns = np.mgrid[0 : self.view.size, 0 : self.view.size]
        away = np.stack([columns - place[0], rows - place[1]], axis=-1)
        fall = np.exp(-((away**2).sum(axis=-1) / (reach_mm / self.view.spacing_mm) ** 2))
        fall *= (away @ normal) > 0
        source = [
            np.clip(np.rint(at - fall * step[i]), 0, self.view.size - 1).astype(int)
            for i, at in ((1, rows), (0, columns))
        ]
        self.hu, self.labels = self.hu[tuple(source)], self.labels[tuple(source)]

    def mask(self, *curves: Curve, soft_mm: float = 0.0) -> Coverage:
        """Coverage of the whole picture, float32 (size, size)."""
        full = np.zeros_like(self.hu)
        box, alpha = self.cover(*curves, soft_mm=soft_mm)
        full[box] = alpha
        return full
