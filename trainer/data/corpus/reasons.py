"""Why a row is left out: one code, one name in Chinese for each."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Reason:
    """Why a row is not in the training data.

    Attributes:
        code: as in ``docs/errors.md``.
        name: in Chinese, as the rejects file and the data card show it.
        next_step: what to do about it.
    """

    code: str
    name: str
    next_step: str


MISSING_PICTURE = Reason("TRN-520", "缺少图片", "请补上图片，或核对说明文件中的文件名。")
MISSING_TEXT = Reason("TRN-521", "缺少说明文字", "请补上说明文字，或核对说明一列的列名。")
UNREADABLE = Reason("TRN-522", "图片损坏或无法解码", "请重新导出或重新下载这张图片。")
TOO_SMALL = Reason(
    "TRN-523", "图片过小或空白", "请使用原始分辨率的图片；下限由 select.min_side 设定。"
)
TOO_SHORT = Reason(
    "TRN-524", "说明过短", "请补充说明；下限由 select.min_words 与 select.min_characters 设定。"
)
OTHER_MODALITY = Reason(
    "TRN-525", "说明写明是其他检查", "只收 CT；若判断有误，请在说明中先写明 CT。"
)
UNSTATED = Reason(
    "TRN-526",
    "说明未写明 CT",
    "若来源确为 CT，请在该来源设 modality: ct，或设 select.unstated: keep。",
)
UNLIKE_CT = Reason("TRN-527", "图像不像 CT", "请确认图片是 CT 层面，而不是彩色图、照片或图表。")
BOXED = Reason("TRN-528", "图上画有方框", "请换用没有画框的原图；确要保留请设 select.boxes: keep。")
DUPLICATE = Reason("TRN-529", "重复", "无需处理；判断范围由 select.duplicates 设定。")
MALFORMED = Reason("TRN-530", "对话不完整", "请补全为一问一答交替、图片与 <image> 相符的对话。")
BROKEN_FILE = Reason("TRN-531", "数据文件的这一段损坏", "请重新下载该分片；其余部分已正常处理。")
UNTRANSLATED = Reason(
    "TRN-532", "译文未通过核对，保留英文", "可换用更好的翻译模型后重新运行；译好的部分不会重译。"
)

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
