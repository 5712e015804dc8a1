import numpy as np

from trainer.data.phantom.chest.thorax import draw_thorax


def test_no_top_of_the_diaphragm_is_as_narrow_as_a_nodule():
    domes = []
    for seed in range(300):
        thorax = draw_thorax(np.random.default_rng(seed), ("膈顶", "心脏")[seed % 2])
        domes += [float(np.ptp(dome[:, 0])) for dome in thorax.domes.values()]
    assert len(domes) > 150
    assert min(domes) > 15
    assert max(domes) > 80
