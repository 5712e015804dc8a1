import pytest

from assistant.errors import AssistantError
from assistant.imaging import gate


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (b"\0" * 128 + b"DICM\x02\0\0\0UL", "dicom"),
        (b"\x08\x00\x05\x00CS\x0a\x00ISO_IR 100", "dicom"),  # explicit little endian, no preamble
        (b"\x08\x00\x05\x00\x0a\x00\x00\x00ISO_IR 100", "dicom"),  # implicit
        (b"\x00\x08\x00\x05CS\x00\x0aISO_IR 100", "dicom"),  # explicit big endian
        (b"\x02\x00\x00\x00UL\x04\x00\x00\x00\x00\x00", "dicom"),  # file meta without preamble
        (b"\xff\xd8\xff\xe0\x00\x10JFIF", "picture"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "picture"),
    ],
)
def test_kind_by_content(head: bytes, kind: str) -> None:
    assert gate.sniff(head) == kind


@pytest.mark.parametrize(
    ("head", "name"),
    [
        (b"PK\x03\x04\x14\x00", "ZIP"),
        (b"%PDF-1.7\n", "PDF"),
        (b"\x1f\x8b\x08\x00", "GZIP"),
        (b"BM\x36\x00\x0c\x00", "BMP"),
        (b"GIF89a", "GIF"),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 ", "WebP"),
        (b"\x00\x00\x00\x18ftypheic", "HEIC"),
        (b"\x5c\x01\x00\x00" + b"\0" * 340 + b"n+1\0", "NIfTI"),
        ("患者：张三，男".encode(), "文本"),
        ("患者：张三，男".encode("gb18030"), "文本"),
        ("\ufeff<?xml version".encode(), "XML"),
        (b'{"a": 1}', "JSON"),
        (b"\0" * 600, "全为零"),
        (bytes(range(1, 256)), "未知类型"),
        (b"\xff", "未知类型"),
    ],
)
def test_refusal_names_what_it_seems_to_be(head: bytes, name: str) -> None:
    with pytest.raises(AssistantError) as caught:
        gate.sniff(head)
    assert caught.value.code == "IMG-103"
    assert name in caught.value.message


def test_refusal_never_quotes_the_content() -> None:
    with pytest.raises(AssistantError) as caught:
        gate.sniff("患者：张三，男".encode())
    assert "张三" not in str(caught.value) + caught.value.detail


def test_a_character_cut_at_the_end_of_the_head() -> None:
    head = "检查所见".encode()[:-2]
    with pytest.raises(AssistantError, match="文本"):
        gate.sniff(head)


@pytest.mark.parametrize(("size", "code"), [(0, "IMG-102"), (gate.MAX_FILE_BYTES + 1, "IMG-104")])
def test_file_size(size: int, code: str) -> None:
    with pytest.raises(AssistantError, match=code):
        gate.check_size(size)
    gate.check_size(1)
    gate.check_size(gate.MAX_FILE_BYTES)


@pytest.mark.parametrize(
    ("rows", "columns", "frames", "code"),
    [
        (0, 512, 1, "IMG-111"),
        (512, -1, 1, "IMG-111"),
        (512, 512, 0, "IMG-111"),
        (9000, 9000, 1, "IMG-105"),
        (70000, 10, 1, "IMG-105"),
        (512, 512, 10**6, "IMG-105"),
    ],
)
def test_dimensions(rows: int, columns: int, frames: int, code: str) -> None:
    with pytest.raises(AssistantError, match=code):
        gate.check_dimensions(rows, columns, frames)
    gate.check_dimensions(512, 512, 2000)
    gate.check_dimensions(8000, 8000)
