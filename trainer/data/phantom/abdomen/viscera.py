"""Spleen, stomach, pancreas, gallbladder, kidneys, bowel, and the liver among them."""

import math

import numpy as np

from trainer.data.phantom.abdomen.belly import Belly
from trainer.data.phantom.abdomen.liver import paint_liver
from trainer.data.phantom.abdomen.midline import paint_midline
from trainer.data.phantom.labels import Label
from trainer.data.phantom.scene import Scene
from trainer.data.phantom.shapes import Curve, blob, ellipse, inset, jitter, tube
from trainer.data.phantom.trunk import inside, paint_loop, paint_vessel, risen


def paint_viscera(scene: Scene, belly: Belly) -> None:
    """Paint the organs; leaves in ``scene.masks`` as 肝 what of the liver is in sight."""
    if belly.level == "肝脾" and scene.rng.random() < 0.45:
        _lung_bases(scene, belly)
    _mesentery(scene, belly)
    _bowel(scene, belly)
    paint_midline(scene, belly)
    if belly.level != "肝脾":
        _pancreas(scene, belly)
    if belly.spleen is not None:
        scene.canvas.paint(
            belly.spleen,
            hu=scene.tissues.spleen + scene.texture(4, 1.5),
            label=Label.SPLEEN,
            soft_mm=0.8,
        )
    if belly.stomach is not None:
        _stomach(scene, belly.stomach)
    if belly.liver is not None:
        paint_liver(scene, belly, belly.liver)
    for kidney in belly.kidneys.values():
        _kidney(scene, belly, kidney)
    if belly.bladder is not None:
        wall = inset(belly.bladder, -1.5)
        scene.canvas.paint(wall, hu=scene.tissues.bowel_wall, label=Label.GALLBLADDER, soft_mm=0.6)
        scene.canvas.paint(
            belly.bladder, hu=scene.tissues.bile, label=Label.GALLBLADDER, soft_mm=0.7
        )
    elif belly.liver is not None and scene.rng.random() < 0.15:
        _clips(scene, belly)
    if belly.liver is not None:
        in_sight = scene.canvas.labels == Label.LIVER
        scene.masks["肝"] = scene.masks["肝"] * in_sight


def _lung_bases(scene: Scene, belly: Belly) -> None:
    rng = scene.rng
    for s in (-1, 1):
        t = np.linspace(0.12 * math.pi, 0.42 * math.pi, 24)
        t = t if s > 0 else math.pi - t
        edge = np.stack([belly.a * np.cos(t), belly.b * np.sin(t)], axis=1)
        crescent = np.concatenate(
            [
                edge,
                (
                    edge
                    * (1 - rng.uniform(0.06, 0.22) * np.sin(np.linspace(0, math.pi, 24))[:, None])
                )[::-1],
            ]
        )
        scene.canvas.paint(crescent, hu=rng.uniform(-860, -760), label=Label.LUNG, soft_mm=0.8)


def _clips(scene: Scene, belly: Belly) -> None:
    """Metal where a gallbladder was taken out."""
    rng = scene.rng
    middle = np.array([-0.34 * belly.a, -0.28 * belly.b]) + rng.normal(0, 6, 2)
    clips = []
    for _ in range(int(rng.integers(1, 5))):
        x, y = middle + rng.normal(0, 5, 2)
        clips.append(ellipse(x, y, rng.uniform(1.5, 4), 0.9, rng.uniform(0, 180), n=12))
    scene.canvas.paint(*clips, hu=rng.uniform(1800, 3000), label=None, soft_mm=0.4)


