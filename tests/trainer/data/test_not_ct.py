import numpy as np

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
