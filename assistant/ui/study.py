"""What one browser has opened: the series of a study, and the picture now on screen."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from uuid import uuid4

from assistant.batch.question import region_by_hu
from assistant.errors import AssistantError
from assistant.imaging.intake import read_slice
from assistant.imaging.notice import KEPT
from assistant.imaging.render import render
from assistant.imaging.series import Series, sort_series
from assistant.imaging.sides import sides
from assistant.imaging.slice import Notice, RenderedImage, Slice
from assistant.imaging.window import Window
from assistant.store.exchange import Picture
from assistant.ui import wording


@dataclass(frozen=True, eq=False)
class Study:
    """Files that were opened together.

    Attributes:
        series: slices in order, the longest series first; JPG and PNG, of which nobody knows
            what belongs together, last, as one that is leafed through as given.
        sources: contents of the files with several frames, by ``Series.members``.
        notices: about the files as a whole.
        key: random; another one for every opening.
    """

    series: tuple[Series, ...]
    sources: Mapping[int, bytes]
    notices: tuple[Notice, ...] = ()
    key: str = field(default_factory=lambda: uuid4().hex)


@dataclass(frozen=True, eq=False)
class View:
    """The picture on screen: which slice of which series, in which window.

    Attributes:
        study: what is open.
        window: a Window, a preset's name, "auto" or "DICOM 默认".
        frame: slice read anew when it is not the first frame of its file.
        guide: slice by which "auto" chooses for the whole series; its middle where None.
        kept: the picture of a conversation, when its files are no longer open.
    """

    study: Study
    series: int = 0
    index: int = 0
    window: Window | str = "auto"
    frame: Slice | None = None
    guide: Slice | None = None
    kept: Picture | None = None

    @property
    def stack(self) -> tuple[Slice, ...]:
        """The slices of the series on screen."""
        return self.study.series[self.series].slices

    @property
    def slice_(self) -> Slice:
        """The slice on screen."""
        return self.frame or self.stack[self.index]

    @cached_property
    def image(self) -> RenderedImage:
        """The pixels on screen, which are the pixels the model gets."""
        if self.kept is not None:
            return self.kept.image
        guide = self.guide or self.study.series[self.series].middle
        return render(self.slice_, self.window, index=self.index, guide=guide)

    @cached_property
    def region(self) -> str:
        """The region of the body that the slice looks like; "" when it cannot be told."""
        return region_by_hu(self.slice_)

    @property
    def sides(self) -> str:
        """Letters for the left, right, upper and lower edge, such as "RLAP"; "" when unknown."""
        if self.kept is not None:
            return self.kept.sides
        return "".join(sides(self.slice_.orientation) or ())

    @property
    def notices(self) -> tuple[Notice, ...]:
        """Warnings about the files and about this slice."""
        if self.kept is not None:
            return (KEPT,) if self.kept.image.window else ()
        series = self.study.series[self.series]
        return (*self.study.notices, *series.notices, *self.slice_.notices)

    def at(self, index: int) -> "View":
        """Another slice of the same series."""
        return replace(self, index=max(0, min(index, len(self.stack) - 1)), frame=None)

    def at_frame(self, frame: int) -> "View":
        """Another frame of the same file, the nearest there is."""
        frame = max(0, min(frame, self.slice_.frames - 1))
        member = self.study.series[self.series].members[self.index]
        if member not in self.study.sources:
            return self
        return replace(self, frame=read_slice(self.study.sources[member], frame=frame))

    def of_series(self, series: int) -> "View":
        """Another series, in the middle, where the organs are; of pictures the first."""
        series = max(0, min(series, len(self.study.series) - 1))
        found = self.study.series[series]
        index = 0 if is_album(found) else len(found.slices) // 2
        return replace(self, series=series, index=index, frame=None, guide=None)

    def through(self, window: Window | str) -> "View":
        """The same slice in another window."""
        return replace(self, window=window)

    @property
    def place(self) -> str:
        """Slice and frame in words, empty for a single picture."""
        if self.kept is not None:
            return self.kept.place
        parts = []
        if len(self.stack) > 1:
            album = is_album(self.study.series[self.series])
            place = wording.picture_place if album else wording.slice_place
            parts.append(place(self.index, len(self.stack)))
        if self.slice_.frames > 1:
            parts.append(wording.frame_place(self.slice_.frame, self.slice_.frames))
        return " · ".join(parts)


def open_study(files: Sequence[bytes]) -> Study:
    """Read files together; those that cannot be read are counted in a notice.

    Raises:
        AssistantError: the first refusal, when no file could be read.
    """
    slices: list[Slice] = []
    sources: dict[int, bytes] = {}
    refusals: list[AssistantError] = []
    for content in files:
        try:
            found = read_slice(content)
        except AssistantError as error:
            refusals.append(error)
            continue
        if found.frames > 1:
            sources[len(slices)] = content
        slices.append(found)
    if not slices:
        raise refusals[0]
    notices: tuple[Notice, ...] = ()
    if refusals:
        first = refusals[0]
        text = wording.refused_files(len(refusals), first.message)
        notices = (Notice(first.code, text),)
    return Study(_in_order(sort_series(slices)), sources, notices)


def is_album(series: Series) -> bool:
    """Whether a series is one of JPG and PNG."""
    return series.slices[0].source == "picture"


def _in_order(found: Sequence[Series]) -> tuple[Series, ...]:
    series = [one for one in found if not is_album(one)]
    series.sort(key=lambda one: len(one.slices), reverse=True)
    pictures = [one for one in found if is_album(one)]
    if not pictures:
        return tuple(series)
    slices = tuple(one.slices[0] for one in pictures)
    members = tuple(one.members[0] for one in pictures)
    return (*series, Series(slices, members))


def first_view(study: Study, window: Window | str) -> View:
    """The middle of the longest series, or the first picture."""
    return View(study, window=window).of_series(0)


def still(picture: Picture) -> View:
    """A picture of a conversation as it was sent; its window can no longer be changed."""
    slices = (Slice(gray=picture.image.pixels),)
    return View(Study(sort_series(slices), {}), kept=picture)
