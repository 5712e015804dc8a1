"""What one part of a phantom changes in the picture when the whole is painted."""

from collections.abc import Callable
from types import ModuleType
from typing import Any, Protocol

import numpy as np
import pytest
from numpy.typing import NDArray

from trainer.data.phantom.canvas import Canvas, View
from trainer.data.phantom.scene import Body, Scene
from trainer.data.phantom.spectrum import FIRST_LIGHT, Spectrum
from trainer.data.phantom.tissue import draw_tissues

Change = NDArray[np.float32]


class Planned(Protocol):
    """A slice before it is painted."""

    @property
    def body(self) -> Body: ...

    def paint(self, scene: Scene) -> None: ...


Draw = Callable[[np.random.Generator, str, tuple[str, ...], Spectrum], Planned]


def changes_of(
    monkeypatch: pytest.MonkeyPatch,
    module: ModuleType,
    part: str,
    draw: Draw,
    level: str,
    *,
    seeds: int = 12,
) -> list[Change]:
    """Difference in HU that each call of ``part`` made, over healthy slices of a level.

    Whoever paints the whole must call it by its name in ``module``; else the list is empty.
    """
    found: list[Change] = []
    original = getattr(module, part)

    def watched(scene: Scene, *given: Any) -> None:
        before = scene.canvas.hu.copy()
        original(scene, *given)
        found.append(scene.canvas.hu - before)

    monkeypatch.setattr(module, part, watched)
    for seed in range(seeds):
        rng = np.random.default_rng(seed)
        planned = draw(rng, level, (), FIRST_LIGHT)
        body = planned.body
        canvas = Canvas(View(size=128, spacing_mm=2.4 * max(body.half, body.back) / 128))
        planned.paint(Scene(canvas, rng, draw_tissues(rng, enhanced=True), body))
    return found
