"""The questions of an examination: slices of seeds that no training picture has."""

import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from hashlib import sha256

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from assistant.imaging.slice import RenderedImage, SliceRef
from trainer.data.picture import to_jpeg
from trainer.data.recipe import SynthConfig
from trainer.exam.contrast import contrast_of
from trainer.exam.settings import Evaluate
from trainer.metrics.verdict import Known

BLANK = 256
"""Pixels along each edge of the black picture."""


@dataclass(frozen=True, eq=False)
class Case:
    """One slice.

    Attributes:
        known: what can be seen in the picture.
        picture: the slice through a window in clinical use.
        contrasts: of each true finding, in grey levels of the picture; None without pixels.
        reference: one report that says the truth, for the overlap of words alone.
    """

    known: Known
    picture: RenderedImage
    contrasts: tuple[float | None, ...]
    reference: str


def draw_cases(settings: Evaluate, recipe: SynthConfig) -> Iterator[Case]:
    """Slices like those of training; the same settings give the same slices."""
    from trainer.data.phantom.case import make_case
    from trainer.data.viewing import show
    from trainer.data.wording import report

    for index in range(settings.pictures):
        seed = settings.seed + index
        phantom = make_case(
            seed,
            size=recipe.size,
            normal=recipe.normal,
            among=recipe.signs,
            prone=recipe.prone,
            rare=recipe.rare,
            regions=recipe.regions.weights,
        )
        rng = np.random.default_rng([seed, 3])
        view = show(phantom, rng, recipe.signs, recipe.stray)
        findings = view.truth.findings
        yield Case(
            Known(view.truth.region, findings),
            view.picture,
            tuple(contrast_of(view.picture, phantom.labels, f.sign) for f in findings),
            report(
                view.truth,
                np.random.default_rng([seed, 7]),
                hidden=view.unknown,
                signs=recipe.signs,
            ),
        )


def draw_strangers(settings: Evaluate, recipe: SynthConfig) -> Iterator[RenderedImage]:
    """Pictures that are no CT."""
    from trainer.data.not_ct import draw_not_ct

    for index in range(settings.strangers):
        rng = np.random.default_rng([settings.seed + index, 5])
        yield _picture(draw_not_ct(rng, recipe.size))


def handed_in(cases: Iterable[Case], seed: int) -> Iterator[Case]:
    """The same slices as people hand pictures in: JPGs, some with text, a border, fewer pixels."""
    for index, case in enumerate(cases):
        data = to_jpeg(case.picture.pixels, np.random.default_rng([seed + index, 8]))
        pixels = np.asarray(Image.open(io.BytesIO(data)).convert("RGB"))
        yield replace(case, picture=_picture(pixels))


def blank() -> RenderedImage:
    """A black picture."""
    return _picture(np.zeros((BLANK, BLANK, 3), np.uint8))


def _picture(pixels: NDArray[np.uint8]) -> RenderedImage:
    digest = sha256(str(pixels.shape).encode() + pixels.tobytes()).hexdigest()
    return RenderedImage(pixels, None, "", SliceRef(), digest)
