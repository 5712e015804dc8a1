"""Nodule, mass, consolidation, effusion and pneumothorax."""

import math

import numpy as np

from trainer.data.phantom.chest.lungs import Squeeze, clear_of_vessels
from trainer.data.phantom.chest.thorax import Thorax
from trainer.data.phantom.labels import Label
from trainer.data.phantom.lesion import Lesion, side_of
from trainer.data.phantom.scene import Scene
from trainer.data.phantom.shapes import Curve, area_mm2, blob, tube
from trainer.data.phantom.spectrum import Spectrum
from trainer.data.phantom.trunk import forest, inside, place

NODULE_MM = 30.0
"""Largest nodule; what is larger is a mass (Fleischner Society glossary)."""

MODERATE_MM, LARGE_MM = 20.0, 42.0
"""Depths from which an effusion is called 中量 and 大量."""


def plan_nodule(rng: np.random.Generator, thorax: Thorax, spectrum: Spectrum) -> Lesion | None:
    """A solid round opacity under 30 mm, clear of the hilar vessels."""
    sign = int(rng.choice([-1, 1]))
    size = spectrum.nodule_mm.draw_log(rng)
    lung = thorax.lungs[sign]
    off = 0.12 * thorax.a
    if thorax.level != "肺尖":
        off = max(off, clear_of_vessels(size))
    center = place(
        rng, lung, size * 0.5 + 1.0, thorax.hila[sign][None], off + size / 2, thorax.domes.get(sign)
    )
    if center is None:
        return None
    x, y = float(center[0]), float(center[1])
    curve = blob(
        rng, x, y, size / 2, size / 2 * rng.uniform(0.82, 1.0), rng.uniform(0, 180), rough=0.06
    )
    spiky = size > 10 and rng.random() < 0.35
    hu = spectrum.nodule_hu.draw(rng)
    spicules = _spicules(rng, x, y, size) if spiky else []
    soft = rng.uniform(0.3, 0.9)

    def paint(scene: Scene) -> None:
        lung_mask = scene.masks[side_of(sign) + "肺"]
        if spicules:
            scene.canvas.paint(*spicules, hu=-150, label=None, soft_mm=0.5, within=lung_mask)
        scene.canvas.paint(
            curve,
            hu=hu + scene.texture(3, 6),
            label=Label.LUNG_NODULE,
            soft_mm=soft,
            within=lung_mask,
        )

    return Lesion(
        "肺结节",
        paint,
        thorax.lobe(sign, y),
        side_of(sign),
        measured=True,
        limits_mm=(0.0, NODULE_MM),
        traits=("毛刺",) if spiky else (),
    )


def plan_mass(rng: np.random.Generator, thorax: Thorax, spectrum: Spectrum) -> Lesion | None:
    """A lobulated opacity over 30 mm, often touching pleura or hilum, sometimes hollow."""
    sign = int(rng.choice([-1, 1]))
    lung = thorax.lungs[sign]
    cap = 0.62 * float(np.ptp(lung[:, 0]))
    size = min(spectrum.mass_mm.draw_log(rng), max(cap, 36.0))
    margin = size * rng.uniform(0.3, 0.45)
    center = place(rng, lung, margin, outside=thorax.domes.get(sign))
    if center is None:
        return None
    x, y = float(center[0]), float(center[1])
    curve = blob(
        rng, x, y, size / 2, size / 2 * rng.uniform(0.72, 0.98), rng.uniform(0, 180), rough=0.10
    )
    hu = spectrum.mass_hu.draw(rng)
    spiky, hollow = rng.random() < 0.5, size > 40 and rng.random() < 0.2
    spicules = _spicules(rng, x, y, size) if spiky else []
    cavity = blob(rng, x, y, size * 0.2, size * rng.uniform(0.1, 0.2), rough=0.15)

    def paint(scene: Scene) -> None:
        pleura = scene.masks[side_of(sign)]
        if spicules:
            scene.canvas.paint(*spicules, hu=-100, label=None, soft_mm=0.6, within=pleura)
        core = hu + 0.3 * (scene.tissues.vein - scene.tissues.blood) + scene.texture(6, 9)
        scene.canvas.paint(curve, hu=core, label=Label.LUNG_MASS, soft_mm=0.7, within=pleura)
        if hollow:
            scene.canvas.paint(cavity, hu=-930, label=Label.LUNG_MASS, soft_mm=0.8, within=pleura)

    traits = (("毛刺",) if spiky else ("分叶",)) + (("空洞",) if hollow else ())
    return Lesion(
        "肺肿块",
        paint,
        thorax.lobe(sign, y),
        side_of(sign),
        measured=True,
        limits_mm=(NODULE_MM, math.inf),
        traits=traits,
    )


