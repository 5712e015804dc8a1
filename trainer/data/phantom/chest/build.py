"""A chest slice from a plan."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from trainer.data.phantom.chest.dissection import LEVELS, plan_dissection
from trainer.data.phantom.chest.emphysema import plan_emphysema
from trainer.data.phantom.chest.lesions import (
    plan_consolidation,
    plan_effusion,
    plan_mass,
    plan_nodule,
    plan_pneumothorax,
)
from trainer.data.phantom.chest.lungs import Squeeze, paint_lungs
from trainer.data.phantom.chest.mediastinum import paint_mediastinum
from trainer.data.phantom.chest.thorax import Thorax, draw_thorax
from trainer.data.phantom.chest.wall import paint_wall
from trainer.data.phantom.labels import Label
from trainer.data.phantom.lesion import Lesion
from trainer.data.phantom.region import Region
from trainer.data.phantom.scene import Body, Scene
from trainer.data.phantom.spectrum import Spectrum
from trainer.data.phantom.trunk import paint_outside

Focal = Callable[[np.random.Generator, Thorax, Spectrum], Lesion | None]
TRIES = 12
DIFFUSE = {"胸腔积液": plan_effusion, "气胸": plan_pneumothorax}
FOCAL: dict[str, Focal] = {
    "肺气肿": plan_emphysema,
    "肺结节": plan_nodule,
    "肺肿块": plan_mass,
    "肺实变": plan_consolidation,
    "主动脉夹层": plan_dissection,
}
"""In the order in which they are painted."""

ORGANS = (Label.HEART, Label.LIVER, Label.SPLEEN, Label.BOWEL, Label.BODY_GAS, Label.FAT)
"""What lies before the lungs and no lesion of the lung covers."""

BELOW_APEX = ("主动脉弓", "肺门", "心脏", "膈顶")


@dataclass(frozen=True)
class Chest:
    """One chest before it is painted."""

    thorax: Thorax
    lesions: tuple[Lesion, ...]
    squeeze: dict[int, Squeeze]

    @property
    def body(self) -> Body:
        """Outer size in mm, arms left out."""
        return self.thorax.body

    def paint(self, scene: Scene) -> None:
        """Paint couch, wall, lungs, mediastinum and lesions."""
        paint_outside(scene)
        paint_wall(scene, self.thorax)
        paint_lungs(scene, self.thorax, self.squeeze)
        for lesion in self.lesions:
            if lesion.name in DIFFUSE:
                lesion.paint(scene)
        paint_mediastinum(scene, self.thorax)
        free = ~np.isin(scene.canvas.labels, ORGANS)
        for name in ("左", "右", "左肺", "右肺"):
            scene.masks[name] = scene.masks[name] * free
        order = tuple(FOCAL)
        focal = [lesion for lesion in self.lesions if lesion.name in FOCAL]
        for lesion in sorted(focal, key=lambda lesion: order.index(lesion.name)):
            lesion.paint(scene)


def draw_chest(
    rng: np.random.Generator, level: str, signs: tuple[str, ...], spectrum: Spectrum
) -> Chest:
    """Plan a chest slice with the signs asked for."""
    while True:
        thorax = draw_thorax(rng, level)
        lesions: list[Lesion | None] = []
        squeeze: dict[int, Squeeze] = {}
        for sign in signs:
            if sign in DIFFUSE:
                lesion, squeeze = DIFFUSE[sign](rng, thorax, spectrum)
                lesions.append(lesion)
            else:
                lesions.append(_first(FOCAL[sign], rng, thorax, spectrum))
        complete = tuple(lesion for lesion in lesions if lesion is not None)
        if len(complete) == len(lesions):
            return Chest(thorax, complete, squeeze)


def _first(
    plan: Focal, rng: np.random.Generator, thorax: Thorax, spectrum: Spectrum
) -> Lesion | None:
    """A lesion that finds room in this chest within some tries."""
    tries = (plan(rng, thorax, spectrum) for _ in range(TRIES))
    return next((lesion for lesion in tries if lesion is not None), None)


CHEST = Region(
    name="胸部",
    levels={"肺尖": 0.14, "主动脉弓": 0.2, "肺门": 0.24, "心脏": 0.26, "膈顶": 0.16},
    sign_levels={
        "肺结节": ("肺尖", *BELOW_APEX),
        "肺肿块": BELOW_APEX,
        "肺实变": BELOW_APEX,
        "胸腔积液": BELOW_APEX,
        "气胸": ("肺尖", *BELOW_APEX),
        "肺气肿": ("肺尖", "主动脉弓", "肺门", "心脏"),
        "主动脉夹层": LEVELS,
    },
    combinations=(
        (("肺结节",), 0.22),
        (("肺肿块",), 0.15),
        (("肺实变",), 0.15),
        (("胸腔积液",), 0.17),
        (("气胸",), 0.17),
        (("肺肿块", "胸腔积液"), 0.05),
        (("肺结节", "胸腔积液"), 0.03),
        (("肺实变", "胸腔积液"), 0.06),
        (("肺气肿",), 0.17),
        (("主动脉夹层",), 0.16),
        (("肺结节", "肺气肿"), 0.04),
        (("肺肿块", "肺气肿"), 0.03),
        (("气胸", "肺气肿"), 0.03),
        (("主动脉夹层", "胸腔积液"), 0.04),
    ),
    draw=draw_chest,
    enhanced=0.35,
    contrast={"主动脉夹层": True},
)
