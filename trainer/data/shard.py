"""A shard: so many rows made and saved together, its JSON written last."""

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from trainer.data.dicom import Place, write_dicom
from trainer.data.phantom.truth import Phantom
from trainer.data.recipe import SynthConfig
from trainer.data.sample import make_sample
from trainer.data.sharegpt import write_json


@dataclass(frozen=True)
class Shard:
    """Rows ``start`` to ``stop`` of a split, and where everything goes."""

    config: SynthConfig
    out: Path
    split: str
    start: int
    stop: int
    default_question: str

    @property
    def record(self) -> Path:
        """Its JSON; exists only when the shard is complete."""
        return self.out / "shards" / f"{self.split}-{self.start:06d}.json"


def make_shard(shard: Shard) -> int:
    """Make and save every row of a shard.

    Returns:
        how many rows.
    """
    rows: list[object] = []
    truths: list[object] = []
    phantoms: list[tuple[str, Phantom]] = []
    for index in range(shard.start, shard.stop):
        sample = make_sample(shard.config, shard.split, index, shard.default_question)
        if sample.jpeg is not None:
            (shard.out / "mllm_data" / f"{sample.name}.jpg").write_bytes(sample.jpeg)
        rows.append(sample.row)
        truths.append(sample.truth)
        if sample.phantom is not None:
            phantoms.append((sample.name, sample.phantom))
            if shard.split == "train" and index < shard.config.dicom_count:
                path = shard.out / "dicom" / f"{sample.name}.dcm"
                write_dicom(sample.phantom, path, Place(sample.name))
    if shard.config.dense_size and phantoms:
        _save_dense(shard, phantoms)
    write_json(shard.record, {"rows": rows, "truth": truths})
    return len(rows)


def read_shard(shard: Shard) -> tuple[list[object], list[object]]:
    """Rows and truths of a complete shard."""
    content = json.loads(shard.record.read_text(encoding="utf-8"))
    return content["rows"], content["truth"]


def _save_dense(shard: Shard, phantoms: list[tuple[str, Phantom]]) -> None:
    """HU and labels of the shard's CT slices, reduced, in one npz."""
    size = shard.config.dense_size
    hu, labels = zip(*(reduce(phantom, size) for _, phantom in phantoms), strict=True)
    path = shard.out / "dense" / f"{shard.split}-{shard.start:06d}.npz"
    partial = path.with_suffix(".part")
    with partial.open("wb") as file:
        np.savez_compressed(
            file,
            names=np.array([name for name, _ in phantoms]),
            hu=np.stack(hu),
            labels=np.stack(labels),
        )
    partial.replace(path)


def reduce(phantom: Phantom, size: int) -> tuple[np.ndarray, np.ndarray]:
    """HU int16 (averaged) and labels uint8 (nearest) at ``size`` x ``size``."""
    if phantom.hu.shape[0] == size:
        return phantom.hu, phantom.labels
    hu = Image.fromarray(phantom.hu.astype(np.float32))
    labels = Image.fromarray(phantom.labels)
    averaged = np.asarray(hu.resize((size, size), Image.Resampling.BOX))
    nearest = np.asarray(labels.resize((size, size), Image.Resampling.NEAREST))
    return np.round(averaged).astype(np.int16), nearest
