"""The second tab: many files at once, one row each."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import gradio as gr

from assistant.batch.source import Source
from assistant.batch.unpack import Parcel, unpack
from assistant.ui import batch_wording as wording
from assistant.ui.batch_claim import claim_results
from assistant.ui.batch_form import Asked, BatchForm, build_form, folder_of, job_of, needed_folder
from assistant.ui.batch_page import progress
from assistant.ui.batch_results import BatchResults, build_results
from assistant.ui.batching import Batch, Batches, Prepare, Standing
from assistant.ui.guard import as_assistant_error, text
from assistant.ui.owner import owner_of, person_of
from assistant.ui.services import Services
from assistant.ui.status import draft_line
from assistant.ui.theme import html
from assistant.ui.uploads import move, scratch_parent
from assistant.ui.viewer import Updates
from assistant.ui.viewer_events import QUICK

REFRESH_S = 1.0
"""How often the page looks at a batch that goes on, seconds."""


@dataclass(frozen=True)
class BatchTab:
    """The components of the tab, and what they do.

    Attributes:
        draft: the line that every answer is a draft.
        opens: told which row was clicked; the layout connects it to the reading tab.
    """

    form: BatchForm
    results: BatchResults
    clock: gr.Timer
    draft: gr.HTML
    opens: gr.Textbox
    services: Services
    batches: Batches

    def bind(self, app: gr.Blocks) -> None:
        """Attach every event."""
        # Without Gradio's own checks, whose refusals are in English and carry no code.
        form, unchecked = self.form, {**QUICK, "preprocess": False}
        once = {**unchecked, "trigger_mode": "once"}
        shown = [self.clock, *self.results.outputs]
        view = self.results.query
        form.start.click(self.start, form.inputs, shown, **once)
        form.count.click(self.count, form.inputs, shown, **once)
        sent = [form.files, *form.inputs[1:]]
        form.files.upload(self.start_sent, sent, [*shown, form.files], **once)
        for button, act in ((form.pause, self.pause), (form.resume, self.resume)):
            button.click(act, None, None, **QUICK).then(self.look, view, shown, **unchecked)
        form.stop.click(self.stop, None, None, **QUICK)
        changes = [part.change for part in self.results.query]
        gr.on([app.load, self.clock.tick, *changes], self.look, view, shown, **unchecked)

    def start(self, request: gr.Request, *asked: object) -> Updates:
        """Go through a folder on this machine."""
        return self._begin(request, Asked.of(*asked), self._typed)

    def count(self, request: gr.Request, *asked: object) -> Updates:
        """Only count and measure."""
        return self._begin(request, Asked.of(*asked), self._typed, dry=True)

    def start_sent(self, request: gr.Request, payload: object, *asked: object) -> Updates:
        """Go through files that the browser sent."""
        most = self.services.settings.max_batch_files

        def sent(_: Asked) -> Prepare:
            def prepare(room: Path) -> Source:
                (room / "sent").mkdir()
                return unpack(move(payload, room / "sent"), room / "files", most=most)

            return prepare

        return {**self._begin(request, Asked.of("", *asked), sent), self.form.files: None}

    def pause(self, request: gr.Request) -> None:
        """Wait before the next file."""
        if batch := self.batches.of(owner_of(request)):
            batch.control.pause()

    def resume(self, request: gr.Request) -> None:
        """Go on."""
        if batch := self.batches.of(owner_of(request)):
            batch.control.resume()

    def stop(self, request: gr.Request) -> None:
        """Stop after the rows so far."""
        if batch := self.batches.of(owner_of(request)):
            batch.control.cancel()

    def look(self, request: gr.Request, order: object, kind: object, find: object) -> Updates:
        """What there is to see of the person's batch."""
        owner = owner_of(request)
        batch, results = self.batches.of(owner), self.batches.results_of(owner)
        going = batch is not None and batch.standing.going
        shown = self.results.shown(batch, results, text(order), text(kind), text(find))
        return {self.clock: gr.Timer(active=going), **shown}

    def _typed(self, asked: Asked) -> Prepare:
        folder = needed_folder(asked, self.services)
        return lambda room: _opened(folder, room, self.services)

    def _begin(
        self,
        request: gr.Request,
        asked: Asked,
        prepared: Callable[[Asked], Prepare],
        *,
        dry: bool = False,
    ) -> Updates:
        services = self.services
        try:
            prepare, job = prepared(asked), job_of(asked, services)
            out = folder_of(asked.out, services)
            person = person_of(request.request.scope) if request.request else None
            if out is not None and person is not None and not dry:
                claim_results(out, person)
            self.batches.begin(
                owner_of(request),
                lambda: Batch(prepare, out, services.lane, job, scratch=scratch_parent(), dry=dry),
            )
        except Exception as error:
            refusal = as_assistant_error(error)
            if refusal.code == "BAT-136":  # the line is that of the batch which goes on
                gr.Warning(f"[{refusal.code}] {refusal.message}{refusal.next_step}")
                return {self.clock: gr.Timer(active=True)}
            return {self.results.progress: progress(Standing(phase="stopped", error=refusal))}
        return {self.clock: gr.Timer(active=True), **self.results.begun(dry=dry)}


def _opened(path: Path, room: Path, services: Services) -> Source:
    """A folder as it is; an archive taken apart."""
    if path.is_file():
        most = services.settings.max_batch_files
        return unpack([Parcel(path, path.name)], room / "files", most=most)
    return Source(path)


def build_batch_tab(services: Services, batches: Batches, app: gr.Blocks) -> BatchTab:
    """Lay the tab out inside the current Blocks and connect it."""
    with gr.Row(elem_id="batch", equal_height=True):
        with gr.Column(elem_id="batch-form", scale=4, min_width=320):
            form = build_form(services)
            draft = html(draft_line(services.lane.status), "batch-draft")
        with gr.Column(elem_id="batch-results", scale=9, min_width=480):
            results = build_results()
    opens = gr.Textbox(label=wording.CLICKED, elem_id="open-row", elem_classes="unseen")
    clock = gr.Timer(REFRESH_S, active=False)
    tab = BatchTab(form, results, clock, draft, opens, services, batches)
    tab.bind(app)
    return tab