def _stomach(scene: Scene, stomach: Curve) -> None:
    rng, tissues, canvas = scene.rng, scene.tissues, scene.canvas
    canvas.paint(stomach, hu=tissues.bowel_wall, label=Label.BOWEL, soft_mm=0.8)
    lumen = inset(stomach, rng.uniform(3, 6))
    content = rng.uniform(0, 60) + scene.texture(rng.uniform(2, 6), rng.uniform(0, 25))
    canvas.paint(lumen, hu=content, label=Label.BOWEL, soft_mm=0.8)
    if rng.random() < 0.75:
        level = risen(scene, lumen, float(np.quantile(lumen[:, 1], rng.uniform(0.1, 0.6))))
        canvas.paint(level, hu=-970, label=Label.BODY_GAS, soft_mm=0.4)


def _pancreas(scene: Scene, belly: Belly) -> None:
    rng, tissues = scene.rng, scene.tissues
    scale = np.array([belly.a, belly.b])
    if belly.level == "胰腺胆囊":
        path = (
            jitter(
                rng,
                [(-0.20, -0.02), (-0.06, -0.18), (0.14, -0.18), (0.34, -0.04), (0.52, 0.14)],
                0.02,
            )
            * scale
        )
        shape = tube(path, np.array([24, 17, 15, 16, 14]) * rng.uniform(0.75, 1.1))
        waves = 1 + 0.04 * np.sin(np.linspace(0, 60, len(shape)))[:, None]
        shape = shape.mean(axis=0) + (shape - shape.mean(axis=0)) * waves
        scene.canvas.paint(
            shape, hu=tissues.pancreas + scene.texture(2.5, 7), label=Label.PANCREAS, soft_mm=1.0
        )
        vein = tube(path[1:4] + np.array([0.0, 9.0]), rng.uniform(6, 9))
        scene.canvas.paint(vein, hu=tissues.vein, label=Label.BLOOD_VESSEL, soft_mm=0.7)
    else:
        head = blob(rng, -0.17 * belly.a, -0.02 * belly.b, 15, 13, rough=0.1)
        scene.canvas.paint(
            head, hu=tissues.pancreas + scene.texture(2.5, 6), label=Label.PANCREAS, soft_mm=1
        )
    for x, hu in ((0.06, tissues.aorta), (-0.03, tissues.vein)):
        hard = 0.25 if hu == tissues.aorta else 0.0
        paint_vessel(scene, x * belly.a, -0.02 * belly.b, rng.uniform(3.5, 6), hu, calcify=hard)


def _kidney(scene: Scene, belly: Belly, kidney: Curve) -> None:
    rng, tissues, canvas = scene.rng, scene.tissues, scene.canvas
    pole = belly.level == "肝脾" and rng.random() < 0.6
    soft = rng.uniform(0.8, 3.0) if pole else 0.8
    _bed(scene, belly, kidney)
    if not pole or rng.random() < 0.6:
        capsule = inset(kidney, -rng.uniform(0.5, 4.0))
        canvas.paint(capsule, hu=tissues.fat + 10, label=Label.FAT, soft_mm=soft)
    canvas.paint(kidney, hu=tissues.kidney, label=Label.KIDNEY, soft_mm=soft)
    if pole:  # cut above the sinus, against the liver or the spleen
        return
    middle = kidney.mean(axis=0)
    inner = middle + (kidney - middle) * 0.66
    canvas.paint(inner, hu=tissues.medulla, label=Label.KIDNEY, soft_mm=1.8)
    sign = -1 if middle[0] > 0 else 1
    sinus = blob(
        rng, middle[0] + sign * 5, middle[1] - 3, rng.uniform(5, 11), rng.uniform(5, 11), rough=0.22
    )
    canvas.paint(sinus, hu=tissues.fat + 25, label=Label.FAT, soft_mm=1.2)
    if rng.random() < 0.6:
        pelvis = blob(
            rng, middle[0] + sign * 6, middle[1] - 3, rng.uniform(2, 4), rng.uniform(2, 4)
        )
        canvas.paint(pelvis, hu=tissues.urine + 5, label=Label.KIDNEY, soft_mm=0.8)
    if belly.level == "双肾":
        stalk = tube(
            [middle + np.array([sign * 8, -4]), middle + np.array([sign * 26, -10])],
            rng.uniform(4, 7),
        )
        canvas.paint(stalk, hu=tissues.vein, label=Label.BLOOD_VESSEL, soft_mm=1.0)


