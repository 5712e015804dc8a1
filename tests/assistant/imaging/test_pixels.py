from collections.abc import Callable

import numpy as np
import pytest
from pydicom import dcmread, uid
from pydicom.dataset import Dataset
from pydicom.encaps import encapsulate
from pydicom.filebase import DicomBytesIO

from assistant.errors import AssistantError
from assistant.imaging.layout import read_layout
from assistant.imaging.pixels import decode

CTMaker = Callable[..., Dataset]


def decoded(ds: Dataset, frame: int = 0) -> np.ndarray:
    ds.set_original_encoding(False, ds.file_meta.TransferSyntaxUID != uid.ExplicitVRBigEndian)
    return decode(ds, read_layout(ds), frame)


@pytest.mark.parametrize("dtype", [np.int8, np.uint8, np.int16, np.uint16, np.int32, np.uint32])
def test_signed_and_unsigned(make_ct: CTMaker, dtype: type) -> None:
    info = np.iinfo(dtype)
    stored = np.array([[info.min, -1 if info.min else 1], [0, info.max]]).astype(dtype)
    assert decoded(make_ct(stored)).tolist() == stored.tolist()


@pytest.mark.parametrize("signed", [0, 1])
def test_garbage_above_the_stored_bits(make_ct: CTMaker, signed: int) -> None:
    stored = np.array([[0x0FFF, 0x0001], [0x0800, 0x0ABC]], np.uint16)
    ds = make_ct(stored | 0xA000, BitsStored=12, HighBit=11, PixelRepresentation=signed)
    expected = np.where((stored >= 0x800) & bool(signed), stored.astype(int) - 4096, stored)
    assert decoded(ds).tolist() == expected.tolist()


def test_garbage_below_the_stored_bits(make_ct: CTMaker) -> None:
    ds = make_ct(np.array([[0xFFF5, 0x0013]], np.uint16), BitsStored=12, HighBit=15)
    assert decoded(ds).tolist() == [[0xFFF, 1]]


def test_a_frame_of_several(make_ct: CTMaker) -> None:
    stored = np.arange(24, dtype=np.int16).reshape(4, 2, 3)
    ds = make_ct(stored, NumberOfFrames=4)
    assert decoded(ds, 2).tolist() == stored[2].tolist()


def test_shorter_than_declared(make_ct: CTMaker) -> None:
    ds = make_ct(np.zeros((4, 4), np.int16), Rows=5)
    with pytest.raises(AssistantError, match="IMG-106"):
        decoded(ds)
    ds = make_ct(np.zeros((4, 4), np.int16), NumberOfFrames=2)
    with pytest.raises(AssistantError, match="IMG-106"):
        decoded(ds)


def test_rgb_by_plane_and_by_pixel(make_ct: CTMaker) -> None:
    color = np.arange(2 * 3 * 3, dtype=np.uint8).reshape(2, 3, 3)
    common = {"Rows": 2, "Columns": 3, "SamplesPerPixel": 3, "PhotometricInterpretation": "RGB"}
    by_pixel = make_ct(color, PlanarConfiguration=0, **common)
    by_plane = make_ct(color.transpose(2, 0, 1).copy(), PlanarConfiguration=1, **common)
    assert decoded(by_pixel).tolist() == color.tolist()
    assert decoded(by_plane).tolist() == color.tolist()


def test_twelve_bit_color_becomes_eight(make_ct: CTMaker) -> None:
    color = np.full((1, 1, 3), 4095, np.uint16)
    ds = make_ct(
        color,
        Rows=1,
        Columns=1,
        SamplesPerPixel=3,
        PhotometricInterpretation="RGB",
        PlanarConfiguration=0,
        BitsStored=12,
        HighBit=11,
    )
    assert decoded(ds).tolist() == [[[255, 255, 255]]]


def test_palette(make_ct: CTMaker) -> None:
    ds = make_ct(np.array([[0, 1, 2]], np.uint8), PhotometricInterpretation="PALETTE COLOR")
    for color, values in (("Red", (0, 100, 255)), ("Green", (0, 0, 9)), ("Blue", (7, 0, 0))):
        setattr(ds, f"{color}PaletteColorLookupTableDescriptor", [3, 0, 16])
        words = np.array(values, np.uint16) << 8
        setattr(ds, f"{color}PaletteColorLookupTableData", words.tobytes())
    assert decoded(ds).tolist() == [[[0, 0, 7], [100, 0, 0], [255, 9, 0]]]


def test_a_palette_without_its_tables(make_ct: CTMaker) -> None:
    ds = make_ct(np.array([[0, 1, 2]], np.uint8), PhotometricInterpretation="PALETTE COLOR")
    with pytest.raises(AssistantError, match="IMG-107"):
        decoded(ds)


@pytest.mark.parametrize("syntax", [uid.MPEG2MPML, uid.UID("1.2.3.4")])
def test_a_syntax_nobody_decodes(make_ct: CTMaker, syntax: uid.UID) -> None:
    ds = make_ct(np.zeros((4, 4), np.int16))
    ds.file_meta.TransferSyntaxUID = syntax
    with pytest.raises(AssistantError, match="IMG-109"):
        decoded(ds)


def test_a_panic_of_the_rle_decoder_is_a_refusal(make_ct: CTMaker) -> None:
    ds = make_ct(np.zeros((4, 4), np.int16))
    ds.file_meta.TransferSyntaxUID = uid.RLELossless
    header = (2).to_bytes(4, "little") + b"\xff\xff\xff\xff" * 15
    ds.PixelData = encapsulate([header + b"\x80" * 8])
    ds["PixelData"].is_undefined_length = True
    with pytest.raises(AssistantError, match="IMG-110"):
        decoded(ds)


@pytest.mark.filterwarnings("ignore:The pixel data is 8320 bytes long")
def test_compressed_pairs_hold_the_same_values(bundled: Callable[[str], bytes]) -> None:
    plain = dcmread(DicomBytesIO(bundled("MR_small.dcm")))
    for name in ("RLE", "jp2klossless", "jpeg_ls_lossless", "bigendian", "implicit", "padded"):
        other = dcmread(DicomBytesIO(bundled(f"MR_small_{name}.dcm")))
        same = decode(other, read_layout(other), 0)
        assert np.array_equal(same, decode(plain, read_layout(plain), 0)), name