def _spicules(rng: np.random.Generator, x: float, y: float, size: float) -> list[Curve]:
    out = []
    for angle in rng.uniform(0, 2 * math.pi, int(rng.integers(7, 14))):
        length = size / 2 * rng.uniform(1.2, 1.55)
        tip = (x + length * math.cos(angle), y + length * math.sin(angle))
        out.append(tube([(x, y), tip], [size * 0.22, 0.5], per=3))
    return out


def plan_consolidation(
    rng: np.random.Generator, thorax: Thorax, spectrum: Spectrum
) -> Lesion | None:
    """A lobar or segmental opacity with soft edges and air bronchograms."""
    sign = int(rng.choice([-1, 1]))
    lung = thorax.lungs[sign]
    wide, deep = np.ptp(lung, axis=0)
    x = thorax.a * sign * rng.uniform(0.45, 0.78)
    y = thorax.b * float(rng.choice([rng.uniform(0.25, 0.7), rng.uniform(-0.5, 0.0)], p=[0.7, 0.3]))
    at = np.array([[x, y]])
    if not inside(lung, at)[0] or (sign in thorax.domes and inside(thorax.domes[sign], at)[0]):
        return None
    rx, ry = wide * rng.uniform(0.35, 0.7), deep * rng.uniform(0.18, 0.3)
    curve = blob(rng, x, y, rx, ry, rng.uniform(-30, 30), rough=0.16)
    halo = blob(rng, x, y, rx * 1.25, ry * 1.3, rough=0.16)
    hu, soft = spectrum.consolidation_hu.draw(rng), rng.uniform(1.2, 3.0)
    hilum = thorax.hila[sign]
    towards = math.atan2(y - hilum[1], x - hilum[0])
    count = int(rng.integers(2, 5))
    share = rng.uniform(0.3, 0.7, (count, 1))
    airways, calibre = forest(
        rng,
        hilum + (np.array([x, y]) - hilum) * share,
        towards + rng.normal(0, 0.4, count),
        rng.uniform(14, 28, count),
        rng.uniform(2, 3.4, count),
        1,
    )

    def paint(scene: Scene) -> None:
        lung_mask = scene.masks[side_of(sign) + "肺"]
        patchy = np.clip(scene.texture(4, 0.5) + 0.6, 0, 1) * lung_mask
        scene.canvas.paint(halo, hu=-500, label=None, soft_mm=5, within=patchy)
        core = hu + 0.4 * (scene.tissues.vein - scene.tissues.blood) + scene.texture(5, 10)
        scene.canvas.paint(
            curve, hu=core, label=Label.CONSOLIDATION, soft_mm=soft, within=lung_mask
        )
        box, alpha = scene.canvas.cover_strokes(airways, calibre, soft_mm=0.3)
        solid = (scene.canvas.labels == Label.CONSOLIDATION).astype(np.float32)
        scene.canvas.blend(box, alpha, hu=-850, label=None, within=solid, strength=0.9)

    return Lesion("肺实变", paint, thorax.lobe(sign, y), side_of(sign), traits=("支气管充气",))


