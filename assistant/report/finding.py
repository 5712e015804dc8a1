"""What a finding is."""

from dataclasses import dataclass
from typing import Literal

Side = Literal["左", "右", "双侧", ""]
Status = Literal["有", "无", "可疑"]


@dataclass(frozen=True)
class Finding:
    """One finding.

    Attributes:
        sign: canonical Chinese name, one of ``lexicon.SIGNS``, for example "脑出血".
        site: canonical place, for example "基底节区"; "" when not stated.
        side: the patient's side; "" when the sign has none or none is stated.
        status: present, absent or suspected.
        size_mm: largest diameter or thickness in mm, if stated.
    """

    sign: str
    site: str = ""
    side: Side = ""
    status: Status = "有"
    size_mm: float | None = None
