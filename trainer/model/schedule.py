"""Settings of the pre-training."""

import math

from pydantic import BaseModel, ConfigDict, Field


class Jitter(BaseModel):
    """How far a picture may stray from the slice it was made of.

    Attributes:
        zoom: largest relative change of scale.
        shift: largest shift, part of the picture's edge.
        degrees: largest rotation.
        window: largest relative change of the window's width, and of its center in half widths.
        noise: largest standard deviation of added noise, in grey levels of 1.
        mirror: share of pictures of the head and the chest that are turned left to right.
        marks: share of pictures with overlaid text; half as many get a border.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    zoom: float = Field(default=0.15, ge=0, le=1)
    shift: float = Field(default=0.06, ge=0, le=0.5)
    degrees: float = Field(default=10.0, ge=0, le=45)
    window: float = Field(default=0.2, ge=0, le=1)
    noise: float = Field(default=0.05, ge=0, le=0.5)
    mirror: float = Field(default=0.0, ge=0, le=1)
    marks: float = Field(default=0.0, ge=0, le=1)


class Schedule(BaseModel):
    """How long and how fast to learn.

    Attributes:
        steps: optimizer steps; 0 leaves the tower as it starts.
        batch: pictures per step.
        lr: peak learning rate, of Muon for matrices and of AdamW for the rest.
        tower: part of that rate with which the tower learns; below 1 where it goes on from
            another training, so that the new heads learn fast and it forgets little.
        warmup: part of the steps over which the rate rises; it falls as a cosine afterwards.
        save_every: steps between checkpoints.
        held_out: slices that are never trained on; every checkpoint is examined with them.
        small: pixels along one side of the pictures of the first part, a multiple of 28.
        small_part: part of the steps that sees small pictures; half as large, they cost a
            quarter, and what they teach carries over.
        heads_first: steps before all others that teach the heads alone, with pictures as large as
            those that follow: new heads would undo what a tower that goes on has learnt.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    steps: int = Field(default=1000, ge=0)
    batch: int = Field(default=16, ge=1)
    lr: float = Field(default=2e-3, gt=0, le=0.1)
    tower: float = Field(default=1.0, gt=0, le=1)
    warmup: float = Field(default=0.05, ge=0, lt=1)
    save_every: int = Field(default=100, ge=1)
    held_out: int = Field(default=0, ge=0)
    small: int = Field(default=168, ge=56, le=1008, multiple_of=28)
    small_part: float = Field(default=0.0, ge=0, le=1)
    heads_first: int = Field(default=0, ge=0)

    @property
    def total(self) -> int:
        """All steps, those of the heads alone among them."""
        return self.heads_first + self.steps

    def heads_alone(self, step: int) -> bool:
        """Whether a step, counted from 0 over all, leaves the tower as it is."""
        return step < self.heads_first

    def edge(self, step: int, picture: int) -> int:
        """Pixels along one side of a step's pictures, ``picture`` of those that are not small."""
        step = max(0, step - self.heads_first)
        return self.small if step < self.small_part * self.steps else picture

    def rate(self, step: int) -> float:
        """The heads' learning rate: the peak while they learn alone, then rising and falling."""
        if self.heads_alone(step):
            return self.lr
        step -= self.heads_first
        rise = max(1.0, self.steps * self.warmup)
        if step < rise:
            return self.lr * (step + 1) / rise
        part = (step - rise) / max(1.0, self.steps - rise)
        return self.lr * (0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * part)))
