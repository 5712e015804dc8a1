"""The door of intake: what a file is, by its content, and whether it is too large.

Nothing here decodes; every limit is checked before memory is spent on pixels.
"""

import struct
from typing import Literal

from assistant.errors import AssistantError

Kind = Literal["dicom", "picture"]

MAX_FILE_BYTES = 512 * 2**20
MAX_PIXELS = 64 * 10**6  # one frame
MAX_TOTAL_PIXELS = 4 * 10**9  # declared rows x columns x frames
MAX_SIDE = 65535
HEAD_BYTES = 4096

_DICOM_GROUPS = (0x0002, 0x0008)
_VALUE_REPRESENTATIONS = frozenset(
    b"AE AS AT CS DA DS DT FL FD IS LO LT OB OD OF OL OV OW PN SH SL SQ SS ST SV TM UC UI UL "
    b"UN UR US UT UV".split()
)
_OTHER_KINDS = (
    (b"PK\x03\x04", "ZIP 压缩包（或 Office 文档）"),
    (b"PK\x05\x06", "空的 ZIP 压缩包"),
    (b"\x1f\x8b", "GZIP 压缩文件"),
    (b"7z\xbc\xaf\x27\x1c", "7z 压缩包"),
    (b"Rar!\x1a\x07", "RAR 压缩包"),
    (b"BZh", "BZIP2 压缩文件"),
    (b"\xfd7zXZ\x00", "XZ 压缩文件"),
    (b"%PDF", "PDF 文档"),
    (b"GIF8", "GIF 图片"),
    (b"BM", "BMP 图片"),
    (b"II*\x00", "TIFF 图片"),
    (b"MM\x00*", "TIFF 图片"),
    (b"\x00\x00\x00\x0cjP  ", "JPEG 2000 图片"),
    (b"\xff\x4f\xff\x51", "JPEG 2000 码流"),
    (b"NRRD", "NRRD 体数据"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "旧版 Office 文档"),
    (b"MZ", "Windows 程序"),
    (b"\x7fELF", "Linux 程序"),
    (b"SQLite format 3\x00", "SQLite 数据库"),
)


def check_size(size: int) -> None:
    """Refuse an empty file (IMG-102) and one that is too large (IMG-104)."""
    if size == 0:
        raise AssistantError(
            "IMG-102", "文件是空的。", next_step="请重新从 PACS 导出，或换一个文件。"
        )
    if size > MAX_FILE_BYTES:
        raise AssistantError(
            "IMG-104",
            f"文件过大（{size / 2**20:.0f} MB），上限为 {MAX_FILE_BYTES // 2**20} MB。",
            next_step="请只导出需要的那一层，或拆分多帧文件。",
        )


def check_dimensions(rows: int, columns: int, frames: int = 1) -> None:
    """Refuse declared dimensions that are impossible (IMG-111) or too large (IMG-105)."""
    if rows < 1 or columns < 1 or frames < 1:
        raise AssistantError(
            "IMG-111",
            f"图像尺寸声明无效（{rows} 行 × {columns} 列 × {frames} 帧）。",
            next_step="请重新从 PACS 导出该图像。",
        )
    pixels = rows * columns
    if pixels > MAX_PIXELS or max(rows, columns) > MAX_SIDE or pixels * frames > MAX_TOTAL_PIXELS:
        raise too_large(f"{rows} 行 × {columns} 列 × {frames} 帧")


def too_large(what: str) -> AssistantError:
    """IMG-105."""
    return AssistantError(
        "IMG-105",
        f"图像尺寸过大（{what}），单帧上限为 {MAX_PIXELS // 10**6} 百万像素。",
        next_step="请导出较小的图像，或只导出需要的那一层。",
    )


def sniff(head: bytes) -> Kind:
    """What a file is, from its first ``HEAD_BYTES`` bytes.

    Raises:
        AssistantError: IMG-103, naming what the file seems to be.
    """
    if head[128:132] == b"DICM":
        return "dicom"
    if head.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")):
        return "picture"
    if _starts_with_element(head):
        return "dicom"
    raise AssistantError(
        "IMG-103",
        f"这不是可以阅片的图像，看起来是{_seems(head)}。",
        next_step="请选择 DICOM、JPG 或 PNG 文件；压缩包请先解压。",
    )


def _starts_with_element(head: bytes) -> bool:
    """True for a DICOM data set without preamble, in any of the three encodings."""
    if len(head) < 8:
        return False
    little_group, little_element, length = struct.unpack("<HHI", head[:8])
    explicit = head[4:6] in _VALUE_REPRESENTATIONS
    if little_group in _DICOM_GROUPS and little_element <= 0x1040:
        return explicit or length <= 0x10000
    big_group, big_element = struct.unpack(">HH", head[:4])
    return explicit and big_group in _DICOM_GROUPS and big_element <= 0x1040


def _seems(head: bytes) -> str:
    for signature, name in _OTHER_KINDS:
        if head.startswith(signature):
            return name
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "WebP 图片"
    if head[4:8] == b"ftyp":
        return "视频或 HEIC 图片"
    if head[344:348] in (b"n+1\x00", b"ni1\x00"):
        return "NIfTI 体数据"
    if not head.strip(b"\x00"):
        return "全为零的损坏文件"
    return _seems_text(head) or "未知类型的二进制文件"


def _seems_text(head: bytes) -> str:
    for encoding in ("utf-8", "gb18030"):
        # The head may end inside a character of up to four bytes.
        for end in range(len(head), max(len(head) - 4, 0), -1):
            try:
                text = head[:end].decode(encoding)
            except UnicodeDecodeError:
                continue
            if any(ord(mark) < 32 and mark not in "\t\n\r\f" for mark in text):
                break
            start = text.lstrip("\ufeff \t\r\n")[:1]
            names = {"<": "网页或 XML 文本", "{": "JSON 文本", "[": "JSON 文本"}
            return names.get(start, "文本文件")
    return ""
