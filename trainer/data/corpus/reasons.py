"""Why a row is left out: one code, one name in Chinese for each."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Reason:
    """Why a row is not in the training data.

    Attributes:
        code: as in ``docs/errors.md``.
        name: in Chinese, as the rejects file and the data card show it.
    """

    code: str
    name: str


MISSING_PICTURE = Reason("TRN-520", "缺少图片")
MISSING_TEXT = Reason("TRN-521", "缺少说明文字")
UNREADABLE = Reason("TRN-522", "图片损坏或无法解码")
TOO_SMALL = Reason("TRN-523", "图片过小或空白")
TOO_SHORT = Reason("TRN-524", "说明过短")
OTHER_MODALITY = Reason("TRN-525", "说明写明是其他检查")
UNSTATED = Reason("TRN-526", "说明未写明 CT")
UNLIKE_CT = Reason("TRN-527", "图像不像 CT")
BOXED = Reason("TRN-528", "图上画有方框")
DUPLICATE = Reason("TRN-529", "重复")
MALFORMED = Reason("TRN-530", "对话不完整")
BROKEN_FILE = Reason("TRN-531", "数据文件的这一段损坏")
UNTRANSLATED = Reason("TRN-532", "译文未通过核对，保留英文")

REJECTS = (
    MISSING_PICTURE,
    MISSING_TEXT,
    UNREADABLE,
    TOO_SMALL,
    TOO_SHORT,
    OTHER_MODALITY,
    UNSTATED,
    UNLIKE_CT,
    BOXED,
    DUPLICATE,
    MALFORMED,
    BROKEN_FILE,
)
"""Every reason for which a row is left out; ``UNTRANSLATED`` rows stay, in English."""


def reason_of(code: str) -> Reason:
    """The reason with this code."""
    return next(reason for reason in (*REJECTS, UNTRANSLATED) if reason.code == code)
