"""The parts of a report: 检查所见, 诊断意见, 建议."""

import re
import unicodedata
from dataclasses import dataclass
from typing import Literal

Part = Literal["findings", "impression", "advice"]

_HEADINGS: tuple[tuple[Part, tuple[str, ...]], ...] = (
    ("findings", ("检查所见", "影像所见", "影像学表现", "影像学所见", "影像表现", "影像描述",
                  "CT表现",
                  "CT所见", "放射学表现", "放射学所见", "图像描述", "所见", "表现")),
    ("impression", ("诊断意见", "影像诊断", "影像学诊断", "放射学诊断", "诊断印象", "影像印象",
                    "初步诊断",
                    "诊断结果", "诊断结论", "CT诊断", "诊断", "印象", "结论", "意见")),
    ("advice", ("建议", "诊疗建议", "处理建议", "进一步建议", "随访建议")),
)  # fmt: skip
_PART_OF = {heading: part for part, headings in _HEADINGS for heading in headings}
_NAMES = "|".join(sorted(_PART_OF, key=len, reverse=True))
_HEADING = re.compile(rf"(?:(?<=[\s。;])|^)[【\[*#\s]*({_NAMES})[】\]*\s]*(?::|(?<=[】\]])|(?=\n))")

_CIRCLED = re.compile("[①-⑳]")


@dataclass(frozen=True)
class Sections:
    """A report's parts, each "" when missing; text before any heading is ``findings``."""

    findings: str = ""
    impression: str = ""
    advice: str = ""


def normalize(text: str) -> str:
    """NFKC: full-width digits, letters and punctuation (except 。、) become ASCII.

    A circled number, which NFKC would make a digit of the text, begins an item.
    """
    return unicodedata.normalize("NFKC", _CIRCLED.sub("；", text))


def split(text: str) -> Sections:
    """Cut a report at its headings, in normalized form.

    >>> split("检查所见：右肺上叶结节。诊断意见：肺结节。").impression
    '肺结节。'
    """
    text = normalize(text)
    parts: dict[Part, list[str]] = {"findings": [], "impression": [], "advice": []}
    part: Part = "findings"
    start = 0
    for heading in _HEADING.finditer(text):
        parts[part].append(text[start : heading.start()])
        part, start = _PART_OF[heading[1]], heading.end()
    parts[part].append(text[start:])
    joined = {name: "\n".join(filter(None, map(str.strip, said))) for name, said in parts.items()}
    return Sections(joined["findings"], joined["impression"], joined["advice"])
