"""Aneurysm of the abdominal aorta: wall, thrombus, lumen, calcified plaques."""

import math

import numpy as np

from trainer.data.phantom.abdomen.belly import Belly
from trainer.data.phantom.labels import Label
from trainer.data.phantom.lesion import Lesion
from trainer.data.phantom.scene import Scene
from trainer.data.phantom.shapes import Curve, blob, tube
from trainer.data.phantom.spectrum import Spectrum

LEVELS = ("胰腺胆囊", "双肾")


def plan_aneurysm(rng: np.random.Generator, belly: Belly, spectrum: Spectrum) -> Lesion:
    """A round widening before the spine, grown to the front and the left."""
    size = spectrum.aneurysm_mm.draw_log(rng)
    r = size / 2
    clotted = rng.random() < 0.3 + size / 130
    hu = spectrum.thrombus_hu.draw(rng)
    share, turned = rng.uniform(0.45, 0.75), rng.uniform(0, 2 * math.pi)
    outline = blob(rng, 0, 0, r, r * rng.uniform(0.9, 1.0), rng.uniform(0, 180), rough=0.03)
    plaques = [_plaque(rng, outline) for _ in range(max(0, int(rng.integers(-1, 7))))]

    def paint(scene: Scene) -> None:
        x, y, healthy = scene.vessels["腹主动脉"]
        at = np.array([x + (r - healthy) * 0.4, y - (r - healthy) + 1])
        soft = 1 - scene.where(Label.BONE)
        sign, canvas = Label.AORTIC_ANEURYSM, scene.canvas
        canvas.paint(outline + at, hu=48, label=sign, soft_mm=0.6, within=soft)
        inner = outline * (1 - 1.6 / r) + at
        blood = scene.tissues.aorta
        filled = hu + scene.texture(4, 3) if clotted else blood
        canvas.paint(inner, hu=filled, label=sign, soft_mm=0.5, within=soft)
        if clotted:
            off = np.array([math.cos(turned), math.sin(turned)]) * r * (1 - share) * 0.75
            canvas.paint(outline * share + at + off, hu=blood, label=sign, soft_mm=0.8, within=soft)
        for plaque in plaques:
            dense = scene.rng.uniform(250, 900)
            canvas.paint(plaque + at, hu=dense, label=sign, soft_mm=0.3, within=soft)

    traits = (("附壁血栓",) if clotted else ()) + (("壁钙化",) if plaques else ())
    return Lesion("主动脉瘤", paint, measured=True, traits=traits)


def _plaque(rng: np.random.Generator, outline: Curve) -> Curve:
    """An arc of calcium in the wall."""
    start, length = int(rng.integers(len(outline))), int(rng.integers(4, 12))
    arc = outline[(start + np.arange(length)) % len(outline)] * 0.97
    return tube(arc, rng.uniform(1.2, 2.4), per=2)
