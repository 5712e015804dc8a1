"""A DICOM file as a :class:`Slice`: values, geometry, windows, warnings."""

from dataclasses import replace
from typing import BinaryIO

import numpy as np
from pydicom import uid
from pydicom.dataset import Dataset

from assistant.errors import AssistantError
from assistant.imaging import deidentify, geometry, notice, orientation, pixels, values
from assistant.imaging.dataset import parse
from assistant.imaging.functional import FrameView
from assistant.imaging.layout import Layout, read_layout
from assistant.imaging.refusal import malformed
from assistant.imaging.slice import Notice, Slice

_LOSSY = (uid.JPEGBaseline8Bit, uid.JPEGExtended12Bit, uid.JPEGLSNearLossless)


def read(stream: BinaryIO, size: int, *, frame: int | None, salt: bytes) -> Slice:
    """One frame of a DICOM file.

    Args:
        stream: at its start, seekable.
        size: bytes in the stream.
        frame: from 0; by default the representative frame, else the middle one.
        salt: key of the UID remapping.

    Raises:
        AssistantError: IMG-104 to IMG-112, see ``docs/imaging.md``.
    """
    parsed, guessed = parse(stream, size)
    stripped = deidentify.strip(parsed, salt)
    if broken := stripped.unreadable & deidentify.PIXEL_KEYWORDS:
        raise malformed(", ".join(sorted(broken)))
    clean = stripped.dataset
    layout = read_layout(clean)
    view = FrameView(clean, _choose_frame(clean, frame, layout.frames))
    stripped = deidentify.strip_frame(stripped, parsed, view.frame)
    del parsed
    picture = _with_values(_frame_of(stripped, view, layout.frames), view, layout)
    extra = [notice.SYNTAX_GUESSED] if guessed else []
    extra += [notice.BAD_ATTRIBUTES] if stripped.unreadable else []
    return replace(picture, notices=(*_notices(picture, view), *picture.notices, *extra))


def _choose_frame(clean: Dataset, frame: int | None, frames: int) -> int:
    if frame is None:
        representative = clean.get("RepresentativeFrameNumber")
        if isinstance(representative, int) and 1 <= representative <= frames:
            return representative - 1
        return frames // 2
    if not 0 <= frame < frames:
        raise AssistantError(
            "IMG-112",
            f"没有第 {frame + 1} 帧，该文件共 {frames} 帧。",
            next_step=f"请选择 1 到 {frames} 之间的帧。",
        )
    return frame


def _frame_of(stripped: deidentify.Stripped, view: FrameView, frames: int) -> Slice:
    """Geometry and identity-free names; no values yet."""
    cosines = orientation.read_orientation(view.numbers("ImageOrientationPatient"))
    return Slice(
        source="dicom",
        modality=stripped.modality,
        spacing_mm=geometry.spacing_of(view),
        pixel_aspect=geometry.aspect_of(view),
        orientation=cosines,
        position_mm=geometry.position_of(view, cosines),
        number=geometry.number_of(view),
        series_uid=stripped.series_uid,
        frame=view.frame,
        frames=frames,
    )


def _with_values(blank: Slice, view: FrameView, layout: Layout) -> Slice:
    """``blank`` with HU for a CT that has them, else with gray."""
    stored = pixels.decode(view.dataset, layout, view.frame)
    if stored.ndim == 3:
        said = (notice.NOT_HU,) if blank.modality == "CT" else ()
        return replace(blank, gray=stored, notices=said)
    inverted = layout.photometric == "MONOCHROME1"
    mask = values.padding_mask(view.dataset, layout, stored)
    modal = values.modality_values(view, stored)
    unit = values.unit_of(view)
    if blank.modality == "CT" and unit in ("HU", "unspecified"):
        assumed = (notice.HU_ASSUMED,) if unit == "unspecified" else ()
        polarity = (notice.INVERTED,) if inverted else ()
        blank = replace(blank, padding=mask, inverted=inverted, notices=(*assumed, *polarity))
        return _with_hu(blank, view, modal)
    said = ()
    if blank.modality == "CT":
        said = (notice.NO_RESCALE if unit == "missing" else notice.NOT_HU,)
    gray = values.to_gray(modal, view, mask, inverted)
    return replace(blank, gray=gray, padding=mask, notices=said)


def _with_hu(blank: Slice, view: FrameView, hu: values.Values) -> Slice:
    if blank.padding is not None:
        hu[blank.padding] = np.minimum(hu[blank.padding], values.PADDING_HU)
    windows, function = values.file_windows(view)
    return replace(
        blank,
        hu=hu,
        file_windows=windows,
        file_function=function,
        file_lut=values.file_lut(view, hu),
    )


def _notices(picture: Slice, view: FrameView) -> list[Notice]:
    """Warnings from what the file says about itself, most important first."""
    said: list[Notice] = []
    kinds = set(view.words("FrameType") or view.words("ImageType"))
    burned = "".join(view.words("BurnedInAnnotation")[:1])
    original = not kinds & {"DERIVED", "SECONDARY", "SCREEN SAVE"}
    if burned not in ("", "NO"):
        said.append(notice.BURNED_IN)
    elif not burned and not (original and picture.hu is not None):
        said.append(notice.MAYBE_BURNED_IN)
    if picture.modality != "CT":
        said.append(notice.not_ct(picture.modality))
    if "LOCALIZER" in kinds:
        said.append(notice.LOCALIZER)
    if "SCREEN SAVE" in kinds:
        said.append(notice.SCREEN)
    elif not original:
        said.append(notice.DERIVED)
    if view.words("LossyImageCompression")[:1] == ("01",) or (
        view.dataset.file_meta.TransferSyntaxUID in _LOSSY
    ):
        said.append(notice.LOSSY)
    if picture.frames > 1:
        said.append(notice.frame_shown(picture.frame, picture.frames))
    if picture.modality == "CT" and picture.orientation is None:
        said.append(notice.NO_ORIENTATION)
    if orientation.plan(picture.orientation):
        said.append(notice.REORIENTED)
    return said
