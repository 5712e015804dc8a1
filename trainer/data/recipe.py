"""What a synthetic data set is made of."""

from typing import Annotated, TypeVar

from pydantic import BaseModel, ConfigDict, Field, field_validator

from trainer.data.phantom.labels import SIGN_LABELS

Named = TypeVar("Named", tuple[str, ...] | None, dict[str, float])
"""What names signs."""


class Shares(BaseModel):
    """How often each region is drawn, relative to the others."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    head: float = Field(0.31, ge=0)
    chest: float = Field(0.31, ge=0)
    abdomen: float = Field(0.31, ge=0)
    pelvis: float = Field(0.07, ge=0)

    @property
    def weights(self) -> tuple[float, float, float, float]:
        """Of 头颅, 胸部, 腹部 and 盆腔, adding up to 1."""
        shares = (self.head, self.chest, self.abdomen, self.pelvis)
        whole = sum(shares)
        return (shares[0] / whole, shares[1] / whole, shares[2] / whole, shares[3] / whole)


class SynthConfig(BaseModel):
    """Everything that decides a synthetic data set; the same values give the same files.

    Attributes:
        count: training pictures.
        eval_count: held-out pictures, of seeds that no training picture has.
        seed: of everything random.
        size: pixels along each edge of a picture.
        workers: processes; 0 for one a core.
        shard: pictures that are made and saved together; a killed run repeats at most these.
        dicom_count: how many of the first CT slices are also written as DICOM.
        dense_size: pixels along each edge of the stored HU and labels; 0 stores none.
        normal: share of slices without a finding.
        non_ct: share of pictures that are no CT.
        text_only: share of conversations without a picture.
        regions: shares of the regions.
        signs: findings that occur, by canonical name; None for ``TIER_ONE``.
        prone: share of trunk slices of a patient who lies on the belly.
        rare: how often a combination with a sign outside ``TIER_ONE`` is drawn, relative to its
            own weight.
        stray: share of pictures under a window that is meant for another region.
        often: how often a combination with a sign is drawn, relative to its own weight, by
            sign; an exam draws by its own weight.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    count: int = Field(8000, ge=1, le=500_000)
    eval_count: int = Field(500, ge=0, le=500_000)
    seed: int = Field(0, ge=0, lt=900)
    size: int = Field(256, ge=64, le=1024)
    workers: int = Field(0, ge=0, le=64)
    shard: int = Field(250, ge=1)
    dicom_count: int = Field(0, ge=0)
    dense_size: int = Field(128, ge=0, le=512)
    normal: float = Field(0.45, ge=0, le=1)
    non_ct: float = Field(0.06, ge=0, lt=1)
    text_only: float = Field(0.02, ge=0, lt=1)
    signs: tuple[str, ...] | None = None
    prone: float = Field(0.0, ge=0, le=1)
    rare: float = Field(1.0, ge=0, le=1)
    stray: float = Field(0.0, ge=0, le=1)
    often: dict[str, Annotated[float, Field(gt=0, le=10)]] = {}
    regions: Shares = Shares.model_validate({})

    @field_validator("signs", "often")
    @classmethod
    def _known(cls, signs: Named) -> Named:
        unknown = sorted(set(signs or ()) - {*SIGN_LABELS, "中线移位"})
        if unknown:
            raise ValueError(f"no phantom shows {unknown}")
        return signs
