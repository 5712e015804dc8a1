"""An abdominal slice from a plan."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from trainer.data.phantom.abdomen.aneurysm import LEVELS, plan_aneurysm
from trainer.data.phantom.abdomen.belly import Belly, draw_belly
from trainer.data.phantom.abdomen.lesions import (
    plan_ascites,
    plan_cyst,
    plan_free_gas,
    plan_gallstone,
    plan_liver_mass,
    plan_renal_stone,
)
from trainer.data.phantom.abdomen.obstruction import plan_obstruction
from trainer.data.phantom.abdomen.organs import (
    plan_fatty_liver,
    plan_hydronephrosis,
    plan_splenomegaly,
)
from trainer.data.phantom.abdomen.viscera import paint_viscera
from trainer.data.phantom.abdomen.wall import paint_wall
from trainer.data.phantom.lesion import Lesion
from trainer.data.phantom.region import Region
from trainer.data.phantom.scene import Body, Scene
from trainer.data.phantom.spectrum import Spectrum
from trainer.data.phantom.trunk import paint_outside

FOCAL = {
    "主动脉瘤": plan_aneurysm,
    "肠梗阻": plan_obstruction,
    "肝占位": plan_liver_mass,
    "肝囊肿": plan_cyst,
    "胆囊结石": plan_gallstone,
    "肾结石": plan_renal_stone,
}
LAST, FIRST = "脂肪肝", "肾积水"
"""Whole organs: a stone lies in the wide pelvis, a cyst in the liver before it is named."""

DIFFUSE = {"腹水": plan_ascites, "游离气体": plan_free_gas}


@dataclass(frozen=True)
class Abdomen:
    """One abdomen before it is painted; ``fatty`` is the ratio of liver to spleen in HU."""

    belly: Belly
    lesions: tuple[Lesion, ...]
    fatty: float | None = None

    @property
    def body(self) -> Body:
        """Outer size in mm."""
        return self.belly.body

    def paint(self, scene: Scene) -> None:
        """Paint couch, wall, collections, viscera and lesions."""
        if self.fatty is not None:
            liver = scene.tissues.spleen * self.fatty
            scene.tissues = replace(scene.tissues, liver=liver)
        paint_outside(scene)
        paint_wall(scene, self.belly)
        for lesion in self.lesions:
            if lesion.name in DIFFUSE:
                lesion.paint(scene)
        paint_viscera(scene, self.belly)
        rest = [lesion for lesion in self.lesions if lesion.name not in DIFFUSE]
        for lesion in sorted(rest, key=lambda one: (one.name == LAST) - (one.name == FIRST)):
            lesion.paint(scene)


def draw_abdomen(
    rng: np.random.Generator, level: str, signs: tuple[str, ...], spectrum: Spectrum
) -> Abdomen:
    """Plan an abdominal slice with the signs asked for."""
    fluid = spectrum.ascites_mm.draw_log(rng) if "腹水" in signs else 0.0
    gas = spectrum.free_gas_mm.draw_log(rng) if "游离气体" in signs else 0.0
    while True:
        belly = draw_belly(rng, level, fluid, gas, stones="胆囊结石" in signs)
        drawn = _plan(rng, belly, signs, spectrum)
        if len(drawn.lesions) == len(signs):
            return drawn


def _plan(
    rng: np.random.Generator, belly: Belly, signs: Sequence[str], spectrum: Spectrum
) -> Abdomen:
    """What of the signs finds room."""
    lesions: list[Lesion] = []
    fatty: float | None = None
    for sign in signs:
        lesion: Lesion | None
        if sign == "脂肪肝":
            fatty, lesion = plan_fatty_liver(rng, belly, spectrum)
        elif sign == "脾大":
            belly, lesion = plan_splenomegaly(rng, belly, spectrum)
        elif sign == "肾积水":
            lesion = plan_hydronephrosis(rng, belly, spectrum, lesions)
        else:
            lesion = (FOCAL.get(sign) or DIFFUSE[sign])(rng, belly, spectrum)
        if lesion is not None:
            lesions.append(lesion)
    return Abdomen(belly, tuple(lesions), fatty)


ABDOMEN = Region(
    name="腹部",
    levels={"肝脾": 0.34, "胰腺胆囊": 0.34, "双肾": 0.32},
    sign_levels={
        "肝占位": ("肝脾", "胰腺胆囊"),
        "肝囊肿": ("肝脾", "胰腺胆囊"),
        "胆囊结石": ("胰腺胆囊",),
        "肾结石": ("胰腺胆囊", "双肾"),
        "腹水": ("肝脾", "胰腺胆囊", "双肾"),
        "游离气体": ("肝脾", "胰腺胆囊", "双肾"),
        "主动脉瘤": LEVELS,
        "脂肪肝": ("肝脾", "胰腺胆囊"),
        "肾积水": ("双肾",),
        "脾大": ("肝脾",),
        "肠梗阻": ("双肾",),
    },
    combinations=(
        (("肝占位",), 0.18),
        (("肝囊肿",), 0.15),
        (("胆囊结石",), 0.14),
        (("肾结石",), 0.15),
        (("腹水",), 0.13),
        (("游离气体",), 0.13),
        (("肝占位", "腹水"), 0.04),
        (("肝囊肿", "胆囊结石"), 0.03),
        (("胆囊结石", "肾结石"), 0.02),
        (("游离气体", "腹水"), 0.03),
        (("主动脉瘤",), 0.13),
        (("脂肪肝",), 0.13),
        (("肾积水",), 0.13),
        (("脾大",), 0.11),
        (("肠梗阻",), 0.12),
        (("肾结石", "肾积水"), 0.05),
        (("脾大", "腹水"), 0.04),
        (("肝囊肿", "脂肪肝"), 0.03),
        (("脂肪肝", "胆囊结石"), 0.03),
        (("肠梗阻", "腹水"), 0.03),
        (("肠梗阻", "游离气体"), 0.02),
    ),
    draw=draw_abdomen,
    enhanced=0.4,
    # Stones are sought without contrast medium: EAU Guidelines on Urolithiasis.
    contrast={"脂肪肝": False, "肾结石": False},
)
