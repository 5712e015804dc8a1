"""What is asked: one question for all, or one for each region of the body."""

import re
from dataclasses import dataclass

from assistant.dialogue.scrub import scrub
from assistant.errors import AssistantError
from assistant.imaging.content import suggest
from assistant.imaging.slice import Slice

REGION_OF_PRESET = {"脑": "头颅", "肺": "胸部", "腹部": "腹部"}
"""Regions that a slice's HU tell apart, by the window that suits them."""

_LINE = re.compile(r"\s*(头颅|颈部|胸部|腹部|盆腔|脊柱)\s*[：:]\s*(.*)")


@dataclass(frozen=True)
class Questions:
    """What to ask.

    Attributes:
        default: of every picture that has no question of its own.
        by_region: region and question, for the regions of ``REGION_OF_PRESET``.
    """

    default: str
    by_region: tuple[tuple[str, str], ...] = ()

    def for_slice(self, slice_: Slice) -> str:
        """The question for a slice, by what its HU look like."""
        if not self.by_region:
            return self.default
        return dict(self.by_region).get(region_by_hu(slice_), self.default)


def region_by_hu(slice_: Slice) -> str:
    """The region of the body that a slice's HU look like; "" when they do not tell."""
    return "" if slice_.hu is None else REGION_OF_PRESET.get(suggest(slice_.hu), "")


def parse_questions(text: str, default: str) -> Questions:
    """Questions as a person writes them: a line ``头颅：有无出血？`` is for that region.

    Lines without a region are one question together, for every other picture;
    ``default`` stands in where there is none. What identifies a patient is left out.

    Raises:
        AssistantError: USE-141 a region that cannot be told apart, or one named twice
            or without a question.
    """
    named: dict[str, str] = {}
    others: list[str] = []
    for line in scrub(text).splitlines():
        found = _LINE.fullmatch(line)
        if found is None:
            others.append(line)
            continue
        region, question = found[1], found[2].strip()
        known = "、".join(REGION_OF_PRESET.values())
        if region not in REGION_OF_PRESET.values() or region in named or not question:
            raise AssistantError(
                "USE-141",
                f"分部位的问题“{region}：”无法使用。",
                next_step=f"请每行写“部位：问题”，每个部位一行；能自动分辨的部位是{known}。",
            )
        named[region] = question
    return Questions("\n".join(others).strip() or default, tuple(named.items()))
