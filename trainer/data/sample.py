"""One training row from a seed: picture, conversation, truth."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass

import numpy as np

from assistant.imaging.slice import RenderedImage
from trainer.data import sharegpt
from trainer.data.dialogue import converse, refuse, without_picture
from trainer.data.not_ct import draw_not_ct
from trainer.data.phantom.case import make_case
from trainer.data.phantom.truth import Phantom
from trainer.data.picture import to_jpeg
from trainer.data.recipe import SynthConfig
from trainer.data.viewing import View, show

SPLIT_SEEDS = {"train": 0, "eval": 500_000}
NAMES = ("头颅", "胸部", "腹部", "盆腔")


@dataclass(frozen=True, eq=False)
class Sample:
    """One row.

    Attributes:
        name: file stem.
        jpeg: the picture, None for text alone.
        row: the conversation in sharegpt form.
        truth: what the picture shows, ready for JSON.
        phantom: None when it is no CT.
    """

    name: str
    jpeg: bytes | None
    row: sharegpt.Row
    truth: Mapping[str, object]
    phantom: Phantom | None


def seed_of(config: SynthConfig, split: str, index: int) -> int:
    """The case's own seed; no two splits or configs with another seed share one."""
    return config.seed * 1_000_000 + SPLIT_SEEDS[split] + index


def make_sample(config: SynthConfig, split: str, index: int, default_question: str) -> Sample:
    """The row of an index: the same for ever, whatever else is made."""
    seed = seed_of(config, split, index)
    rng = np.random.default_rng([seed, 3])
    name = f"{split}-{index:06d}"
    file = f"mllm_data/{name}.jpg"
    kind = rng.random()
    if kind < config.text_only and split == "train":
        turns = without_picture(rng, default_question)
        truth: dict[str, object] = {"file": None, "seed": seed, "split": split, "region": None}
        return Sample(name, None, sharegpt.row(turns, None), truth, None)
    if kind < config.text_only + config.non_ct:
        jpeg = to_jpeg(draw_not_ct(rng, config.size), rng)
        turns = refuse(rng, default_question)
        truth = {"file": file, "seed": seed, "split": split, "region": "非CT", "findings": []}
        return Sample(name, jpeg, sharegpt.row(turns, file), truth, None)
    region = NAMES[int(rng.choice(4, p=config.regions.weights))]
    phantom = make_case(
        seed,
        region,
        size=config.size,
        normal=config.normal,
        among=config.signs,
        prone=config.prone,
        rare=config.rare,
        often=config.often,
    )
    view = show(phantom, rng, config.signs, config.stray)
    turns = converse(view.truth, rng, default_question, hidden=view.unknown, signs=config.signs)
    jpeg = to_jpeg(view.picture.pixels, rng)
    truth = _row_of_truth(seed, split, file, phantom, view)
    return Sample(name, jpeg, sharegpt.row(turns, file), truth, phantom)


def _row_of_truth(
    seed: int, split: str, file: str, phantom: Phantom, view: View
) -> dict[str, object]:
    picture: RenderedImage = view.picture
    assert picture.window is not None
    return {
        "file": file,
        "seed": seed,
        "split": split,
        "region": view.truth.region,
        "level": view.truth.level,
        "enhanced": view.truth.enhanced,
        "window": [picture.window.center, picture.window.width],
        "fov_mm": round(phantom.spacing_mm * phantom.hu.shape[0], 2),
        "findings": [
            {**asdict(seen.finding), "hu": None if seen.hu != seen.hu else round(seen.hu, 1)}
            for seen in view.truth.observations
        ],
        "hidden": list(view.hidden),
    }
