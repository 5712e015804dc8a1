"""Sample cases that come with the checkout, when they are there."""

from pathlib import Path

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from assistant.places import ASSETS

SAMPLES = ASSETS / "samples"


class Sample(BaseModel):
    """A case in ``assets/samples/samples.json``.

    Attributes:
        title: short Chinese name of the case.
        files: its files, relative to the folder.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    title: str
    files: tuple[str, ...]


def load_samples(folder: Path = SAMPLES) -> tuple[Sample, ...]:
    """The samples, or none when the folder has no list that can be read."""
    try:
        listed = (folder / "samples.json").read_bytes()
        return TypeAdapter(tuple[Sample, ...]).validate_json(listed)
    except (OSError, ValidationError):
        return ()


def read_sample(title: str, folder: Path = SAMPLES) -> tuple[bytes, ...]:
    """Contents of the files of the sample with this title; StopIteration without one."""
    sample = next(sample for sample in load_samples(folder) if sample.title == title)
    return tuple((folder / name).read_bytes() for name in sample.files)
