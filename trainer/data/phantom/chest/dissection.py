"""Aortic dissection: a flap between a bright true and a paler false lumen."""

import math

import numpy as np

from trainer.data.phantom.chest.thorax import Thorax
from trainer.data.phantom.labels import Label
from trainer.data.phantom.lesion import Lesion
from trainer.data.phantom.scene import Scene
from trainer.data.phantom.shapes import Curve, blob, tube
from trainer.data.phantom.spectrum import Spectrum

LEVELS = ("主动脉弓", "肺门", "心脏")


def plan_dissection(rng: np.random.Generator, thorax: Thorax, spectrum: Spectrum) -> Lesion:
    """A wide dissected aorta in place of the healthy one, which is painted before."""
    width, thick = spectrum.dissection_mm.draw(rng), spectrum.flap_mm.draw(rng)
    ascending = thorax.level == "肺门" and rng.random() < 0.5
    dull = rng.uniform(0.55, 0.9)
    bend = rng.uniform(0.15, 0.4)
    turned = rng.uniform(0, 360, 2)

    def paint(scene: Scene) -> None:
        if thorax.level == "主动脉弓":
            _arch(scene, thorax, width * 0.92, thick, dull)
            return
        _cross(scene, "降主动脉", width, thick, (dull, bend, turned[0]))
        if ascending:
            _cross(scene, "升主动脉", width * 1.1, thick, (dull, bend, turned[1]))

    where = {"主动脉弓": "主动脉弓", "心脏": "胸段降主动脉"}.get(
        thorax.level, "升主动脉及降主动脉" if ascending else "胸段降主动脉"
    )
    kind = ("A型",) if ascending else ("B型",) if thorax.level == "肺门" else ()
    return Lesion("主动脉夹层", paint, traits=(f"于{where}", *kind))


def _false(scene: Scene, dull: float) -> float:
    """HU of the false lumen, which contrast medium reaches late."""
    blood = scene.tissues.blood
    return blood + (scene.tissues.aorta - blood) * dull


def _cross(
    scene: Scene, name: str, width: float, thick: float, form: tuple[float, float, float]
) -> None:
    """An aorta cut across, with a curved flap."""
    dull, bend, turned = form
    x, y, _ = scene.vessels[name]
    r = width / 2
    outline = blob(scene.rng, x, y, r, r, rough=0.02, n=60)
    soft = 1 - scene.where(Label.BONE)
    vessel = Label.BLOOD_VESSEL
    scene.canvas.paint(outline, hu=_false(scene, dull), label=vessel, soft_mm=0.6, within=soft)
    u = np.linspace(-1, 1, 13)
    chord = np.stack([r * 0.97 * u, r * bend * (1 - u**2) - r * 0.1], axis=1)
    t = math.radians(turned)
    chord = chord @ np.array([[math.cos(t), math.sin(t)], [-math.sin(t), math.cos(t)]]) + (x, y)
    far = (x, y) + np.array([-math.sin(t), math.cos(t)]) * 2.2 * r
    true = np.concatenate([chord, [chord[-1] + far - (x, y), chord[0] + far - (x, y)]])
    within = scene.canvas.mask(outline) * soft
    scene.canvas.paint(true, hu=scene.tissues.aorta, label=vessel, soft_mm=0.4, within=within)
    _flap(scene, tube(chord, thick, per=2), within)


def _arch(scene: Scene, thorax: Thorax, width: float, thick: float, dull: float) -> None:
    """The arch along its length, with a flap down its middle."""
    path = np.array([(-0.07, -0.38), (0.05, -0.22), (0.16, 0.05), (0.20, 0.32)])
    path = path * (thorax.a, thorax.b)
    outline = tube(path, [width, width, width * 0.95, width * 0.9])
    vessel = Label.BLOOD_VESSEL
    scene.canvas.paint(outline, hu=_false(scene, dull), label=vessel, soft_mm=0.6)
    within = scene.canvas.mask(outline)
    inner = path + np.array([-width * 0.28, 0.0])
    scene.canvas.paint(
        tube(inner, width * 0.55), hu=scene.tissues.aorta, label=vessel, soft_mm=0.4, within=within
    )
    wave = scene.rng.normal(0, 1.2, len(path))[:, None] * (1.0, 0.0)
    _flap(scene, tube(path + wave + (-width * 0.02, 0), thick, per=5), within)


def _flap(scene: Scene, flap: Curve, within: np.ndarray) -> None:
    hu = scene.rng.uniform(45, 85)
    label = Label.AORTIC_DISSECTION
    scene.canvas.paint(flap, hu=hu, label=label, soft_mm=0.2, within=within)
