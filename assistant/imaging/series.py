"""Slices that belong together, in the order of their place in the patient."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from assistant.imaging.slice import Notice, Slice

SAME_PLACE_MM = 0.01
SAME_DIRECTION = 0.05  # largest difference of a cosine, about three degrees
GAP_FACTOR = 1.5
NUMBERED = Notice("IMG-223", "该序列没有层面位置，按文件内的编号排列，请核对上下顺序。")
AS_GIVEN = Notice("IMG-224", "该序列没有层面位置和编号，按放入的先后排列，顺序不一定对。")


@dataclass(frozen=True, eq=False)
class Series:
    """One series in one orientation.

    Attributes:
        slices: ascending along the slice normal (axial: from the feet to the head);
            those without a known position come last, by their number, else as given.
        members: for each slice, its index in what was given.
        spacing_mm: usual distance of neighbouring slices, if there are two places.
        gaps: index i where slices are missing between i and i + 1.
        duplicates: index of each slice at the same place as the one before it.
        notices: gaps, duplicates and an order that is not by place, in words.
    """

    slices: tuple[Slice, ...]
    members: tuple[int, ...]
    spacing_mm: float | None = None
    gaps: tuple[int, ...] = ()
    duplicates: tuple[int, ...] = ()
    notices: tuple[Notice, ...] = ()

    @property
    def middle(self) -> Slice:
        """The slice in the middle, where the organs are: the series' window is chosen by it."""
        return self.slices[len(self.slices) // 2]


def sort_series(slices: Sequence[Slice]) -> tuple[Series, ...]:
    """Group slices by series and orientation, in order of first appearance, and sort each.

    A slice without a series, such as a JPG, is a series of its own.
    """
    groups: list[list[int]] = []
    for index, slice_ in enumerate(slices):
        for members in groups:
            if _belongs(slice_, slices[members[0]]):
                members.append(index)
                break
        else:
            groups.append([index])
    return tuple(_sorted(slices, members) for members in groups)


def _belongs(slice_: Slice, first: Slice) -> bool:
    if not slice_.series_uid or slice_.series_uid != first.series_uid:
        return False
    if slice_.orientation is None or first.orientation is None:
        return slice_.orientation is first.orientation
    turned = np.subtract(slice_.orientation, first.orientation)
    return bool(np.abs(turned).max() < SAME_DIRECTION)


def _sorted(slices: Sequence[Slice], members: list[int]) -> Series:
    def place(index: int) -> tuple[int, float]:
        slice_ = slices[index]
        if slice_.position_mm is not None:
            return 0, slice_.position_mm
        return (1, float(slice_.number)) if slice_.number is not None else (2, 0.0)

    members = sorted(members, key=place)
    ordered = tuple(slices[index] for index in members)
    series = Series(ordered, tuple(members))
    positions = [found.position_mm for found in ordered if found.position_mm is not None]
    return _described(series, np.diff(np.array(positions, dtype=np.float64)))


def _unplaced(slices: Sequence[Slice]) -> tuple[Notice, ...]:
    """A warning where several slices are not in the order of their places."""
    unplaced = [slice_ for slice_ in slices if slice_.position_mm is None]
    if len(unplaced) < 2:
        return ()
    return (NUMBERED if all(one.number is not None for one in unplaced) else AS_GIVEN,)


def _described(series: Series, steps: NDArray[np.float64]) -> Series:
    """``series`` with what the distances between its slices say."""
    apart = steps[steps > SAME_PLACE_MM]
    usual = float(np.median(apart)) if apart.size else None
    gaps = tuple(int(at) for at in np.flatnonzero(steps > GAP_FACTOR * usual)) if usual else ()
    duplicates = tuple(int(at) + 1 for at in np.flatnonzero(steps <= SAME_PLACE_MM))
    notices = []
    if gaps:
        notices.append(Notice("IMG-221", f"该序列有 {len(gaps)} 处层面缺失，可能未全部导出。"))
    if duplicates:
        notices.append(Notice("IMG-222", f"该序列有 {len(duplicates)} 层位置重复。"))
    return replace(
        series,
        spacing_mm=usual,
        gaps=gaps,
        duplicates=duplicates,
        notices=(*notices, *_unplaced(series.slices)),
    )
