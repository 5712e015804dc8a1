from types import SimpleNamespace

import numpy as np
import pytest

from tests.trainer.data.phantom.painted_parts import changes_of
from trainer.data.phantom.canvas import Canvas, View
from trainer.data.phantom.head import front
from trainer.data.phantom.head.build import draw_head
from trainer.data.phantom.head.front import _grazed


def test_a_sloping_wing_veils_the_temporal_pole_and_shades_it_less_than_an_infarct():
    lightest, darkest = [], []
    for seed in range(40):
        canvas = Canvas(View(size=128, spacing_mm=1.8))
        canvas.hu[:] = 35.0
        _grazed(SimpleNamespace(rng=np.random.default_rng(seed), canvas=canvas), np.ones(2))
        changed = canvas.hu - 35.0
        lightest.append(changed.max())
        darkest.append(changed.min())
        assert not changed[78:].any()  # nothing behind the poles
    assert min(lightest) == 0.0
    assert 20.0 < max(lightest) < 60.0
    assert -9.0 < min(darkest) < -2.0


@pytest.mark.parametrize(
    "part", ["_grazed", "_roofs", "paint_temples", "paint_sphenoid", "paint_orbits"]
)
def test_what_lies_before_the_brain_is_painted_by_the_whole(
    monkeypatch: pytest.MonkeyPatch, part: str
) -> None:
    changes = changes_of(monkeypatch, front, part, draw_head, "鞍上池", seeds=24)
    assert len(changes) >= 3
    assert sum(np.abs(change).max() > 2 for change in changes) >= 3
