"""Which window a phantom is looked at with, and what can be seen in it."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from assistant.imaging.render import render
from assistant.imaging.slice import RenderedImage, Slice
from assistant.imaging.window import Window
from assistant.report.lexicon import SIGNS
from trainer.data.phantom.labels import SIGN_LABELS, Label
from trainer.data.phantom.truth import Observation, Phantom, Truth

WINDOWS: dict[str, tuple[tuple[Window, float], ...]] = {
    "头颅": (
        (Window(40, 80), 0.62),
        (Window(75, 215), 0.16),
        (Window(40, 40), 0.08),
        (Window(35, 100), 0.14),
    ),
    "胸部": ((Window(-600, 1500), 0.58), (Window(50, 350), 0.32), (Window(40, 400), 0.10)),
    "腹部": (
        (Window(50, 400), 0.60),
        (Window(30, 150), 0.14),
        (Window(50, 350), 0.16),
        (Window(40, 250), 0.10),
    ),
    "盆腔": ((Window(50, 400), 0.75), (Window(50, 350), 0.25)),
}
"""Windows of each region in clinical use, with their shares."""

BONE_WINDOWS: dict[str, tuple[tuple[Window, float], ...]] = {
    "头颅": ((Window(600, 2800), 0.16), (Window(500, 2000), 0.10)),
    "盆腔": ((Window(400, 1800), 0.40), (Window(300, 1500), 0.15)),
}
"""Further windows of regions in which findings of bone occur, and their shares."""

STRAY_WINDOWS: dict[str, tuple[Window, ...]] = {
    "头颅": (Window(50, 350), Window(-600, 1500), Window(400, 1800), Window(50, 400)),
    "胸部": (Window(400, 1800), Window(40, 80), Window(300, 600), Window(30, 150)),
    "腹部": (Window(-600, 1500), Window(400, 1800), Window(300, 600), Window(40, 80)),
    "盆腔": (Window(-600, 1500), Window(300, 600), Window(30, 150), Window(40, 80)),
}
"""Windows of other regions, as a viewer may still be set to them."""

OF_BONE = MappingProxyType({"颅骨骨折": "头颅", "骨转移": "盆腔", "骨盆骨折": "盆腔"})
"""Region of each finding that a window of bone shows best."""

_BRAIN = (Label.GREY_MATTER, Label.WHITE_MATTER, Label.HINDBRAIN)
AGAINST: dict[str, tuple[Label, ...]] = {
    "脑出血": _BRAIN,
    "硬膜下血肿": _BRAIN,
    "硬膜外血肿": _BRAIN,
    "脑梗死": _BRAIN,
    "肺结节": (Label.LUNG,),
    "肺肿块": (Label.LUNG,),
    "肺实变": (Label.LUNG,),
    "胸腔积液": (Label.LUNG,),
    "气胸": (Label.LUNG,),
    "肝占位": (Label.LIVER,),
    "肝囊肿": (Label.LIVER, Label.FATTY_LIVER),
    "胆囊结石": (Label.GALLBLADDER,),
    "肾结石": (Label.KIDNEY, Label.HYDRONEPHROSIS),
    "腹水": (Label.FAT, Label.LIVER, Label.BOWEL),
    "游离气体": (Label.FAT, Label.MUSCLE),
    "蛛网膜下腔出血": _BRAIN,
    "脑积水": _BRAIN,
    "颅骨骨折": (Label.BONE,),
    "肺气肿": (Label.LUNG,),
    "主动脉夹层": (Label.BLOOD_VESSEL,),
    "主动脉瘤": (Label.FAT, Label.BOWEL),
    "脂肪肝": (Label.SPLEEN, Label.SPLENOMEGALY, Label.MUSCLE),
    "肾积水": (Label.KIDNEY,),
    "脾大": (Label.FAT,),
    "肠梗阻": (Label.FAT,),
    "骨转移": (Label.BONE,),
    "骨盆骨折": (Label.BONE,),
}
"""The healthy tissue that a sign must stand out from."""

NEAR = 12
JITTERED = 0.35
MIN_GRAY = 9.0
MIN_ROSE = 6.0
TRIES = 8
READABLE_WIDTHS = {
    **dict.fromkeys(("脑梗死", "中线移位"), (0.0, 260.0)),
    **dict.fromkeys(
        ("脑出血", "硬膜下血肿", "硬膜外血肿", "蛛网膜下腔出血", "脑积水"), (0.0, 400.0)
    ),
    **dict.fromkeys(("肺结节", "气胸", "肺气肿"), (700.0, math.inf)),
    **dict.fromkeys(("肝占位", "肝囊肿", "脂肪肝", "腹水", "主动脉瘤"), (0.0, 700.0)),
    "主动脉夹层": (0.0, 600.0),
}
"""Widths in HU of the windows in which somebody can say that a sign is absent; others: any."""

BONE_TOP = 700.0
"""A window that reaches so far up in HU shows the skull; below, all of it is white."""

SHIFT_WIDTH = 260.0
"""A midline shift shows by its ventricles and falx, up to this window width in HU."""


@dataclass(frozen=True, eq=False)
class View:
    """A phantom as it is shown.

    Attributes:
        picture: what the screen shows.
        truth: the phantom's truth without what this window hides.
        hidden: signs that are there but cannot be seen.
    """

    picture: RenderedImage
    truth: Truth
    hidden: tuple[str, ...]

    @property
    def unknown(self) -> tuple[str, ...]:
        """Signs that the picture neither shows nor lets anybody deny."""
        seen = {finding.sign for finding in self.truth.findings}
        unread = unreadable(self.truth.region, self.picture.window)
        return tuple(dict.fromkeys((*self.hidden, *(s for s in unread if s not in seen))))


def as_slice(phantom: Phantom) -> Slice:
    """The phantom as intake would hand it on."""
    return Slice(
        hu=phantom.hu,
        source="dicom",
        modality="CT",
        spacing_mm=(phantom.spacing_mm, phantom.spacing_mm),
        orientation=(1.0, 0.0, 0.0, 0.0, 1.0, 0.0),
        padding=phantom.hu <= -1500 if phantom.hu.min() <= -1500 else None,
    )


def show(
    phantom: Phantom,
    rng: np.random.Generator,
    signs: Sequence[str] | None = None,
    stray: float = 0.0,
) -> View:
    """Look through a random window of the region, nearly always one that shows every finding.

    ``signs`` are those that occur, where they are not the usual: see :func:`windows_of`;
    ``stray`` is the share of looks through a window of another region.

    A sign belongs to the truth of the picture if, and only if, its pixels differ in the
    picture from their surroundings by ``MIN_GRAY`` grey levels and by ``MIN_ROSE`` of Rose's
    signal-to-noise ratio (contrast times the square root of the pixels over the noise).
    """
    slice_ = as_slice(phantom)
    if stray and rng.random() < stray:
        others = STRAY_WINDOWS[phantom.truth.region]
        return look(phantom, render(slice_, others[int(rng.integers(len(others)))]))
    careless = rng.random() < 0.06
    best: View | None = None
    for _ in range(TRIES):
        window = draw_window(rng, phantom.truth.region, signs)
        view = look(phantom, render(slice_, window))
        if best is None or len(view.hidden) < len(best.hidden):
            best = view
        if careless or not best.hidden:
            break
    assert best is not None
    return best


def windows_of(region: str, signs: Sequence[str] | None = None) -> tuple[tuple[Window, float], ...]:
    """Windows of a region; of bone only where findings of bone are among ``signs``."""
    if any(OF_BONE.get(sign) == region for sign in signs or ()):
        return WINDOWS[region] + BONE_WINDOWS[region]
    return WINDOWS[region]


def draw_window(
    rng: np.random.Generator, region: str, signs: Sequence[str] | None = None
) -> Window:
    """A window of the region, sometimes turned a little by hand."""
    choices = windows_of(region, signs)
    share = np.array([weight for _, weight in choices])
    window = choices[int(rng.choice(len(choices), p=share / share.sum()))][0]
    if rng.random() >= JITTERED:
        return window
    width = window.width * float(np.exp(rng.uniform(-0.22, 0.30)))
    center = window.center + float(rng.uniform(-0.10, 0.10)) * width
    return Window(round(center), round(width))


def unreadable(region: str, window: Window | None) -> tuple[str, ...]:
    """Signs of a region of which a window does not tell whether they are absent."""
    if window is None:
        return ()
    here = {sign.name for sign in SIGNS if sign.region == region}
    limits = {sign: READABLE_WIDTHS[sign] for sign in READABLE_WIDTHS if sign in here}
    unread = [s for s, (low, high) in limits.items() if not low <= window.width <= high]
    white = "颅骨骨折" in here and window.center + window.width / 2 < BONE_TOP
    return (*unread, "颅骨骨折") if white else tuple(unread)


def look(phantom: Phantom, picture: RenderedImage) -> View:
    """What of the phantom's truth can be seen in a rendered picture of it."""
    gray = picture.pixels[..., 0].astype(np.float32)
    width = picture.window.width if picture.window else 0.0
    shown: list[Observation] = []
    hidden: list[str] = []
    for observation in phantom.truth.observations:
        sign = observation.finding.sign
        label = SIGN_LABELS.get(sign)
        if label is None:
            visible = width <= SHIFT_WIDTH and bool(shown)
        else:
            visible = _stands_out(gray, phantom.labels, label, AGAINST[sign])
        if visible:
            shown.append(observation)
        else:
            hidden.append(sign)
    truth = replace(phantom.truth, observations=tuple(shown))
    return View(picture, truth, tuple(hidden))


def _stands_out(
    gray: NDArray[np.float32], labels: NDArray[np.uint8], label: Label, against: tuple[Label, ...]
) -> bool:
    """Whether the pixels of ``label`` differ from the nearby tissue they lie in."""
    mask = labels == label
    if not mask.any():
        return False
    inside = gray[mask]
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    near = (
        slice(max(rows[0] - NEAR, 0), rows[-1] + NEAR + 1),
        slice(max(columns[0] - NEAR, 0), columns[-1] + NEAR + 1),
    )
    around = np.isin(labels[near], against)
    outside = gray[near][around] if around.sum() >= 12 else gray[np.isin(labels, against)]
    if not len(outside):
        return True
    contrast = abs(float(np.median(inside)) - float(np.median(outside)))
    noise = max(float(inside.std()), 2.0)
    return contrast >= MIN_GRAY and contrast * len(inside) ** 0.5 / noise >= MIN_ROSE
