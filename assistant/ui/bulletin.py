"""What every page shows of the engine and of the settings, drawn anew when either changes."""

from dataclasses import dataclass
from typing import Any

import gradio as gr

from assistant.ui.batch_form import BatchForm, window_choices
from assistant.ui.face import Face
from assistant.ui.services import Services
from assistant.ui.session import Desk, Desks
from assistant.ui.status import draft_line, status_line
from assistant.ui.viewer import Updates, Viewer


@dataclass(frozen=True)
class Bulletin:
    """Where it is shown; a page draws it once for each :attr:`Services.stamp`.

    Attributes:
        engine: the line in the top bar.
        drafts: the lines that every answer is a draft.
    """

    engine: gr.HTML
    drafts: tuple[gr.HTML, ...]
    viewer: Viewer
    form: BatchForm
    face: Face
    services: Services
    desks: Desks

    @property
    def outputs(self) -> list[Any]:
        """Everything that is drawn."""
        form = self.form
        suggested = self.face.panel.upcoming.suggested
        return [
            self.engine,
            *self.drafts,
            self.viewer.preset,
            form.window,
            form.question,
            suggested,
        ]

    def look(self, request: gr.Request) -> Updates:
        """Everything as it is now, or nothing when the page shows it already."""
        desk, stamp = self.desks.of(request.session_hash or ""), self.services.stamp
        if desk.stamp == stamp:
            return {self.engine: gr.skip()}
        arriving, desk.stamp = not desk.stamp, stamp
        drawn = self._drawn(desk)
        if arriving:  # the conversation on the page is being drawn, and the row with it
            drawn[self.face.panel.upcoming.suggested] = gr.skip()
        return drawn

    def draw(self, request: gr.Request) -> Updates:
        """Everything as it is now: what changes while a tab is being opened may not reach it."""
        return self._drawn(self.desks.of(request.session_hash or ""))

    def _drawn(self, desk: Desk) -> Updates:
        status, upcoming = self.services.lane.status, self.face.panel.upcoming
        default = self.services.prompts.default_question
        return {
            self.engine: status_line(status),
            **dict.fromkeys(self.drafts, draft_line(status)),
            self.viewer.preset: gr.update(choices=self.viewer.choices(desk.view)),
            self.form.window: gr.update(choices=window_choices(self.services)),
            self.form.question: gr.update(placeholder=default),
            upcoming.suggested: upcoming.row(desk),
        }
