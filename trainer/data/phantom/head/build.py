"""A head slice from a plan."""

from dataclasses import dataclass

import numpy as np

from trainer.data.phantom.acquisition import paint_head_holder
from trainer.data.phantom.head.base import paint_base
from trainer.data.phantom.head.brain import paint_brain
from trainer.data.phantom.head.face import paint_face
from trainer.data.phantom.head.fracture import BONES, plan_fracture
from trainer.data.phantom.head.front import SHARES, paint_front
from trainer.data.phantom.head.lesions import (
    plan_epidural,
    plan_haemorrhage,
    plan_infarct,
    plan_subdural,
)
from trainer.data.phantom.head.skull import (
    Skull,
    draw_skull,
    paint_ears,
    paint_scalp,
    paint_slope,
    paint_vault,
)
from trainer.data.phantom.head.subarachnoid import SPREADS, plan_subarachnoid
from trainer.data.phantom.head.ventricles import VENTRICLES, Dilated, plan_hydrocephalus
from trainer.data.phantom.lesion import Lesion
from trainer.data.phantom.region import Region
from trainer.data.phantom.scene import Body, Push, Scene
from trainer.data.phantom.spectrum import Spectrum

LEVELS = {
    "颌面": 0.1,
    "颅底": 0.11,
    "眼眶": 0.11,
    "鞍上池": 0.15,
    "基底节": 0.24,
    "侧脑室体": 0.16,
    "半卵圆中心": 0.13,
    "颅顶": 0.1,
}
"""How often each level is drawn."""

PLANS = {
    "脑出血": plan_haemorrhage,
    "硬膜下血肿": plan_subdural,
    "硬膜外血肿": plan_epidural,
    "脑梗死": plan_infarct,
    "蛛网膜下腔出血": plan_subarachnoid,
}
SIGN_LEVELS = {
    "脑出血": tuple(level for level in LEVELS if level != "颌面"),
    "硬膜下血肿": ("鞍上池", "基底节", "侧脑室体", "半卵圆中心"),
    "硬膜外血肿": ("鞍上池", "基底节", "侧脑室体", "半卵圆中心"),
    "脑梗死": ("颅底", "眼眶", "鞍上池", "基底节", "侧脑室体", "半卵圆中心"),
    "蛛网膜下腔出血": tuple(SPREADS),
    "脑积水": ("鞍上池", "基底节", "侧脑室体"),
    "颅骨骨折": tuple(BONES),
}


@dataclass(frozen=True)
class Head:
    """One head before it is painted.

    Attributes:
        level: a key of ``LEVELS``.
        skull: its radii.
        age: 0 young to 1 old.
        lesions: what will be seen.
        dilated: ventricles of a hydrocephalus.
        faced: the face stands before the brain at a level where it need not.
        series_mm: length of the head at its longest, where the field of view is set for that.
    """

    level: str
    skull: Skull
    age: float
    lesions: tuple[Lesion, ...]
    dilated: Dilated | None = None
    faced: bool = False
    series_mm: float = 0.0

    @property
    def body(self) -> Body:
        """Outer size in mm."""
        t, skin = self.skull.angles, self.skull.skin
        across, along = np.abs(skin * np.cos(t)).max(), skin * np.sin(t)
        nose = 16.0 if self.level == "颌面" else 8.0 if self.faced or self.level == "眼眶" else 0.0
        front, back = float(-along.min()) + nose, float(along.max())
        return Body(float(across), front, back, self.series_mm)

    def paint(self, scene: Scene) -> None:
        """Paint holder, scalp, skull, brain and lesions."""
        for lesion in self.lesions:
            if lesion.push is not None:
                scene.push = lesion.push
        if scene.rng.random() < 0.75:
            paint_head_holder(scene.canvas, scene.rng, scene.body.half, scene.body.back)
        if self.level == "颌面":
            paint_ears(scene, self.skull)
            paint_face(scene, self.skull, self.age)
            return
        paint_scalp(scene, self.skull, self.level)
        paint_vault(scene, self.skull)
        if any(lesion.name == "蛛网膜下腔出血" for lesion in self.lesions):
            scene.masks[VENTRICLES] = np.zeros_like(scene.canvas.hu)
        if self.level in ("颅底", "眼眶"):
            paint_base(scene, self.skull, self.age, orbits=self.level == "眼眶")
        else:
            paint_brain(scene, self.skull, self.level, self.age, self.dilated)
        scene.push = Push()
        if scene.rng.random() < 0.35 and self.level != "眼眶":
            paint_slope(scene, self.skull)
        if self.faced:
            paint_front(scene, self.skull)
        for lesion in self.lesions:
            lesion.paint(scene)


def draw_head(
    rng: np.random.Generator, level: str, signs: tuple[str, ...], spectrum: Spectrum
) -> Head:
    """Plan a head slice with the signs asked for."""
    skull = draw_skull(rng, level)
    lesions: list[Lesion] = []
    dilated: Dilated | None = None
    for sign in signs:
        if sign == "颅骨骨折":
            lesions += plan_fracture(rng, skull, level, spectrum, lesions)
        elif sign == "脑积水":
            dilated, found = plan_hydrocephalus(rng, skull, spectrum)
            lesions += found
        else:
            lesions += PLANS[sign](rng, skull, level, spectrum)
    age = float(rng.beta(1.3, 1.3))
    if "蛛网膜下腔出血" in signs:  # blood widens the spaces that it fills
        age = 0.45 + 0.45 * age
    if dilated is not None:  # pressure closes the sulci
        age *= 0.45
    faced = rng.random() < SHARES.get(level, 0.0) and all(map(_behind, lesions))
    whole = level in ("半卵圆中心", "颅顶") and rng.random() < 0.6
    series_mm = 2 * 98.0 * float(rng.uniform(0.93, 1.1)) if whole else 0.0
    return Head(level, skull, age, tuple(lesions), dilated, faced, series_mm)


def _behind(lesion: Lesion) -> bool:
    """Whether it lies where no face can stand before the brain."""
    bounded = lesion.name in ("蛛网膜下腔出血", "脑积水", "中线移位")
    return bounded or lesion.site not in ("", "额叶")


HEAD = Region(
    name="头颅",
    levels=LEVELS,
    sign_levels=SIGN_LEVELS,
    combinations=(
        (("脑出血",), 0.34),
        (("硬膜下血肿",), 0.24),
        (("硬膜外血肿",), 0.2),
        (("脑梗死",), 0.22),
        (("蛛网膜下腔出血",), 0.2),
        (("脑积水",), 0.18),
        (("颅骨骨折",), 0.16),
        (("蛛网膜下腔出血", "脑积水"), 0.06),
        (("脑出血", "脑积水"), 0.03),
        (("硬膜外血肿", "颅骨骨折"), 0.06),
        (("硬膜下血肿", "蛛网膜下腔出血"), 0.03),
        (("蛛网膜下腔出血", "颅骨骨折"), 0.03),
    ),
    draw=draw_head,
    enhanced=0.06,
)
