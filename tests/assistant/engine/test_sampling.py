import numpy as np

from assistant.engine.base import Options
from assistant.engine.sampling import Sampler

LOGITS = np.array([0.0, 2.0, 1.0], np.float32)


def test_greedy_takes_the_largest():
    assert Sampler(Options()).choose(LOGITS) == 1


def test_sampling_follows_the_distribution_and_the_seed():
    def draw(seed: int) -> list[int]:
        sampler = Sampler(Options(temperature=1.0, seed=seed))
        return [sampler.choose(LOGITS) for _ in range(4000)]

    first = draw(1)
    assert first == draw(1) != draw(2)
    shares = np.bincount(first, minlength=3) / len(first)
    expected = np.exp(LOGITS) / np.exp(LOGITS).sum()
    assert np.abs(shares - expected).max() < 0.03
