"""What the left half does when it is touched."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import gradio as gr

from assistant.engine.lane import Lane
from assistant.errors import AssistantError
from assistant.imaging.window import parse_window
from assistant.settings import Settings
from assistant.ui.guard import as_assistant_error
from assistant.ui.readiness import get_ready
from assistant.ui.samples import read_sample
from assistant.ui.session import Desk, Desks
from assistant.ui.study import View, first_view, open_study
from assistant.ui.upcoming import Upcoming
from assistant.ui.uploads import take
from assistant.ui.viewer import Updates, Viewer

QUICK: dict[str, Any] = {
    "show_progress": "hidden",
    "api_visibility": "private",
    "concurrency_limit": None,
}
"""Of events that should feel immediate and are no public interface."""


@dataclass(frozen=True)
class ViewerEvents:
    """Connects the left half to the desk of whoever touches it."""

    viewer: Viewer
    upcoming: Upcoming
    desks: Desks
    settings: Settings
    lane: Lane

    def bind(self) -> None:
        """Attach every event."""
        viewer = self.viewer
        outputs = [*viewer.outputs, *self.upcoming.outputs]
        # What is dropped while other files are read counts, not they: it must not be skipped.
        opening = {**QUICK, "trigger_mode": "multiple", "preprocess": False}
        viewer.files.upload(self.open, viewer.files, [*outputs, viewer.files], **opening)
        viewer.remove.click(self.remove, None, outputs, **QUICK)
        # Without Gradio's own checks, whose refusals are in English and carry no code.
        moving = {**QUICK, "trigger_mode": "always_last", "preprocess": False}
        viewer.series.input(self.move_series, viewer.series, outputs, **moving)
        viewer.slice_.input(self.move_slice, viewer.slice_, outputs, **moving)
        viewer.frame.input(self.move_frame, viewer.frame, outputs, **moving)
        viewer.preset.input(self.choose_preset, viewer.preset, outputs, **moving)
        levels = [viewer.level, viewer.width]
        gr.on([bar.input for bar in levels], self.set_levels, levels, outputs, **moving)

    def open(self, payload: object, request: gr.Request) -> Updates:
        """Show newly dropped files; the running conversation goes on."""

        def read() -> View:
            files = take(payload)
            if len(files) > self.settings.max_files:
                raise AssistantError(
                    "USE-206",
                    f"一次最多打开 {self.settings.max_files} 个文件，这次有 {len(files)} 个。",
                    next_step="请分批打开，或在“批量”页处理整个文件夹。",
                )
            return first_view(open_study([file.content for file in files]), self.settings.window)

        return {**self._open(request, read), self.viewer.files: None}

    def show_sample(self, title: str, request: gr.Request) -> Updates:
        """Show one of the sample cases."""

        def read() -> View:
            return first_view(open_study(read_sample(title)), self.settings.window)

        return self._open(request, read)

    def remove(self, request: gr.Request) -> Updates:
        """Take the picture off the screen; the conversation stays."""
        desk = self.desks.of(request.session_hash or "")
        desk.put(None)
        return {**self.viewer.opened(None), **self.upcoming.drawn(desk)}

    def move_series(self, series: object, request: gr.Request) -> Updates:
        """Another series of the study."""
        return self._move(request, lambda view: view.of_series(_whole(series)), self.viewer.opened)

    def move_slice(self, number: object, request: gr.Request) -> Updates:
        """Another slice, numbered from 1."""

        def drawn(view: View) -> Updates:
            frame = self.viewer.frame
            return {**self._redrawn(view), frame: self.viewer.placed(view)[frame]}

        return self._move(request, lambda view: view.at(_whole(number) - 1), drawn)

    def move_frame(self, number: object, request: gr.Request) -> Updates:
        """Another frame, numbered from 1."""
        return self._move(request, lambda view: view.at_frame(_whole(number) - 1), self._redrawn)

    def choose_preset(self, name: object, request: gr.Request) -> Updates:
        """A window by its name; one of the department's own by its numbers."""
        return self._move(
            request, lambda view: view.through(parse_window(str(name))), self._redrawn
        )

    def set_levels(self, level: object, width: object, request: gr.Request) -> Updates:
        """A window by its two sliders; no preset is chosen any longer."""

        def drawn(view: View) -> Updates:
            return {**self.viewer.drawn(view), self.viewer.preset: None}

        return self._move(
            request, lambda view: view.through(parse_window(f"{level}/{width}")), drawn
        )

    def _redrawn(self, view: View) -> Updates:
        return {**self.viewer.drawn(view), **self.viewer.windowed(view)}

    def _open(self, request: gr.Request, read: Callable[[], View]) -> Updates:
        """Show what ``read`` gives, unless something else is wanted by then."""
        desk = self.desks.of(request.session_hash or "")
        desk.wanted = mine = object()
        try:
            view = read()
            shown = self.viewer.opened(view)
        except Exception as error:
            refusal = as_assistant_error(error)
            if desk.wanted is not mine:
                return self._unchanged()
            desk.wanted = None
            return self.viewer.refused(refusal, shown=desk.view is not None)
        if desk.wanted is not mine:
            return self._unchanged()
        desk.put(view)
        return self._shown(desk, shown)

    def _move(
        self,
        request: gr.Request,
        change: Callable[[View], View],
        updates: Callable[[View], Updates],
    ) -> Updates:
        """Show a change of what is on screen, unless another picture is by then."""
        desk = self.desks.of(request.session_hash or "")
        with desk.moving:
            before = desk.view
            if before is None:
                return self.viewer.opened(None)
            try:
                view = change(before)
                shown = updates(view)
            except Exception as error:
                return self.viewer.refused(as_assistant_error(error), shown=True)
            if desk.view is not before:
                return self._unchanged()
            desk.view = view  # and no ``put``: files that are being read will replace it
        return self._shown(desk, shown)

    def _shown(self, desk: Desk, shown: Updates) -> Updates:
        get_ready(desk, self.lane)
        return {**shown, **self.upcoming.drawn(desk)}

    def _unchanged(self) -> Updates:
        return {self.viewer.stage: gr.skip()}


def _whole(value: object) -> int:
    """A slider's value; 1 for what is left when its box was emptied."""
    return round(value) if isinstance(value, int | float) else 1
