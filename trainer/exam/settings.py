"""The ``evaluate`` section of a pipeline."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Losses(_Section):
    """What a step (base to SFT, SFT to merged, merged to each 4-bit form) may lose, as a share.

    Attributes:
        right: of answers that are entirely right.
        f1: of F1 over signs with their sides.
        urgent: of urgent slices whose answer has an urgent finding.
        least: with fewer pictures in common the gate only reports.
    """

    right: float = Field(default=0.05, ge=0, le=1)
    f1: float = Field(default=0.05, ge=0, le=1)
    urgent: float = Field(default=0.10, ge=0, le=1)
    least: int = Field(default=30, ge=1)


class Evaluate(_Section):
    """The examination.

    Attributes:
        questions: ``phantoms``: slices of unseen seeds, their truth exact; ``held_out``: the
            pictures that ``prepare`` held out, their truth read from the texts beside them.
        pictures: how many of them, for the quantised model.
        variant_pictures: how many of them the other variants (base, SFT, merged, NF4) are
            shown; 0 leaves the others out.
        strangers: pictures that are no CT.
        rephrased: how many are shown again with ``another_question``.
        follow_ups: how many are asked about further in the same conversation.
        seed: first seed; those of training data end below the least.
        max_tokens: most tokens of an answer.
        another_question: asks for a report in words that training never used.
        yes_no_question: the fixed question whose next token gives P(异常).
        abnormal_answer: how its answer begins for an abnormal slice.
        goal: share that must be right, or the stage fails; 0 never fails.
        losses: what quantising and the other steps may cost, or the stage fails.
    """

    questions: Literal["phantoms", "held_out"] = "phantoms"
    pictures: int = Field(default=500, ge=1)
    variant_pictures: int = Field(default=100, ge=0)
    strangers: int = Field(default=60, ge=0)
    rephrased: int = Field(default=100, ge=0)
    follow_ups: int = Field(default=100, ge=0)
    seed: int = Field(default=900_000_000, ge=900_000_000)
    max_tokens: int = Field(default=320, ge=16)
    another_question: str = Field(default="麻烦看一下这幅CT，说说所见和您的诊断", min_length=1)
    yes_no_question: str = Field(default="这张CT正常吗？", min_length=1)
    abnormal_answer: str = Field(default="不正常", min_length=1)
    goal: float = Field(default=0.0, ge=0, le=1)
    losses: Losses = Losses()
