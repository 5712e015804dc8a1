"""Dense truth of phantom slices, as arrays that a training step can draw from."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assistant.report.anatomy import SITES as ANATOMY
from assistant.report.lexicon import REGIONS
from trainer.data.phantom.labels import SIGN_LABELS, Label

SIGNS = (*SIGN_LABELS, "中线移位")
"""Signs that phantoms show, in the order of the columns."""

FINDING_CLASSES = tuple(int(label) for label in SIGN_LABELS.values())
"""Class of the pixels of each of ``SIGNS`` that has pixels, in the same order."""

CLASSES = len(Label)

SITES = tuple(site.name for site in ANATOMY)
"""Sites that reports name: lobes, nuclei, segments."""

NOWHERE = -1
"""Site of a finding that is absent, has none, or has several."""

SIDES = ("", "右", "左", "双侧")
"""Class of a present sign's side; class 0 also stands for an absent sign (see ``signs``)."""


@dataclass(frozen=True, eq=False)
class DenseSlices:
    """N slices of one size with their truth.

    Attributes:
        hu: int16 (N, S, S), Hounsfield units.
        labels: uint8 (N, S, S), class of every pixel.
        region: int64 (N,), index into ``REGIONS``.
        signs: int64 (N, ``SIGNS``): 0 absent, else 1 + index into ``SIDES``.
        sizes: float32 (N, ``SIGNS``), mm; NaN when absent or unknown.
        sites: int64 (N, ``SIGNS``), index into ``SITES``, or ``NOWHERE``.
        windows: float32 (N, 2), center and width that the slice was rendered with, HU.
    """

    hu: NDArray[np.int16]
    labels: NDArray[np.uint8]
    region: NDArray[np.int64]
    signs: NDArray[np.int64]
    sizes: NDArray[np.float32]
    sites: NDArray[np.int64]
    windows: NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.hu)


def read_dense(folder: Path, split: str = "train") -> DenseSlices:
    """The CT slices of a synthetic data set, as ``trainer.stages.synth`` lays them out."""
    truths = {}
    for line in (folder / "truth.jsonl").read_text(encoding="utf-8").splitlines():
        truth = json.loads(line)
        if truth["split"] == split and truth["region"] in REGIONS and "window" in truth:
            truths[Path(truth["file"]).stem] = truth
    hu, labels, chosen = [], [], []
    for path in sorted((folder / "dense").glob(f"{split}-*.npz")):
        with np.load(path) as shard:
            hu.append(shard["hu"])
            labels.append(shard["labels"])
            chosen += [truths[str(name)] for name in shard["names"]]
    signs, sizes, sites = _signs(chosen)
    return DenseSlices(
        hu=np.concatenate(hu),
        labels=np.concatenate(labels),
        region=np.array([REGIONS.index(truth["region"]) for truth in chosen], np.int64),
        signs=signs,
        sizes=sizes,
        sites=sites,
        windows=np.array([truth["window"] for truth in chosen], np.float32),
    )


def _signs(
    truths: list[dict[str, Any]],
) -> tuple[NDArray[np.int64], NDArray[np.float32], NDArray[np.int64]]:
    """States, sizes and sites of the signs."""
    states = np.zeros((len(truths), len(SIGNS)), np.int64)
    sizes = np.full((len(truths), len(SIGNS)), np.nan, np.float32)
    sites = np.full((len(truths), len(SIGNS)), NOWHERE, np.int64)
    for row, truth in enumerate(truths):
        for finding in truth["findings"]:
            column = SIGNS.index(finding["sign"])
            state = 1 + SIDES.index(finding["side"])
            site = SITES.index(finding["site"]) if finding["site"] in SITES else NOWHERE
            known = states[row, column] == 0 or sites[row, column] == site
            sites[row, column] = site if known else NOWHERE
            both = states[row, column] not in (0, state)
            states[row, column] = 1 + SIDES.index("双侧") if both else state
            if finding["size_mm"]:
                sizes[row, column] = finding["size_mm"]
    return states, sizes, sites
