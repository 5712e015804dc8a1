"""What intake hands on: one CT slice or picture, stripped of identity."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from assistant.imaging.voi import Function, Lut
from assistant.imaging.window import Window


@dataclass(frozen=True)
class Notice:
    """A warning about a picture that is shown beside it, with its code."""

    code: str
    message: str


@dataclass(frozen=True, eq=False)
class Slice:
    """One picture, exactly one of ``hu`` and ``gray`` set.

    Attributes:
        hu: int16 or float32 (H, W), Hounsfield units; padding is -1024 or less.
        gray: uint8 (H, W) or (H, W, 3), for JPG, PNG and DICOM that is not CT.
        source: "dicom" or "picture".
        modality: DICOM Modality, or "" for a picture.
        spacing_mm: (row, column) distance of pixel centres in mm, if known.
        orientation: ImageOrientationPatient, six direction cosines, if known.
        position_mm: place along the slice normal in mm, if known.
        number: InstanceNumber, which orders slices whose place is not known.
        series_uid: remapped; the same for all slices of one series, never the file's own.
        frame: index of the frame chosen, from 0; frames: how many the file has.
        pixel_aspect: height of a pixel divided by its width, 1.0 when square or unknown.
        inverted: the file asks for low values to be white (MONOCHROME1); only with ``hu``,
            a ``gray`` picture is already the right way round.
        file_windows: the file's own VOI windows, in its order.
        file_function: how the file wants its windows applied.
        file_lut: the file's VOI lookup table, if any.
        padding: bool (H, W), True where the file says there is no data, if any.
        notices: warnings to show with the picture.
    """

    hu: NDArray[np.int16] | NDArray[np.float32] | None = None
    gray: NDArray[np.uint8] | None = None
    source: Literal["dicom", "picture"] = "picture"
    modality: str = ""
    spacing_mm: tuple[float, float] | None = None
    orientation: tuple[float, float, float, float, float, float] | None = None
    position_mm: float | None = None
    number: int | None = None
    series_uid: str = ""
    frame: int = 0
    frames: int = 1
    pixel_aspect: float = 1.0
    inverted: bool = False
    file_windows: tuple[Window, ...] = ()
    file_function: Function = "LINEAR"
    file_lut: Lut | None = None
    padding: NDArray[np.bool_] | None = None
    notices: tuple[Notice, ...] = ()


@dataclass(frozen=True)
class SliceRef:
    """Which slice a rendered picture came from, without identity.

    Attributes:
        series_uid: remapped series, as in :class:`Slice`.
        index: place of the slice in its series as shown, from 0.
        frame: frame of a multi-frame file, from 0.
    """

    series_uid: str = ""
    index: int = 0
    frame: int = 0


@dataclass(frozen=True, eq=False)
class RenderedImage:
    """The pixels that the page shows and the model sees.

    Attributes:
        pixels: uint8 (H, W, 3), square pixels, patient's right on the picture's left.
        window: the window used, or None for a picture that has no HU.
        window_name: how to name it with the answer, for example "肺 C-600/W1500".
        slice_ref: where it came from.
        sha256: hex digest of shape and pixels; the key of every picture cache.
    """

    pixels: NDArray[np.uint8]
    window: Window | None
    window_name: str
    slice_ref: SliceRef
    sha256: str
