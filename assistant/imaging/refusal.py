"""Refusals that several steps of intake share; none quotes a value from the file."""

from assistant.errors import AssistantError

_AGAIN = "请重新从 PACS 导出或重新拷贝该文件。"


def truncated(detail: str = "") -> AssistantError:
    """IMG-106: the file or its pixel data ends too early."""
    return AssistantError("IMG-106", "文件不完整，中途就结束了。", next_step=_AGAIN, detail=detail)


def malformed(detail: str) -> AssistantError:
    """IMG-107: the structure makes no sense; ``detail`` names a keyword or an exception."""
    return AssistantError(
        "IMG-107", "DICOM 文件结构已损坏，无法读取。", next_step=_AGAIN, detail=detail
    )


def unsupported() -> AssistantError:
    """IMG-109: a transfer syntax that no decoder knows."""
    return AssistantError(
        "IMG-109",
        "不支持该文件的压缩方式（传输语法）。",
        next_step="请从 PACS 以不压缩或 JPEG 2000 方式重新导出。",
    )


def undecodable(detail: str) -> AssistantError:
    """IMG-110: pixel data that is damaged or contradicts the file."""
    return AssistantError(
        "IMG-110",
        "像素数据已损坏或与声明不符，无法解码。",
        next_step="请重新从 PACS 导出该图像，必要时选择不压缩。",
        detail=detail,
    )
