"""Stored values of one frame of a DICOM data set."""

from io import BytesIO
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydicom import uid
from pydicom.dataset import Dataset
from pydicom.encaps import get_frame
from pydicom.pixels.decoders.base import get_decoder
from pydicom.pixels.processing import apply_color_lut
from pydicom.pixels.utils import as_pixel_options

from assistant.errors import AssistantError
from assistant.imaging import codestream, gate
from assistant.imaging.dataset import malformed, unsupported

_NEEDED = ("Rows", "Columns", "BitsAllocated", "PhotometricInterpretation")


def count_frames(dataset: Dataset) -> int:
    """Declared frames, after the declared size passed the gate.

    Raises:
        AssistantError: IMG-105 too large, IMG-111 missing or impossible attributes.
    """
    missing = [word for word in _NEEDED if dataset.get(word) in (None, "")]
    if missing:
        raise AssistantError(
            "IMG-111",
            f"DICOM 文件缺少必需的图像属性（{'、'.join(missing)}）或其值无效。",
            next_step="请重新从 PACS 导出该图像。",
        )
    frames = int(dataset.get("NumberOfFrames") or 1)
    gate.check_dimensions(int(dataset.Rows), int(dataset.Columns), frames)
    return frames


def decode(dataset: Dataset, frame: int) -> NDArray[Any]:
    """One frame as the file stores it, unused bits cleared, color as RGB.

    Args:
        dataset: stripped data set; ``count_frames`` has accepted it.
        frame: from 0.

    Returns:
        (H, W) integers or floats, or uint8 (H, W, 3).

    Raises:
        AssistantError: IMG-106 cut short, IMG-109 unknown syntax, IMG-110 cannot be decoded.
    """
    syntax = dataset.file_meta.TransferSyntaxUID
    try:
        decoder = get_decoder(syntax)
    except NotImplementedError as error:
        raise unsupported() from error
    if not decoder.is_available:
        raise unsupported()
    options = _options(dataset)
    if decoder.is_encapsulated:
        _check_encapsulated(dataset, frame, syntax)
    elif not _is_long_enough(dataset, frame):
        raise AssistantError(
            "IMG-106",
            "像素数据比声明的短，文件可能被截断。",
            next_step="请重新从 PACS 导出或重新拷贝该文件。",
        )
    shift = _low_garbage_bits(dataset, decoder.is_native)
    if shift:
        options["bits_stored"] += shift
    try:
        array, _ = decoder.as_array(dataset, index=frame, **options)
    except Exception as error:
        raise AssistantError(
            "IMG-110",
            "像素数据已损坏或与声明不符，无法解码。",
            next_step="请重新从 PACS 导出该图像，必要时选择不压缩。",
            detail=type(error).__name__,
        ) from error
    if shift:
        array = array >> shift
    return _color(dataset, array)


def _options(dataset: Dataset) -> dict[str, Any]:
    """Decoding options, with what the standard leaves no choice about filled in."""
    fill: dict[str, Any] = {}
    samples = int(dataset.get("SamplesPerPixel") or 1)
    fill["samples_per_pixel"] = samples
    fill["bits_stored"] = int(dataset.get("BitsStored") or dataset.BitsAllocated)
    fill["pixel_representation"] = int(dataset.get("PixelRepresentation") or 0)
    if samples > 1:
        fill["planar_configuration"] = int(dataset.get("PlanarConfiguration") or 0)
    return as_pixel_options(dataset, **fill)


def _check_encapsulated(dataset: Dataset, frame: int, syntax: uid.UID) -> None:
    """Refuse a frame that lies about itself before the decoder allocates for it."""
    if not isinstance(dataset.get("PixelData"), bytes):
        raise malformed("PixelData")
    if syntax == uid.RLELossless:
        return
    try:
        stream = get_frame(
            BytesIO(dataset.PixelData),
            frame,
            number_of_frames=int(dataset.get("NumberOfFrames") or 1),
        )
    except Exception as error:
        raise malformed(type(error).__name__) from error
    samples = int(dataset.get("SamplesPerPixel") or 1)
    codestream.check_frame(stream, int(dataset.Rows), int(dataset.Columns), samples)


def _is_long_enough(dataset: Dataset, frame: int) -> bool:
    for word in ("PixelData", "FloatPixelData", "DoubleFloatPixelData"):
        if word in dataset:
            stored = len(dataset[word].value or b"")
    samples = int(dataset.get("SamplesPerPixel") or 1)
    bits = int(dataset.Rows) * int(dataset.Columns) * samples * int(dataset.BitsAllocated)
    if dataset.PhotometricInterpretation == "YBR_FULL_422":
        bits = bits * 2 // 3
    return stored * 8 >= bits * (frame + 1)


def _low_garbage_bits(dataset: Dataset, native: bool) -> int:
    """Bits below the stored value, of old files whose High Bit is not Bits Stored - 1."""
    high, stored = dataset.get("HighBit"), dataset.get("BitsStored")
    if not native or high is None or not stored or "PixelData" not in dataset:
        return 0
    shift = int(high) + 1 - int(stored)
    return shift if shift > 0 and int(high) < int(dataset.BitsAllocated) else 0


def _color(dataset: Dataset, array: NDArray[Any]) -> NDArray[Any]:
    if dataset.PhotometricInterpretation == "PALETTE COLOR":
        try:
            array = apply_color_lut(array, dataset)
        except Exception as error:
            raise malformed(f"palette {type(error).__name__}") from error
        bits = 16 if array.dtype.itemsize > 1 else 8
    elif array.ndim == 3:
        bits = array.dtype.itemsize * 8
    else:
        return array
    if array.ndim != 3 or array.shape[2] not in (3, 4):
        raise malformed("samples per pixel")
    return np.asarray(array[..., :3] >> (bits - 8) if bits > 8 else array[..., :3]).astype(np.uint8)
