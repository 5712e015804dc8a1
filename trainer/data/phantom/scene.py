"""What every builder needs to paint one slice."""

import math
from dataclasses import dataclass, field

import numpy as np
from PIL import Image

from trainer.data.phantom.canvas import Canvas, Coverage
from trainer.data.phantom.labels import Label
from trainer.data.phantom.shapes import Curve
from trainer.data.phantom.tissue import Tissues


@dataclass(frozen=True)
class Body:
    """Outer size of the part in the slice, mm from its origin: half width, front, back.

    ``series_mm`` is the largest extent anywhere in the series, for which the field of view was
    set; 0 where this slice is about as large as any.
    """

    half: float
    front: float
    back: float
    series_mm: float = 0.0


@dataclass(frozen=True)
class Push:
    """Mass effect: a bulge away from a centre, and a sideways shift of the midline.

    Attributes:
        center: of the mass, mm; None without a bulge.
        radius_mm: of the mass.
        shift_mm: displacement of the septum, positive to the patient's left.
        at_y: where along the midline the shift is greatest.
        reach_mm: distance from the origin at which the shift has died away.
    """

    center: tuple[float, float] | None = None
    radius_mm: float = 0.0
    shift_mm: float = 0.0
    at_y: float = -10.0
    reach_mm: float = 75.0

    def __call__(self, curve: Curve) -> Curve:
        """The displaced curve."""
        out = curve
        if self.shift_mm:
            fall = np.clip(1 - (np.abs(curve[:, 0]) / self.reach_mm) ** 2, 0, 1)
            along = np.exp(-(((curve[:, 1] - self.at_y) / 52.0) ** 2))
            out = out + np.stack([self.shift_mm * fall * along, np.zeros(len(curve))], axis=1)
        if self.center is not None and self.radius_mm:
            away = out - self.center
            distance = np.maximum(np.linalg.norm(away, axis=1, keepdims=True), 1e-6)
            pushed = 0.4 * self.radius_mm * np.exp(-((distance / (1.8 * self.radius_mm)) ** 2))
            out = out + away / distance * pushed
        return out


@dataclass
class Scene:
    """One slice under construction.

    Attributes:
        canvas: where to paint.
        rng: the case's own generator.
        tissues: HU of this person.
        body: outer size.
        push: mass effect that displaces soft structures, if any.
        masks: named coverages kept for findings painted later (for example the lungs).
        vessels: centre and radius in mm of vessels painted, by name, for the same purpose.
        prone: the patient lies on the belly, and gas rises to the back.
    """

    canvas: Canvas
    rng: np.random.Generator
    tissues: Tissues
    body: Body
    push: Push = field(default_factory=Push)
    masks: dict[str, Coverage] = field(default_factory=dict)
    vessels: dict[str, tuple[float, float, float]] = field(default_factory=dict)
    prone: bool = False

    def paint(
        self,
        *curves: Curve,
        hu: float | Coverage,
        label: Label | None,
        soft_mm: float = 0.0,
        within: Coverage | None = None,
        strength: float = 1.0,
    ) -> None:
        """Paint on the canvas what mass effect has displaced."""
        moved = [self.push(curve) for curve in curves]
        self.canvas.paint(
            *moved, hu=hu, label=label, soft_mm=soft_mm, within=within, strength=strength
        )

    def keep(self, name: str, *curves: Curve) -> None:
        """Add to a mask, if somebody has asked for it by putting it there."""
        if name in self.masks:
            moved = [self.push(curve) for curve in curves]
            self.masks[name] = np.maximum(self.masks[name], self.canvas.mask(*moved))

    def where(self, *labels: Label) -> Coverage:
        """Pixels of these classes, float32 of the whole picture."""
        return np.isin(self.canvas.labels, labels).astype(np.float32)

    def texture(self, sigma_mm: float, amplitude: float) -> Coverage:
        """Smooth random texture of unit grain ``sigma_mm``, float32 of the whole picture."""
        size, spacing = self.canvas.view.size, self.canvas.view.spacing_mm
        cells = max(4, min(size, math.ceil(size * spacing / (2.2 * sigma_mm))))
        coarse = self.rng.standard_normal((cells, cells), dtype=np.float32) * amplitude
        image = Image.fromarray(coarse).resize((size, size), Image.Resampling.BICUBIC)
        return np.asarray(image, dtype=np.float32)

    def grain(self) -> Coverage:
        """One texture of unit amplitude shared by large tissues, made when first asked for."""
        if "grain" not in self.masks:
            self.masks["grain"] = self.texture(4.5, 1.0)
        return self.masks["grain"]
