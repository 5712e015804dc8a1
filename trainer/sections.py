"""Settings of the stages that turn a base and data into a model: mix, merge, quantize, followup."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

QuantizedFormat = Literal["openvino-int4", "nf4"]


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Added(_Section):
    """A further data set.

    Attributes:
        folder: as ``train prepare`` writes it, relative to the pipeline's file.
        dataset: its entry in the folder's ``dataset_info.json``.
        weight: how often a row of it is drawn, relative to the others.
    """

    folder: str = Field(min_length=1)
    dataset: str = Field(default="mllm_med", min_length=1)
    weight: float = Field(gt=0)


class Mix(_Section):
    """Data sets drawn by weight, the pipeline's own among them.

    Attributes:
        weight: of the pipeline's own data.
        add: doctors' dialogues, general pictures and talk.
        until: ``longest``: the shorter ones repeat; ``shortest``: stop when one is used up.
    """

    weight: float = Field(gt=0)
    add: tuple[Added, ...] = Field(min_length=1)
    until: Literal["longest", "shortest"] = "longest"


class Merge(_Section):
    """What merging may cost.

    Attributes:
        tolerance: of the logits, merged against base and adapter, as a share of their spread.
    """

    tolerance: float = Field(default=0.03, gt=0, lt=1)


class Quantize(_Section):
    """Storage of the weights.

    Attributes:
        formats: ``openvino-int4`` for the CPU, ``nf4`` for an NVIDIA card.
        group: weights of the language part that share one 4-bit scale (OpenVINO).
        symmetric: 4-bit values without a zero point (OpenVINO).
        most_mb: the OpenVINO folder must not be larger than this; None for no limit.
    """

    formats: tuple[QuantizedFormat, ...] = Field(default=("openvino-int4", "nf4"), min_length=1)
    group: int = Field(default=64, ge=16, le=1024)
    symmetric: bool = False
    most_mb: float | None = Field(default=None, gt=0)


class Followup(_Section):
    """How later turns are examined for the first answer said again.

    Attributes:
        pictures: how many start a conversation each.
        most: share of later answers that may repeat the first, or the stage fails; 1 never.
    """

    pictures: int = Field(default=20, ge=1)
    most: float = Field(default=1.0, ge=0, le=1)
