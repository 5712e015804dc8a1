from dataclasses import replace

import numpy as np
import pytest

from trainer.data.phantom.acquisition import acquire, draw_protocol
from trainer.data.phantom.canvas import Canvas, View


def noise(drawn: float, strength: float = 20.0) -> np.ndarray:
    """What a protocol adds to even soft tissue, HU."""
    canvas = Canvas(View(size=256, spacing_mm=1.4))
    canvas.hu[:] = 50.0
    plain = draw_protocol(np.random.default_rng(0), "头颅")
    protocol = replace(plain, noise_hu=strength, drawn=drawn, streaks_hu=0.0, circle=False)
    return acquire(canvas, np.random.default_rng(1), protocol) - 50.0


def likeness(picture: np.ndarray, axis: int) -> float:
    """Correlation of neighbours along an axis."""
    return float((picture * np.roll(picture, 1, axis)).mean() / (picture**2).mean())


def test_grain_is_as_long_across_the_body_as_the_protocol_draws_it():
    even, long = noise(1.0), noise(2.0)
    assert likeness(even, 1) == pytest.approx(likeness(even, 0), abs=0.02)
    assert likeness(long, 1) > likeness(long, 0) + 0.1


def test_noise_has_the_strength_of_the_protocol_in_the_middle():
    middle = noise(1.5, 12.0)[112:144, 112:144]
    assert 8.0 < middle.std() < 16.0
