from types import SimpleNamespace

import numpy as np

from trainer.data.phantom.canvas import Canvas, View
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
