from collections.abc import Callable

import pytest
from pydicom import dcmread
from pydicom.encaps import generate_frames
from pydicom.filebase import DicomBytesIO

from assistant.errors import AssistantError
from assistant.imaging.codestream import Header, check_frame, read_header

Bundled = Callable[[str], bytes]


def first_frame(content: bytes) -> bytes:
    ds = dcmread(DicomBytesIO(content))
    return next(generate_frames(ds.PixelData, number_of_frames=1))


@pytest.mark.parametrize(
    ("name", "header"),
    [
        ("J2K_pixelrep_mismatch.dcm", Header(512, 512, 1, 0x4F)),
        ("GDCMJ2K_TextGBR.dcm", Header(400, 400, 3, 0x4F)),
        ("JPGExtended.dcm", Header(1024, 256, 1, 0xC1)),
        ("SC_rgb_jpeg_dcmtk.dcm", Header(100, 100, 3, 0xC0)),
        ("SC_rgb_jpeg_gdcm.dcm", Header(100, 100, 3, 0xC3)),
        ("MR_small_jpeg_ls_lossless.dcm", Header(64, 64, 1, 0xF7)),
    ],
)
def test_headers_of_real_frames(bundled: Bundled, name: str, header: Header) -> None:
    frame = first_frame(bundled(name))
    assert read_header(frame) == header
    check_frame(frame, header.rows, header.columns, header.samples)


@pytest.mark.parametrize("name", ["J2K_pixelrep_mismatch.dcm", "MR_small_jpeg_ls_lossless.dcm"])
def test_a_cut_frame_is_refused(bundled: Bundled, name: str) -> None:
    frame = first_frame(bundled(name))
    header = read_header(frame)
    assert header is not None
    with pytest.raises(AssistantError, match="IMG-106"):
        check_frame(frame[: len(frame) // 2], header.rows, header.columns, header.samples)


@pytest.mark.parametrize(
    ("rows", "columns", "samples"), [(512, 511, 1), (513, 512, 1), (512, 512, 3)]
)
def test_a_header_that_contradicts_the_file(
    bundled: Bundled, rows: int, columns: int, samples: int
) -> None:
    with pytest.raises(AssistantError, match="IMG-110"):
        check_frame(first_frame(bundled("J2K_pixelrep_mismatch.dcm")), rows, columns, samples)


def test_millions_of_tiles_are_refused(bundled: Bundled) -> None:
    frame = bytearray(first_frame(bundled("J2K_pixelrep_mismatch.dcm")))
    frame[24:32] = (1).to_bytes(4, "big") * 2  # XTsiz, YTsiz
    assert read_header(bytes(frame)) is None
    frame[24:28] = bytes(4)
    assert read_header(bytes(frame)) is None


@pytest.mark.parametrize(
    "stream", [b"", b"\xff\xd8", b"\xff\xd8\xff\xe0\x00\x00" * 9, b"\xff\x4f\xff\x51\0", b"hello"]
)
def test_streams_without_a_header(stream: bytes) -> None:
    assert read_header(stream) is None
