"""Rectangles that were drawn into a picture: regions of interest burned in."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

BLOCK = 4
"""Pixels along a line that are judged together: three of four must belong to it."""
_RUN = 5
_GAP = 5
_REACH = 4
_CONTRAST = 28
_SLACK = 2 * BLOCK + 1
_COVER = 0.7
_MOST_LINES = 64


@dataclass(frozen=True)
class Line:
    """A straight line: at ``place`` across, from ``start`` up to ``stop`` along, in pixels."""

    place: int
    start: int
    stop: int


def has_box(grey: Image.Image, chroma: Image.Image | None) -> bool:
    """A rectangle's outline of at least about 24 pixels a side is drawn into the picture.

    Looks for four thin lines, in colour or lighter or darker than what lies on both sides, that
    close. A frame around the whole picture is none. Filled, dashed and rotated ones go unseen.

    Args:
        grey: mode L.
        chroma: mode L, 255 where a pixel is coloured; None in a grey picture.
    """
    if chroma is not None:
        mask = np.asarray(chroma) > 0
        if _closes(_lines(mask), _lines(np.ascontiguousarray(mask.T)), grey.size):
            return True
    upright = np.asarray(grey)
    turned = np.ascontiguousarray(upright.T)
    for ridge in (_lighter, _darker):
        rows = _lines(ridge(upright))
        if len(rows) > 1 and _closes(rows, _lines(ridge(turned)), grey.size):
            return True
    return False


def _lighter(grey: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Pixels well above those ``_REACH`` rows before and after them."""
    found = np.zeros(grey.shape, np.bool_)
    around = np.maximum(grey[: -2 * _REACH], grey[2 * _REACH :])
    found[_REACH:-_REACH] = grey[_REACH:-_REACH] > np.minimum(around, 255 - _CONTRAST) + _CONTRAST
    return found


def _darker(grey: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Pixels well below those ``_REACH`` rows before and after them."""
    found = np.zeros(grey.shape, np.bool_)
    around = np.minimum(grey[: -2 * _REACH], grey[2 * _REACH :])
    found[_REACH:-_REACH] = grey[_REACH:-_REACH] < np.maximum(around, _CONTRAST) - _CONTRAST
    return found


def _lines(mask: NDArray[np.bool_]) -> list[Line]:
    """Horizontal runs of the mask, longest first."""
    width = mask.shape[1] // BLOCK * BLOCK
    if width < _RUN * BLOCK:
        return []
    # Four flags read as one number: its bits are the pixels set.
    packed = np.ascontiguousarray(mask[:, :width]).view(np.uint32)
    blocks = np.bitwise_count(packed) >= BLOCK - 1
    full = np.flatnonzero(np.count_nonzero(blocks, axis=1) >= _RUN)
    lines = [
        Line(int(row), start * BLOCK, stop * BLOCK)
        for row in full
        for start, stop in _spans(blocks[row])
    ]
    return sorted(lines, key=lambda line: line.start - line.stop)[:_MOST_LINES]


def _spans(blocks: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Runs of set blocks long enough to count, then joined over short gaps."""
    edges = np.flatnonzero(np.diff(np.concatenate(([0], blocks.view(np.int8), [0]))))
    spans: list[tuple[int, int]] = []
    for start, stop in edges.reshape(-1, 2).tolist():
        if stop - start < _RUN - 2:
            continue
        if spans and start - spans[-1][1] <= _GAP:
            spans[-1] = (spans[-1][0], stop)
        else:
            spans.append((start, stop))
    return [span for span in spans if span[1] - span[0] >= _RUN]


def _closes(rows: list[Line], columns: list[Line], size: tuple[int, int]) -> bool:
    if len(rows) < 2 or len(columns) < 2:
        return False
    for one, top in enumerate(rows):
        for bottom in rows[one + 1 :]:
            first, last = sorted((top.place, bottom.place))
            same = abs(top.start - bottom.start) <= _SLACK and abs(top.stop - bottom.stop) <= _SLACK
            if not same or last - first < _RUN * BLOCK:
                continue
            left, right = (top.start + bottom.start) / 2, (top.stop + bottom.stop) / 2
            frame = first < size[1] * 0.03 and last > size[1] * 0.97
            if frame and left < size[0] * 0.03 and right > size[0] * 0.97:
                continue
            if _side(columns, left, first, last) and _side(columns, right, first, last):
                return True
    return False


def _side(columns: list[Line], place: float, first: int, last: int) -> bool:
    covered = (
        min(column.stop, last) - max(column.start, first)
        for column in columns
        if abs(column.place - place) <= _SLACK
    )
    return max(covered, default=0) >= _COVER * (last - first)
