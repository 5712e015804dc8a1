"""The left half: the picture exactly as the model sees it, and what chooses it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import gradio as gr

from assistant.errors import AssistantError
from assistant.imaging.window import AUTO, FILE_WINDOW
from assistant.ui import wording
from assistant.ui.stage import empty_stage, notice_list, stage
from assistant.ui.study import View, is_album
from assistant.ui.theme import html
from assistant.ui.transcript import card

LEVELS = (-1200, 3000)
WIDTHS = (1, 4500)

Updates = dict[Any, Any]


@dataclass(frozen=True)
class Viewer:
    """The components of the left half."""

    stage: gr.HTML
    files: gr.File
    remove: gr.Button
    series: gr.Dropdown
    slice_: gr.Slider
    frame: gr.Slider
    preset: gr.Radio
    level: gr.Slider
    width: gr.Slider
    notices: gr.HTML
    presets: Callable[[], list[tuple[str, str]]]

    @property
    def outputs(self) -> list[Any]:
        """Everything that a new picture may change."""
        return [
            self.stage, self.remove, self.series, self.slice_, self.frame,
            self.preset, self.level, self.width, self.notices,
        ]  # fmt: skip

    def opened(self, view: View | None) -> Updates:
        """Everything anew for newly opened files, or for none."""
        study = view.study.series if view else ()
        names = [
            wording.series_name(i + 1, len(found.slices), album=is_album(found))
            for i, found in enumerate(study)
        ]
        has_hu = view is not None and view.slice_.hu is not None
        chosen = view.window if view and isinstance(view.window, str) else None
        return {
            self.series: gr.update(
                choices=[(name, i) for i, name in enumerate(names)],
                value=view.series if view else None,
                visible=len(names) > 1,
            ),
            self.remove: gr.update(visible=view is not None),
            self.preset: gr.update(choices=self.choices(view), value=chosen, interactive=has_hu),
            **self.placed(view),
            **self.windowed(view),
            **self.drawn(view),
        }

    def choices(self, view: View | None) -> list[tuple[str, str]]:
        """The windows to choose from, as set now."""
        of_file = [(FILE_WINDOW, FILE_WINDOW)] if view and view.slice_.file_windows else []
        return [(wording.AUTO, AUTO), *of_file, *self.presets()]

    def placed(self, view: View | None) -> Updates:
        """The sliders through the series and through the file's frames."""
        count = len(view.stack) if view else 1
        frames = view.slice_.frames if view else 1
        album = view is not None and is_album(view.study.series[view.series])
        return {
            self.slice_: gr.update(
                label=wording.PICTURE if album else wording.SLICE,
                maximum=max(count, 2),
                value=view.index + 1 if view else 1,
                visible=count > 1,
            ),
            self.frame: gr.update(
                maximum=max(frames, 2),
                value=view.slice_.frame + 1 if view else 1,
                visible=frames > 1,
            ),
        }

    def windowed(self, view: View | None) -> Updates:
        """The window sliders, showing the window that was used."""
        window = view.image.window if view else None
        if window is None:
            return {bar: gr.update(interactive=False) for bar in (self.level, self.width)}
        free = view is not None and view.kept is None
        return {
            self.level: gr.update(value=_within(window.center, LEVELS), interactive=free),
            self.width: gr.update(value=_within(window.width, WIDTHS), interactive=free),
        }

    def drawn(self, view: View | None) -> Updates:
        """The picture itself and the warnings beside it."""
        if view is None:
            return {self.stage: empty_stage(), self.notices: ""}
        return {self.stage: stage(view), self.notices: notice_list(view)}

    def refused(self, error: AssistantError, *, shown: bool) -> Updates:
        """A refusal below the picture; what was ``shown`` stays, and the card says so."""
        return {self.notices: card(error, wording.UNCHANGED if shown else "")}


def build_viewer(presets: Callable[[], list[tuple[str, str]]]) -> Viewer:
    """Lay the left half out inside the current Blocks.

    Args:
        presets: names of windows and what stands for them, asked anew each time.
    """
    with gr.Column(elem_id="viewer", scale=11, min_width=480):
        film = html(empty_stage(), "stage")
        with gr.Row(elem_id="toolbar"):
            files = gr.File(
                file_count="multiple", label=wording.OPEN, show_label=False,
                elem_id="dropzone", height=40,
            )  # fmt: skip
            series = gr.Dropdown(
                [], label=wording.SERIES, show_label=False, container=False, visible=False,
                interactive=True, elem_id="series", min_width=120,
            )  # fmt: skip
            slice_ = _bar(wording.SLICE, (1, 2), "slice", visible=False)
            frame = _bar(wording.FRAME, (1, 2), "frame", visible=False)
            remove = gr.Button(
                wording.REMOVE, size="sm", visible=False, elem_id="remove", min_width=88
            )
        with gr.Row(elem_id="window"):
            preset = gr.Radio(
                [(wording.AUTO, AUTO), *presets()], value=AUTO,
                label=wording.PRESET, show_label=False, container=False, interactive=False,
                elem_id="preset",
            )  # fmt: skip
        with gr.Row(elem_id="levels"):
            level = _bar(wording.LEVEL, LEVELS, "level", value=40)
            width = _bar(wording.WIDTH, WIDTHS, "width", value=400)
        notices = html("", "notices")
    return Viewer(
        film, files, remove, series, slice_, frame, preset, level, width, notices, presets
    )


def _bar(
    label: str, ends: tuple[int, int], name: str, *, value: int = 1, visible: bool = True
) -> gr.Slider:
    return gr.Slider(
        ends[0], ends[1], value=value, step=1, label=label, visible=visible, buttons=[],
        interactive=visible is False, elem_id=name, elem_classes="bar", min_width=140,
    )  # fmt: skip


def _within(value: float, ends: tuple[int, int]) -> float:
    return round(min(max(value, ends[0]), ends[1]))
