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

from assistant.imaging import codestream
from assistant.imaging.layout import Layout, impossible
from assistant.imaging.refusal import malformed, truncated, undecodable, unsupported


def decode(dataset: Dataset, layout: Layout, frame: int) -> NDArray[Any]:
    """One frame as the file stores it, unused bits cleared, color as RGB.

    Args:
        dataset: stripped data set.
        layout: its layout.
        frame: from 0.

    Returns:
        (H, W) integers or floats, or uint8 (H, W, 3).

    Raises:
        AssistantError: IMG-106 cut short, IMG-107 malformed, IMG-109 unknown syntax,
            IMG-110 cannot be decoded, IMG-111 nobody can tell whether values are negative.
    """
    syntax = dataset.file_meta.TransferSyntaxUID
    try:
        decoder = get_decoder(syntax)
    except NotImplementedError as error:
        raise unsupported() from error
    if not decoder.is_available:
        raise unsupported()
    if decoder.is_native:
        _check_native(dataset, layout)
    else:
        _check_encapsulated(dataset, layout, frame, syntax)
    shift = layout.low_bits if decoder.is_native and "PixelData" in dataset else 0
    options: Any = {
        "rows": layout.rows,
        "columns": layout.columns,
        "number_of_frames": layout.frames,
        "samples_per_pixel": layout.samples,
        "photometric_interpretation": layout.photometric,
        "planar_configuration": int(layout.planar),
        "bits_allocated": layout.bits_allocated,
        "bits_stored": layout.bits_stored + shift,
        "pixel_representation": int(layout.signed or False),
    }
    try:
        array, _ = decoder.as_array(dataset, index=frame, **options)
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:  # the RLE decoder, written in Rust, panics outside Exception
        raise undecodable(type(error).__name__) from error
    if shift:
        array = array >> shift
    deep = layout.photometric.startswith("MONOCHROME") and layout.bits_stored > 8
    if layout.signed is None and deep and array.max() >= 1 << (layout.bits_stored - 1):
        raise impossible("PixelRepresentation")
    return _color(dataset, layout, array)


def _check_native(dataset: Dataset, layout: Layout) -> None:
    payload = next(
        dataset[word].value or b""
        for word in ("PixelData", "FloatPixelData", "DoubleFloatPixelData")
        if word in dataset
    )
    if len(payload) * 8 < layout.frame_bits * layout.frames:
        raise truncated("native")


def _check_encapsulated(dataset: Dataset, layout: Layout, frame: int, syntax: uid.UID) -> None:
    """Refuse a frame that lies about itself before the decoder allocates for it."""
    payload = dataset.get("PixelData")
    if not isinstance(payload, bytes):
        raise malformed("PixelData")
    if syntax == uid.RLELossless:  # its lengths are checked by the decoder
        return
    try:
        stream = get_frame(BytesIO(payload), frame, number_of_frames=layout.frames)
    except Exception as error:
        raise malformed(type(error).__name__) from error
    codestream.check_frame(stream, layout.rows, layout.columns, layout.samples)


def _color(dataset: Dataset, layout: Layout, array: NDArray[Any]) -> NDArray[Any]:
    if layout.photometric == "PALETTE COLOR":
        try:
            array = apply_color_lut(array, dataset)
        except Exception as error:
            raise malformed(f"palette {type(error).__name__}") from error
        excess = 8 * array.dtype.itemsize - 8
    elif layout.samples == 1:
        return array
    else:
        excess = max(0, layout.bits_stored - 8)
    return np.asarray(array[..., :3] >> excess).astype(np.uint8)
