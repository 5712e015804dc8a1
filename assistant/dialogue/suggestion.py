"""A question to choose, and when it makes sense."""

from dataclasses import dataclass
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

When = Literal["always", "unasked", "answered", "found", "sided", "unfound"]


@dataclass(frozen=True)
class Situation:
    """What is known of the picture that the next question is about.

    Attributes:
        region: of the body, "" when it cannot be told.
        asked: questions that were answered about it.
        found: something abnormal was reported.
        sided: something of which a side is to be stated was reported.
    """

    region: str = ""
    asked: frozenset[str] = frozenset()
    found: bool = False
    sided: bool = False


class Suggestion(BaseModel):
    """One suggestion.

    Attributes:
        label: what stands on its button.
        ask: what the model is asked.
        when: "unasked" before the first answer about the picture, "answered" after it;
            "found" once something abnormal was reported, "sided" if that has a side,
            "unfound" as long as nothing was; "always" also when it was asked already.
        region: only for pictures of this region of the body; "" for all.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    label: str = Field(min_length=1)
    ask: str = Field(min_length=1)
    when: When = "always"
    region: str = ""

    @classmethod
    def fixed(cls, question: str) -> "Suggestion":
        """A question that always stands there, in full."""
        return cls(label=question, ask=question)

    def suits(self, situation: Situation) -> bool:
        """Whether it makes sense to ask this now."""
        if self.region and self.region != situation.region:
            return False
        if self.when == "always":
            return True
        return (
            self.ask not in situation.asked
            and {
                "unasked": not situation.asked,
                "answered": bool(situation.asked),
                "found": situation.found,
                "sided": situation.sided,
                "unfound": not situation.found,
            }[self.when]
        )
