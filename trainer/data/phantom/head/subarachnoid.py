"""Blood in the subarachnoid space: what is fluid between the gyri turns bright."""

import math

import numpy as np
from PIL import Image, ImageFilter

from trainer.data.phantom.canvas import Coverage
from trainer.data.phantom.head.skull import Skull
from trainer.data.phantom.head.ventricles import VENTRICLES
from trainer.data.phantom.labels import Label
from trainer.data.phantom.lesion import Lesion
from trainer.data.phantom.scene import Scene
from trainer.data.phantom.shapes import polar
from trainer.data.phantom.spectrum import Spectrum

EDGE_MM = 1.6
"""The walls of the ventricles hold so much fluid by partial volume, and no blood."""

FACE = (Label.FAT, Label.BONE, Label.EYE, Label.MUSCLE, Label.BODY_GAS)
"""What a tilted slice shows within the outline of the skull, where no blood runs."""

SWELLING_MM = 0.8
"""Clot spreads the gyri apart by about so much."""

SPREADS = {
    "鞍上池": (
        ("鞍上池、环池及双侧侧裂池", 0.0, -0.08, 0.75),
        ("鞍上池及侧裂池", 0.0, -0.16, 0.6),
    ),
    "基底节": (
        ("双侧侧裂池、纵裂池及四叠体池", 0.0, -0.1, 1.1),
        ("纵裂池前部及双侧侧裂池", 0.0, -0.4, 0.75),
    ),
    "侧脑室体": (("双侧大脑半球脑沟及纵裂池", 0.0, 0.0, 1.4), ("脑沟", 0.75, 0.0, 0.75)),
    "半卵圆中心": (("双侧大脑半球脑沟及纵裂池", 0.0, 0.0, 1.4), ("脑沟", 0.75, 0.0, 0.75)),
}
"""Where the blood lies, the commoner first; its middle and reach as shares of the half axes."""


def plan_subarachnoid(
    rng: np.random.Generator, skull: Skull, level: str, spectrum: Spectrum
) -> list[Lesion]:
    """Blood around the cisterns after a ruptured aneurysm, or over one convexity."""
    spreads = SPREADS[level]
    where, across, along, reach = spreads[int(rng.choice(2, p=[0.7, 0.3]))]
    sign = int(rng.choice([-1, 1]))
    half, deep = skull.at(0.0), skull.at(math.pi / 2)
    middle = (sign * across * half, along * deep)
    hu, thick = spectrum.subarachnoid_hu.draw(rng), rng.uniform(2.4, 4.0)

    def paint(scene: Scene) -> None:
        share = np.clip(_fluid(scene, skull) * thick, 0, 1)
        share = share * _near(scene, middle, reach * half, reach * deep)
        patchy = np.clip(1.15 + scene.texture(9, 0.22), 0, 1)
        whole = (slice(None), slice(None))
        blood = hu + scene.texture(5, 3.0)
        scene.canvas.blend(whole, share * patchy, hu=blood, label=Label.SUBARACHNOID_HAEMORRHAGE)

    return [Lesion("蛛网膜下腔出血", paint, traits=(f"于{where}",))]


def _fluid(scene: Scene, skull: Skull) -> Coverage:
    """Share of cerebrospinal fluid outside the ventricles, by HU, float32 of the picture."""
    tissues = scene.tissues
    brain, water = tissues.white - 3.0, tissues.csf + 2.0
    share = np.clip((brain - scene.canvas.hu) / (brain - water), 0, 1)
    inside = scene.canvas.mask(polar(skull.angles, skull.inner - 0.5))
    inside = inside * (1 - scene.where(*FACE))
    outside = share * inside * (1 - np.clip(8 * _blurred(scene, scene.masks[VENTRICLES]), 0, 1))
    return _blurred(scene, np.asarray(outside, np.float32), SWELLING_MM)


def _blurred(scene: Scene, share: Coverage, mm: float = EDGE_MM) -> Coverage:
    blur = ImageFilter.GaussianBlur(mm / scene.canvas.view.spacing_mm)
    picture = Image.fromarray((share * 255).astype(np.uint8)).filter(blur)
    return np.asarray(np.asarray(picture) / 255, dtype=np.float32)


def _near(scene: Scene, middle: tuple[float, float], wide: float, deep: float) -> Coverage:
    """A soft-edged ellipse about a point, float32 of the picture."""
    t = np.linspace(0, 2 * math.pi, 60, endpoint=False)
    curve = np.stack([middle[0] + wide * np.cos(t), middle[1] + deep * np.sin(t)], axis=1)
    return scene.canvas.mask(curve, soft_mm=min(wide, deep) * 0.18)
