import zlib
from collections.abc import Callable
from io import BytesIO

import numpy as np
import pytest
from pydicom import uid
from pydicom.dataset import Dataset

from assistant.errors import AssistantError
from assistant.imaging import dataset as parser
from assistant.imaging import gate

CTMaker = Callable[..., Dataset]
Save = Callable[[Dataset], bytes]
SYNTAXES = [uid.ImplicitVRLittleEndian, uid.ExplicitVRLittleEndian, uid.ExplicitVRBigEndian]


def parse(content: bytes) -> tuple[Dataset, bool]:
    return parser.parse(BytesIO(content), len(content))


def as_syntax(ds: Dataset, syntax: uid.UID) -> Dataset:
    ds.file_meta.TransferSyntaxUID = syntax
    if syntax == uid.ExplicitVRBigEndian:
        ds["PixelData"].value = np.frombuffer(ds.PixelData, "<i2").astype(">i2").tobytes()
    return ds


def meta_end(content: bytes) -> int:
    """Where the file meta ends: its group length stands at byte 140."""
    return 144 + int.from_bytes(content[140:144], "little")


@pytest.mark.parametrize("syntax", SYNTAXES)
@pytest.mark.parametrize("cut", ["nothing", "preamble", "file meta"])
def test_with_and_without_what_comes_before(
    make_ct: CTMaker, save: Save, syntax: uid.UID, cut: str
) -> None:
    content = save(as_syntax(make_ct(np.arange(12, dtype=np.int16).reshape(3, 4)), syntax))
    start = {"nothing": 0, "preamble": 132, "file meta": meta_end(content)}[cut]
    parsed, guessed = parse(content[start:])
    assert guessed == (cut == "file meta")
    assert parsed.file_meta.TransferSyntaxUID == syntax
    assert (parsed.Rows, parsed.Columns) == (3, 4)
    order = ">i2" if syntax == uid.ExplicitVRBigEndian else "<i2"
    assert np.frombuffer(parsed.PixelData, order).tolist() == list(range(12))


@pytest.mark.parametrize("syntax", SYNTAXES)
def test_identity_is_not_even_read(make_ct: CTMaker, save: Save, syntax: uid.UID) -> None:
    parsed, _ = parse(save(as_syntax(make_ct(np.zeros((3, 4), np.int16)), syntax)))
    assert "PatientName" not in parsed
    assert "AccessionNumber" not in parsed


def test_deflated(make_ct: CTMaker, save: Save) -> None:
    content = save(
        as_syntax(make_ct(np.ones((3, 4), np.int16)), uid.DeflatedExplicitVRLittleEndian)
    )
    parsed, _ = parse(content)
    assert np.frombuffer(parsed.PixelData, "<i2").tolist() == [1] * 12


def test_a_deflated_bomb(make_ct: CTMaker, save: Save, monkeypatch: pytest.MonkeyPatch) -> None:
    content = save(
        as_syntax(make_ct(np.zeros((500, 500), np.int16)), uid.DeflatedExplicitVRLittleEndian)
    )
    assert len(content) < 10_000
    monkeypatch.setattr(parser, "MAX_FILE_BYTES", 100_000)
    with pytest.raises(AssistantError, match="IMG-104"):
        parse(content)
    assert gate.MAX_FILE_BYTES > 100_000


def test_deflated_rubbish(make_ct: CTMaker, save: Save) -> None:
    content = save(
        as_syntax(make_ct(np.ones((3, 4), np.int16)), uid.DeflatedExplicitVRLittleEndian)
    )
    start = meta_end(content)
    with pytest.raises(AssistantError, match="IMG-107"):
        parse(content[:start] + b"\xff" * 64)
    packed = zlib.compressobj(wbits=-15)
    empty = packed.compress(b"") + packed.flush()
    with pytest.raises(AssistantError, match="IMG-107"):
        parse(content[:start] + empty)


def test_cut_short(make_ct: CTMaker, save: Save) -> None:
    content = save(make_ct(np.zeros((30, 40), np.int16)))
    for end in (len(content) - 1, len(content) - 2000, meta_end(content) + 40):
        with pytest.raises(AssistantError, match="IMG-106"):
            parse(content[:end])


def test_what_follows_the_pixels_may_be_cut(make_ct: CTMaker, save: Save) -> None:
    ds = make_ct(np.zeros((30, 40), np.int16))
    ds.add_new(0xFFFCFFFC, "OB", b"\0" * 400)
    assert "PixelData" in parse(save(ds)[:-100])[0]


def test_no_picture(make_ct: CTMaker, save: Save) -> None:
    with pytest.raises(AssistantError, match="IMG-108"):
        parse(save(make_ct(np.zeros((3, 4), np.int16), PixelData=None)))


def test_a_preamble_and_nothing_else() -> None:
    with pytest.raises(AssistantError, match="IMG-107"):
        parse(b"\0" * 128 + b"DICM")


@pytest.mark.parametrize(
    ("name", "syntax"),
    [
        ("J2K_pixelrep_mismatch.dcm", uid.JPEG2000),
        ("SC_rgb_jpeg_dcmtk.dcm", uid.JPEGBaseline8Bit),
        ("JPGExtended.dcm", uid.JPEGExtended12Bit),
        ("SC_rgb_jpeg_gdcm.dcm", uid.JPEGLosslessSV1),
        ("MR_small_jpeg_ls_lossless.dcm", uid.JPEGLSNearLossless),
        ("MR_small_RLE.dcm", uid.RLELossless),
    ],
)
def test_compressed_without_file_meta(
    bundled: Callable[[str], bytes], name: str, syntax: uid.UID
) -> None:
    content = bundled(name)
    parsed, guessed = parse(content[meta_end(content) :])
    assert guessed
    assert parsed.file_meta.TransferSyntaxUID == syntax
