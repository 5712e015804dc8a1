"""A finding that has been planned, before anything is painted."""

import math
from collections.abc import Callable
from dataclasses import dataclass

from assistant.report.finding import Side
from trainer.data.phantom.scene import Push, Scene


def side_of(sign: int) -> Side:
    """The patient's side of a positive (left) or negative (right) x."""
    return "左" if sign > 0 else "右"


@dataclass(frozen=True)
class Lesion:
    """What will be painted and what will be said.

    Attributes:
        name: canonical sign.
        paint: draws it into a scene whose healthy anatomy is complete.
        site: canonical place, or "".
        side: the patient's side, or "".
        size_mm: by construction; None to measure the painted pixels, when ``measured``.
        measured: the size is the largest diameter of its pixels.
        limits_mm: sizes between which the sign keeps its name; another is drawn beyond them.
        push: mass effect on healthy structures, applied before they are painted.
        traits: what the wording may add.
    """

    name: str
    paint: Callable[[Scene], None]
    site: str = ""
    side: Side = ""
    size_mm: float | None = None
    measured: bool = False
    limits_mm: tuple[float, float] = (0.0, math.inf)
    push: Push | None = None
    traits: tuple[str, ...] = ()


def nothing(scene: Scene) -> None:
    """Paint of a finding that is seen by displacement alone."""
