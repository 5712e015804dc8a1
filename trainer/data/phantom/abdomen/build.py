"""An abdominal slice from a plan."""

from dataclasses import dataclass

import numpy as np

from trainer.data.phantom.abdomen.belly import Belly, draw_belly
from trainer.data.phantom.abdomen.lesions import (
    plan_ascites,
    plan_cyst,
    plan_free_gas,
    plan_gallstone,
    plan_liver_mass,
    plan_renal_stone,
)
from trainer.data.phantom.abdomen.viscera import paint_viscera
from trainer.data.phantom.abdomen.wall import paint_wall
from trainer.data.phantom.lesion import Lesion
from trainer.data.phantom.region import Region
from trainer.data.phantom.scene import Body, Scene
from trainer.data.phantom.spectrum import Spectrum
from trainer.data.phantom.trunk import paint_outside

FOCAL = {
    "肝占位": plan_liver_mass,
    "肝囊肿": plan_cyst,
    "胆囊结石": plan_gallstone,
    "肾结石": plan_renal_stone,
}
DIFFUSE = {"腹水": plan_ascites, "游离气体": plan_free_gas}


@dataclass(frozen=True)
class Abdomen:
    """One abdomen before it is painted."""

    belly: Belly
    lesions: tuple[Lesion, ...]

    @property
    def body(self) -> Body:
        """Outer size in mm."""
        return self.belly.body

    def paint(self, scene: Scene) -> None:
        """Paint couch, wall, collections, viscera and lesions."""
        paint_outside(scene)
        paint_wall(scene, self.belly)
        for lesion in self.lesions:
            if lesion.name in DIFFUSE:
                lesion.paint(scene)
        paint_viscera(scene, self.belly)
        for lesion in self.lesions:
            if lesion.name in FOCAL:
                lesion.paint(scene)


def draw_abdomen(
    rng: np.random.Generator, level: str, signs: tuple[str, ...], spectrum: Spectrum
) -> Abdomen:
    """Plan an abdominal slice with the signs asked for."""
    fluid = spectrum.ascites_mm.draw_log(rng) if "腹水" in signs else 0.0
    gas = spectrum.free_gas_mm.draw_log(rng) if "游离气体" in signs else 0.0
    while True:
        belly = draw_belly(rng, level, fluid, gas, stones="胆囊结石" in signs)
        lesions: list[Lesion | None] = []
        for sign in signs:
            plan = FOCAL.get(sign) or DIFFUSE[sign]
            lesions.append(plan(rng, belly, spectrum))
        complete = tuple(lesion for lesion in lesions if lesion is not None)
        if len(complete) == len(lesions):
            return Abdomen(belly, complete)


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
    ),
    draw=draw_abdomen,
    enhanced=0.4,
)
