"""A chest has what real ones were seen to have; each part is painted by the whole."""

from types import ModuleType

import numpy as np
import pytest

from tests.trainer.data.phantom.painted_parts import changes_of
from trainer.data.phantom.canvas import Canvas, View
from trainer.data.phantom.chest import girdle, lungs, mediastinum, wall
from trainer.data.phantom.chest.build import draw_chest
from trainer.data.phantom.labels import Label
from trainer.data.phantom.scene import Body, Scene
from trainer.data.phantom.tissue import draw_tissues


@pytest.mark.parametrize(
    ("module", "part", "level", "at_least"),
    [
        (lungs, "_joining", "主动脉弓", 300),
        (lungs, "_joining", "肺门", 300),
        (mediastinum, "_fat_pads", "心脏", 300),
        (mediastinum, "_fat_pads", "膈顶", 300),
        (wall, "paint_girdle", "肺尖", 300),
        (girdle, "_joint", "肺尖", 300),
        (girdle, "_blade", "肺尖", 300),
        (girdle, "_armpit", "肺尖", -80),
        (girdle, "_cleft", "肺尖", -80),
    ],
)
def test_a_part_is_painted_where_it_belongs(
    monkeypatch: pytest.MonkeyPatch, module: ModuleType, part: str, level: str, at_least: int
) -> None:
    changes = changes_of(monkeypatch, module, part, draw_chest, level)
    assert len(changes) >= 6
    seen = [change.max() if at_least > 0 else -change.min() for change in changes]
    assert sum(most > abs(at_least) for most in seen) >= 4  # some of these are left to chance


def test_beside_some_heads_of_the_humerus_lie_other_bones() -> None:
    filled = []
    for seed in range(24):
        rng = np.random.default_rng(seed)
        canvas = Canvas(View(size=128, spacing_mm=1.2))
        tissues = draw_tissues(rng, enhanced=False)
        scene = Scene(canvas, rng, tissues, Body(80, 80, 80))
        scene.masks["体"] = np.ones_like(canvas.hu)
        girdle._joint(scene, 1, np.array([-20.0, 0.0]))
        rows, columns = np.nonzero(canvas.labels == Label.BONE)
        filled.append(len(rows) / (np.ptp(rows) + 1) / (np.ptp(columns) + 1))
    assert max(filled) > 0.74  # the head alone: a disc in its box
    assert sum(share < 0.7 for share in filled) >= 8