def plan_effusion(
    rng: np.random.Generator, thorax: Thorax, spectrum: Spectrum
) -> tuple[Lesion, dict[int, Squeeze]]:
    """Dependent fluid behind one lung or both, which the lung floats on."""
    both = rng.random() < 0.35
    main = int(rng.choice([-1, 1]))
    hu = spectrum.effusion_hu.draw(rng)
    sides = (main, -main) if both else (main,)
    squeeze: dict[int, Squeeze] = {}
    deepest = 0.0
    for s in sides:
        lung = thorax.lungs[s]
        depth = min(spectrum.effusion_mm.draw_log(rng), 0.5 * float(np.ptp(lung[:, 1])))
        deepest = max(deepest, depth)
        squeeze[s] = _floated(lung, depth)

    def paint(scene: Scene) -> None:
        for s in sides:
            side = side_of(s)
            fluid = scene.masks[side] * (1 - scene.masks[side + "肺"])
            behind = scene.canvas.mask(_back_half(thorax, s), soft_mm=1.5)
            whole = (slice(None), slice(None))
            scene.canvas.blend(
                whole, fluid * behind, hu=hu + scene.texture(12, 2), label=Label.PLEURAL_EFFUSION
            )
            if deepest > 28:
                edge = tube(thorax.aerated[s][_lowest(thorax.aerated[s])], deepest * 0.2)
                tissue = scene.tissues.muscle + 0.8 * (scene.tissues.vein - scene.tissues.blood)
                scene.canvas.paint(
                    edge, hu=tissue, label=Label.SOFT_TISSUE, soft_mm=1.5, within=scene.masks[side]
                )

    grade = "大量" if deepest >= LARGE_MM else "中量" if deepest >= MODERATE_MM else "少量"
    return Lesion(
        "胸腔积液", paint, "", "双侧" if both else side_of(main), traits=(grade,)
    ), squeeze


def _floated(lung: Curve, depth: float) -> Squeeze:
    front, back = lung[:, 1].min(), lung[:, 1].max()
    share = depth / (back - front)

    def squeeze(curve: Curve) -> Curve:
        out = curve.copy()
        u = np.clip((curve[:, 1] - front) / (back - front), 0, 1)
        out[:, 1] = curve[:, 1] - depth * u ** (1.3 + share)
        return out

    return squeeze


def _back_half(thorax: Thorax, sign: int) -> Curve:
    """Everything on one side except where only blur at the very front differs."""
    a, b = thorax.a * 1.2 * sign, thorax.b * 1.2
    return np.array([(0.0, -0.55 * b), (a, -0.55 * b), (a, b), (0.0, b)])


def _lowest(curve: Curve) -> np.ndarray:
    """Indices of the posterior edge of a lung, in order along it."""
    low = curve[:, 1] > np.quantile(curve[:, 1], 0.72)
    index = np.flatnonzero(low)
    gaps = np.flatnonzero(np.diff(index) > 1)
    return np.asarray(np.roll(index, -(gaps[0] + 1)) if len(gaps) else index)


def plan_pneumothorax(
    rng: np.random.Generator, thorax: Thorax, spectrum: Spectrum
) -> tuple[Lesion, dict[int, Squeeze]]:
    """Air in front and at the side, the lung drawn back towards its hilum."""
    sign = int(rng.choice([-1, 1]))
    lung, hilum = thorax.lungs[sign], thorax.hila[sign]
    deep = float(np.ptp(lung[:, 1]))
    gap = min(spectrum.pneumothorax_mm.draw_log(rng), 0.55 * deep)
    share = gap / deep
    sideways = share * rng.uniform(0.15, 0.75)
    back = lung[:, 1].max()

    def squeeze(curve: Curve) -> Curve:
        out = curve.copy()
        out[:, 1] = back - (back - curve[:, 1]) * (1 - share)
        lateral = (curve[:, 0] - hilum[0]) * sign > 0
        out[lateral, 0] = hilum[0] + (curve[lateral, 0] - hilum[0]) * (1 - sideways)
        return out

    kept = area_mm2(squeeze(lung)) / area_mm2(lung)

    def paint(scene: Scene) -> None:
        side = side_of(sign)
        air = scene.masks[side] * (1 - scene.masks[side + "肺"])
        whole = (slice(None), slice(None))
        scene.canvas.blend(whole, air, hu=-995.0, label=Label.PNEUMOTHORAX)
        edge = thorax.aerated[sign]
        line = tube(np.concatenate([edge, edge[:1]]), 1.0, per=1)
        box, alpha = scene.canvas.cover(line, soft_mm=0.3)
        scene.canvas.blend(box, alpha, hu=-250, label=None, within=scene.masks[side], strength=0.7)

    percent = max(5, round((1 - kept) * 100 / 5) * 5)
    return Lesion("气胸", paint, "", side_of(sign), traits=(f"压缩{percent}%",)), {sign: squeeze}
