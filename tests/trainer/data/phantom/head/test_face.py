import numpy as np
import pytest

from trainer.data.phantom.canvas import Canvas, View
from trainer.data.phantom.head.build import LEVELS, Head, draw_head
from trainer.data.phantom.labels import Label
from trainer.data.phantom.scene import Scene
from trainer.data.phantom.spectrum import FIRST_LIGHT
from trainer.data.phantom.tissue import draw_tissues

BRAIN = (Label.GREY_MATTER, Label.WHITE_MATTER, Label.HINDBRAIN)


def painted(head: Head, seed: int) -> Canvas:
    rng = np.random.default_rng(seed)
    canvas = Canvas(View(size=128, spacing_mm=2.0))
    head.paint(Scene(canvas, rng, draw_tissues(rng, enhanced=False), head.body))
    return canvas


def share(canvas: Canvas, *labels: Label) -> float:
    return float(np.isin(canvas.labels, labels).mean())


@pytest.mark.parametrize("level", list(LEVELS))
def test_every_level_shows_brain_within_bone(level: str) -> None:
    for seed in range(3):
        canvas = painted(draw_head(np.random.default_rng(seed), level, (), FIRST_LIGHT), seed)
        assert share(canvas, Label.BONE) > 0.02
        assert share(canvas, *BRAIN) > (0.001 if level in ("颌面", "颅顶") else 0.03)


def test_the_face_has_jaws_muscles_and_air() -> None:
    for seed in range(8):
        canvas = painted(draw_head(np.random.default_rng(seed), "颌面", (), FIRST_LIGHT), seed)
        assert share(canvas, Label.MUSCLE) > 0.02
        assert share(canvas, Label.BODY_GAS) > 0.003
        assert share(canvas, Label.FAT) > 0.03


def test_blood_of_the_cisterns_stays_behind_the_face() -> None:
    faced = 0
    for seed in range(24):
        rng = np.random.default_rng(seed)
        head = draw_head(rng, "鞍上池", ("蛛网膜下腔出血",), FIRST_LIGHT)
        if head.faced:
            faced += 1
            canvas = painted(head, seed)
            blood = np.argwhere(canvas.labels == Label.SUBARACHNOID_HAEMORRHAGE)
            eyes = np.argwhere(canvas.labels == Label.EYE)
            assert len(blood) > 10
            if len(eyes):
                assert blood[:, 0].min() > eyes[:, 0].mean()
    assert faced > 4


def test_what_reaches_the_front_has_no_face_before_it() -> None:
    for seed in range(12):
        rng = np.random.default_rng(seed)
        for sign in ("硬膜下血肿", "硬膜外血肿"):
            assert not draw_head(rng, "基底节", (sign,), FIRST_LIGHT).faced
