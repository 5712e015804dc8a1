import numpy as np
import pytest

from assistant.batch.row import Row
from assistant.report.region import NOT_CT
from trainer.data import phrases
from trainer.data.dialogue import refuse
from trainer.data.not_ct import draw_not_ct


def test_pictures_are_rgb_of_the_size_and_vary():
    seen = set()
    for seed in range(40):
        pixels = draw_not_ct(np.random.default_rng(seed), 96)
        assert pixels.dtype == np.uint8
        assert pixels.shape == (96, 96, 3)
        seen.add(pixels.tobytes())
    assert len(seen) >= 38


def test_some_have_colour_and_some_have_none():
    def coloured(seed: int) -> bool:
        pixels = draw_not_ct(np.random.default_rng(seed), 48).astype(int)
        return bool(np.ptp(pixels, axis=2).max() > 20)

    share = np.mean([coloured(seed) for seed in range(60)])
    assert 0.2 < share < 0.8


def test_the_same_seed_gives_the_same_picture():
    first, again = (draw_not_ct(np.random.default_rng(9), 64) for _ in range(2))
    assert np.array_equal(first, again)


@pytest.mark.parametrize("text", phrases.NOT_CT)
def test_what_is_said_of_them_is_read_as_no_ct(text):
    row = Row.answered("a.png", "00", window="", model="m", text=text)
    assert (row.region, row.code, row.urgency) == (NOT_CT, "BAT-128", "需复核")


def test_they_are_answered_with_these_phrases_only():
    turns = [turn for seed in range(40) for turn in refuse(np.random.default_rng(seed), "问")]
    assert {answer for _, answer in turns} == set(phrases.NOT_CT)