def _bed(scene: Scene, belly: Belly, kidney: Curve) -> None:
    """Fat behind a kidney: liver and spleen lie before and beside it, never all around."""
    middle = kidney.mean(axis=0)
    reach = float(np.ptp(kidney[:, 0]))
    wall = middle * (scene.rng.uniform(0.6, 0.85), 1.0) + (0.0, 0.6 * belly.b)
    path = tube(np.stack([middle, wall]), [reach * scene.rng.uniform(0.8, 1.0), reach * 1.6])
    hu, within = scene.tissues.fat + 10, scene.canvas.mask(belly.cavity)
    scene.canvas.paint(path, hu=hu, label=Label.FAT, soft_mm=1.2, within=within)


def _mesentery(scene: Scene, belly: Belly) -> None:
    """Small vessels and strands in the fat."""
    rng = scene.rng
    spots: list[Curve] = []
    for _ in range(int(rng.integers(10, 30))):
        x, y = rng.uniform(-0.6, 0.6) * belly.a, rng.uniform(-0.7, 0.25) * belly.b
        spots.append(
            ellipse(x, y, rng.uniform(1, 2.5), rng.uniform(1, 4), rng.uniform(0, 180), n=12)
        )
    hu = scene.tissues.vein
    scene.canvas.paint(*spots, hu=hu, label=None, soft_mm=0.6, strength=0.8)


def _bowel(scene: Scene, belly: Belly) -> None:
    rng = scene.rng
    a, b = belly.a - belly.fluid_mm, belly.b - max(belly.fluid_mm * 0.4, belly.gas_mm)
    plan: list[tuple[float, float, float, str]] = []
    colon = ("stool", "gas", "mixed", "collapsed")
    if belly.level == "双肾":
        plan += [
            (-0.78, 0.08, 20, str(rng.choice(colon))),
            (0.82, 0.14, 16, str(rng.choice(colon))),
        ]
        if rng.random() < 0.6:
            for x in np.arange(-0.5, 0.6, rng.uniform(0.24, 0.34)):
                plan.append(
                    (float(x), -0.72, 16, str(rng.choice(["gas", "mixed", "stool", "collapsed"])))
                )
        for _ in range(int(rng.integers(10, 20))):
            kind = str(rng.choice(["fluid", "collapsed", "mixed", "gas"], p=[0.4, 0.4, 0.12, 0.08]))
            plan.append(
                (rng.uniform(-0.6, 0.68), rng.uniform(-0.66, 0.12), rng.uniform(8, 14), kind)
            )
    elif belly.level == "胰腺胆囊":
        plan += [(0.84, -0.02, 16, str(rng.choice(colon)))]
        for _ in range(int(rng.integers(3, 8))):
            kind = str(rng.choice(["fluid", "collapsed", "mixed", "gas"], p=[0.35, 0.4, 0.15, 0.1]))
            plan.append((rng.uniform(0.1, 0.72), rng.uniform(-0.55, 0.1), rng.uniform(9, 15), kind))
        if rng.random() < 0.5:
            plan.append((rng.uniform(0.1, 0.6), -0.78, 15, str(rng.choice(["gas", "mixed"]))))
    elif rng.random() < 0.5:
        plan.append((0.72, -0.45, rng.uniform(13, 20), str(rng.choice(colon))))
    for x, y, r, kind in plan:
        at = np.array([[x * a, max(y * b, -(b - r - 3))]])
        if inside(belly.cavity, at)[0]:
            paint_loop(
                scene,
                float(at[0, 0]),
                float(at[0, 1]),
                r * rng.uniform(0.8, 1.3),
                r * rng.uniform(0.7, 1.1),
                kind,
            )
