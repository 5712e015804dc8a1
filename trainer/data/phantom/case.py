"""From a seed to a phantom: what is drawn, how it is viewed, what can be seen of it."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from assistant.report.finding import Finding
from trainer.data.phantom.acquisition import acquire, draw_protocol
from trainer.data.phantom.atlas import REGIONS
from trainer.data.phantom.canvas import Canvas, View
from trainer.data.phantom.labels import SIGN_LABELS, TIER_ONE
from trainer.data.phantom.lesion import Lesion
from trainer.data.phantom.region import Region
from trainer.data.phantom.scene import Body, Scene
from trainer.data.phantom.shapes import feret_mm
from trainer.data.phantom.spectrum import FIRST_LIGHT, Range, Spectrum
from trainer.data.phantom.tissue import draw_tissues
from trainer.data.phantom.truth import Observation, Phantom, Truth

ATTEMPTS = 40
SHARES = (0.31, 0.31, 0.31, 0.07)
"""Of 头颅, 胸部, 腹部 and 盆腔, where nobody says otherwise."""

NO_WEIGHTS: Mapping[str, float] = MappingProxyType({})

MIN_PIXELS = 6
TISSUE_SHARE, MIN_TISSUES = 0.02, 4
"""A close view must show so many tissues of at least this share of the picture."""

FLAT_FRONT = 0.86
"""Share of the depth in front from which the couch presses a prone body flat."""

BY_GRAVITY = {"胸腔积液", "气胸", "腹水", "游离气体", "胆囊结石", "肠梗阻"}
"""Findings that are planned as they lie in a supine patient."""

EDGE_PIXELS = 0.6
"""A diameter between pixel centres is this much too short, in pixels."""


@dataclass(frozen=True)
class Request:
    """What a slice shall show, before its anatomy is drawn."""

    region: Region
    level: str
    signs: tuple[str, ...]
    enhanced: bool
    prone: bool = False


def make_case(
    seed: int,
    region: str | None = None,
    signs: tuple[str, ...] | None = None,
    *,
    size: int = 256,
    normal: float = 0.45,
    among: tuple[str, ...] | None = None,
    prone: float = 0.0,
    rare: float = 1.0,
    often: Mapping[str, float] = NO_WEIGHTS,
    regions: tuple[float, ...] = SHARES,
    spectrum: Spectrum = FIRST_LIGHT,
) -> Phantom:
    """A phantom slice; the same arguments give the same pixels.

    Args:
        seed: of everything random.
        region: 头颅, 胸部, 腹部 or 盆腔; None draws one.
        signs: canonical signs to show, () for a normal slice; None draws them.
        size: pixels along each edge.
        normal: share of normal slices when ``signs`` is None.
        among: signs that are drawn when ``signs`` is None; None for ``TIER_ONE``.
        prone: share of patients lying on the belly, where no finding depends on gravity.
        rare: weight of drawn combinations with a sign outside ``TIER_ONE``, relative to their own.
        often: weight of drawn combinations with a sign, relative to their own, by sign.
        regions: shares of the regions, in the order of ``atlas.REGIONS``, adding up to 1.
        spectrum: sizes and densities of findings.

    Raises:
        ValueError: when the region is unknown or cannot show the signs that were asked for;
            signs that were drawn and are too small for ``size`` give way to a normal slice.
    """
    if among is not None and "中线移位" not in among:  # otherwise the effect of a large lesion
        spectrum = replace(spectrum, shift_mm=Range(0, 0))
    rng = np.random.default_rng([seed, 1])
    request = _draw_request(rng, region, signs, normal, among, rare, often, regions)
    turned = prone > 0 and np.random.default_rng([seed, 6]).random() < prone
    request = replace(request, prone=bool(turned) and lies_prone(request.region, request.signs))
    for attempt in range(ATTEMPTS):
        rng = np.random.default_rng([seed, 2, attempt])
        phantom = _attempt(rng, request, size, spectrum, crop=attempt < 3)
        if phantom is not None:
            return phantom
    if signs is None:
        return make_case(seed, request.region.name, (), size=size, spectrum=spectrum)
    raise ValueError(f"{request.region.name} {request.level} cannot show {request.signs}")


def _draw_request(
    rng: np.random.Generator,
    name: str | None,
    signs: tuple[str, ...] | None,
    normal: float,
    among: tuple[str, ...] | None,
    rare: float = 1.0,
    often: Mapping[str, float] = NO_WEIGHTS,
    regions: tuple[float, ...] = SHARES,
) -> Request:
    if name is None:
        name = str(rng.choice(list(REGIONS), p=regions))
    if name not in REGIONS:
        raise ValueError(f"no phantom of region {name!r}")
    region = REGIONS[name]
    if signs is None:
        signs = ()
        offered = [
            (together, weight if set(together) <= set(TIER_ONE) else weight * rare)
            for together, weight in region.combinations
            if set(together) <= set(TIER_ONE if among is None else among)
        ]
        if offered and rng.random() >= normal:
            weights = np.array(
                [weight * max(often.get(sign, 1.0) for sign in shown) for shown, weight in offered]
            )
            chosen = rng.choice(len(weights), p=weights / weights.sum())
            signs = offered[int(chosen)][0]
    levels = dict(region.levels)
    for sign in signs:
        if sign not in region.sign_levels:
            raise ValueError(f"{name} cannot show {sign!r}")
        levels = {key: levels[key] for key in region.sign_levels[sign] if key in levels}
    if not levels:
        raise ValueError(f"no level of {name} shows {signs}")
    share = np.array(list(levels.values()))
    level = str(rng.choice(list(levels), p=share / share.sum()))
    enhanced = bool(rng.random() < region.enhanced)
    for sign in signs:
        enhanced = region.contrast.get(sign, enhanced)
    return Request(region, level, signs, enhanced)


def lies_prone(region: Region, signs: tuple[str, ...]) -> bool:
    """Whether such a slice can be of a prone patient: of the trunk, with nothing that sinks."""
    return region.name != "头颅" and not BY_GRAVITY & set(signs)


def _attempt(
    rng: np.random.Generator, request: Request, size: int, spectrum: Spectrum, *, crop: bool
) -> Phantom | None:
    """A phantom, or None when a finding is cut off or too small to be seen."""
    drawn = request.region.draw(rng, request.level, request.signs, spectrum)
    view = draw_view(rng, drawn.body, size, crop=crop)
    if request.prone:
        view = replace(view, flat_front_mm=FLAT_FRONT * drawn.body.front)
    tissues = draw_tissues(rng, enhanced=request.enhanced)
    canvas = Canvas(view)
    drawn.paint(Scene(canvas, rng, tissues, drawn.body, prone=request.prone))
    before = canvas.labels.copy()
    shares = np.bincount(before.ravel()) / before.size
    if (shares > TISSUE_SHARE).sum() < MIN_TISSUES:
        return None
    protocol = draw_protocol(rng, request.region.name)
    hu = acquire(canvas, rng, protocol)
    seen: list[Observation] = []
    for lesion in drawn.lesions:
        observation = _observe(lesion, before, canvas, hu)
        if observation is None:
            return None
        seen.append(observation)
    truth = Truth(request.region.name, request.level, request.enhanced, tuple(seen))
    return Phantom(hu, canvas.labels, view.spacing_mm, truth, request.prone, protocol.thickness_mm)


def draw_view(rng: np.random.Generator, body: Body, size: int, *, crop: bool) -> View:
    """Field of view, position, rotation and a gentle deformation."""
    edge = max(2 * body.half, body.front + body.back, body.series_mm)
    kind = rng.random()
    part = crop and kind < 0.07
    if part:
        factor, slack = rng.uniform(0.22 if edge > 240 else 0.45, 0.65), 0.0
    elif crop and kind < 0.22:
        factor, slack = rng.uniform(0.66, 0.98), 0.14
    elif kind < 0.34:
        factor, slack = rng.uniform(1.25, 1.65), 0.12
    else:
        factor, slack = rng.uniform(1.03, 1.25), 0.02
    fov = edge * factor
    middle = np.array([0.0, (body.front - body.back) / 2])
    shift = middle + rng.uniform(-slack, slack, 2) * fov
    if part:
        reach = np.array([2 * body.half, body.front + body.back])
        shift = shift + rng.uniform(-0.33, 0.33, 2) * reach
    degrees = rng.normal(0, 4.0) if rng.random() < 0.8 else rng.uniform(-15, 15)
    waves = []
    for _ in range(4):
        length = edge * rng.uniform(0.5, 1.4)
        angle = rng.uniform(0, 2 * math.pi)
        k = 2 * math.pi / length
        amplitude = rng.normal(0, 0.006) * edge
        waves.append(
            (
                int(rng.integers(2)),
                k * math.cos(angle),
                k * math.sin(angle),
                rng.uniform(0, 2 * math.pi),
                amplitude,
            )
        )
    return View(size, fov / size, (float(shift[0]), float(shift[1])), float(degrees), tuple(waves))


def _observe(
    lesion: Lesion, before: NDArray[np.uint8], canvas: Canvas, hu: NDArray[np.int16]
) -> Observation | None:
    size_mm = lesion.size_mm
    mean = math.nan
    if lesion.name in SIGN_LABELS:
        label = SIGN_LABELS[lesion.name]
        mask = canvas.labels == label
        if mask.sum() < MIN_PIXELS or mask.sum() < (before == label).sum() or _cut(mask):
            return None
        mean = float(hu[mask].mean())
        if lesion.measured:
            spacing = canvas.view.spacing_mm
            size_mm = feret_mm(np.argwhere(mask) * spacing) + spacing * EDGE_PIXELS
    low, high = lesion.limits_mm
    if size_mm is not None and not low < size_mm <= high:
        return None
    finding = Finding(
        lesion.name,
        lesion.site,
        lesion.side,
        size_mm=None if size_mm is None else round(size_mm, 1),
    )
    return Observation(finding, mean, lesion.traits)


def _cut(mask: NDArray[np.bool_]) -> bool:
    """Whether it runs into the picture's edge."""
    return bool(mask[0].any() or mask[-1].any() or mask[:, 0].any() or mask[:, -1].any())
