"""What lies close about the aorta: pancreas, duodenum, jejunum, crura's neighbours, branches."""

import numpy as np

from trainer.data.phantom.abdomen.belly import Belly
from trainer.data.phantom.labels import Label
from trainer.data.phantom.scene import Scene
from trainer.data.phantom.shapes import blob, jitter, tube
from trainer.data.phantom.trunk import paint_loop, paint_vessel

VESSELS = (Label.BLOOD_VESSEL, Label.BONE)
"""The great vessels and the spine stand already and are not painted over."""


def paint_midline(scene: Scene, belly: Belly) -> None:
    """Soft tissue against the great vessels, as often as fat leaves none to be seen between."""
    rng = scene.rng
    x, y, r = scene.vessels["腹主动脉"]
    if belly.level == "肝脾":
        if rng.random() < 0.6:
            _tail(scene, belly, x, y - r)
        if rng.random() < 0.5:
            _cardia(scene, x, y - r)
        _adrenals(scene, belly)
        paint_vessel(
            scene,
            x + rng.normal(0, 3),
            y - r - rng.uniform(1, 9),
            rng.uniform(2.5, 4.5),
            scene.tissues.aorta,
            calcify=0.35,
        )
    elif rng.random() < 0.55:
        _duodenum(scene, belly, y - r)
    for _ in range(int(rng.integers(0, 5))):
        across = x + rng.uniform(-10, 60)
        kind = str(rng.choice(["collapsed", "fluid", "mixed"], p=[0.55, 0.35, 0.1]))
        wide, deep = rng.uniform(7, 13, 2)
        paint_loop(scene, across, y - r - deep - rng.uniform(-2, 22), wide, deep, kind)


def _tail(scene: Scene, belly: Belly, x: float, front: float) -> None:
    """Body and tail of the pancreas towards the spleen."""
    rng, tissues = scene.rng, scene.tissues
    path = [(x - 22, front - 10), (x + 8, front - 14), (0.34 * belly.a, front - 2)]
    path.append((0.54 * belly.a, front + 0.12 * belly.b))
    shape = tube(jitter(rng, path, 4), np.array([16, 18, 17, 15]) * rng.uniform(0.7, 1.3))
    hu = tissues.pancreas + scene.texture(2.5, 7)
    within = 1 - scene.where(*VESSELS)
    scene.canvas.paint(shape, hu=hu, label=Label.PANCREAS, soft_mm=1.0, within=within)


def _cardia(scene: Scene, x: float, front: float) -> None:
    """The end of the oesophagus and the stomach's upper part, before the aorta."""
    rng, tissues = scene.rng, scene.tissues
    at = (x + rng.uniform(-4, 18), front - rng.uniform(6, 16))
    size = (rng.uniform(8, 16), rng.uniform(7, 12))
    mass = blob(rng, *at, *size, rng.uniform(-40, 40), rough=0.1)
    within = 1 - scene.where(*VESSELS)
    scene.canvas.paint(mass, hu=tissues.bowel_wall, label=Label.BOWEL, soft_mm=0.9, within=within)


def _adrenals(scene: Scene, belly: Belly) -> None:
    """Thin limbs in front of the upper poles of the kidneys."""
    rng, tissues = scene.rng, scene.tissues
    for sign in (-1, 1):
        at = np.array([sign * 0.27 * belly.a, 0.24 * belly.b]) + rng.normal(0, 3, 2)
        for limb in ((sign * 13, 15), (sign * -1, 17))[: int(rng.integers(1, 3))]:
            shape = tube(np.array([at, at + np.array(limb) * rng.uniform(0.7, 1.2)]), 4.0)
            scene.canvas.paint(shape, hu=tissues.pancreas, label=Label.SOFT_TISSUE, soft_mm=0.8)


def _duodenum(scene: Scene, belly: Belly, front: float) -> None:
    """Its third part across aorta and cava, with the pancreas's uncinate process before it."""
    rng, tissues = scene.rng, scene.tissues
    deep = rng.uniform(11, 22)
    y = front - deep / 2 - rng.uniform(-1, 4)
    path = [(-0.26 * belly.a, y - 4), (-0.1 * belly.a, y), (0.04 * belly.a, y)]
    path.append((rng.uniform(0.1, 0.3) * belly.a, y - rng.uniform(0, 14)))
    shape = tube(jitter(rng, path, 2.5), deep * np.array([1.1, 0.9, 0.8, 1.0]))
    within = 1 - scene.where(*VESSELS)
    hu = rng.uniform(15, 45)
    scene.canvas.paint(shape, hu=tissues.bowel_wall, label=Label.BOWEL, soft_mm=0.9, within=within)
    if rng.random() < 0.5:
        lumen = tube(np.array(path), deep * 0.45)
        scene.canvas.paint(lumen, hu=hu, label=Label.BOWEL, soft_mm=1.2, within=within)
