"""The second tab: a whole folder, one row a file."""

import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import gradio as gr

from assistant.batch.run import Job
from assistant.engine.base import Options
from assistant.errors import AssistantError
from assistant.imaging.window import AUTO, FILE_WINDOW
from assistant.ui import wording
from assistant.ui.batch_page import Standing, downloads, progress, table
from assistant.ui.batch_source import Source, put_down, typed_folder
from assistant.ui.batching import Results, run_batch
from assistant.ui.guard import as_assistant_error
from assistant.ui.services import Services
from assistant.ui.session import Desks
from assistant.ui.status import draft_line
from assistant.ui.theme import html
from assistant.ui.uploads import scratch_parent, take
from assistant.ui.viewer import Updates
from assistant.ui.viewer_events import QUICK


@dataclass(frozen=True)
class BatchTab:
    """The components of the tab, and what they do."""

    folder: gr.Textbox
    files: gr.File
    window: gr.Dropdown
    question: gr.Textbox
    out: gr.Textbox
    start: gr.Button
    stop: gr.Button
    progress: gr.HTML
    downloads: gr.HTML
    rows: gr.HTML
    services: Services
    desks: Desks

    def bind(self) -> None:
        """Attach every event."""
        inputs = [self.folder, self.window, self.question, self.out]
        outputs = [self.progress, self.downloads, self.rows, self.files]
        once = {**QUICK, "trigger_mode": "once"}
        self.start.click(self.run_typed, inputs, outputs, **once)
        sent = [self.files, *inputs[1:]]
        self.files.upload(self.run_sent, sent, outputs, preprocess=False, **once)
        self.stop.click(self.halt, None, None, **QUICK)

    def run_typed(
        self, folder: str, window: str, question: str, out: str, request: gr.Request
    ) -> Iterator[Updates]:
        """Go through a folder on this machine."""
        if not folder.strip():
            error = AssistantError(
                "BAT-134", "还没有填写文件夹。", next_step="请填写本机文件夹的路径，或选择文件。"
            )
            yield {self.progress: progress(Standing(error=error))}
            return
        yield from self._run(typed_folder(folder), window, question, out, request)

    def run_sent(
        self, payload: object, window: str, question: str, out: str, request: gr.Request
    ) -> Iterator[Updates]:
        """Go through files that the browser sent."""
        yield {self.files: None}
        yield from self._run(payload, window, question, out, request)

    def halt(self, request: gr.Request) -> None:
        """Stop after the rows so far."""
        batch = self.desks.of(request.session_hash or "").batch
        if batch is not None:
            batch.set()

    def _run(
        self,
        chosen: object,
        window: str,
        question: str,
        out: str,
        request: gr.Request,
    ) -> Iterator[Updates]:
        desk = self.desks.of(request.session_hash or "")
        cancel = desk.begin_batch()
        if cancel is None:
            return
        settings, prompts = self.services.settings, self.services.prompts
        job = Job(
            system=prompts.system,
            question=question.strip() or prompts.default_question,
            window=window,
            options=Options(max_tokens=settings.max_tokens),
            max_files=settings.max_batch_files,
        )
        try:
            with ExitStack() as open_:
                scratch = tempfile.TemporaryDirectory(
                    prefix="batch-", dir=scratch_parent(), ignore_cleanup_errors=True
                )
                room = Path(open_.enter_context(scratch))
                if isinstance(chosen, Source):
                    source = chosen
                else:
                    most = settings.max_batch_files
                    source = put_down(take(chosen), room / "files", most=most)
                results = typed_folder(out).folder if out.strip() else room / "results"
                for item in run_batch(source, results, self.services.lane, job, cancel):
                    yield self._shown(item)
        except Exception as error:
            yield self._shown(Standing(phase="stopped", error=as_assistant_error(error)))
        finally:
            desk.batch = None

    def _shown(self, item: Standing | Results) -> Updates:
        if isinstance(item, Results):
            return {self.downloads: downloads(item.csv, item.json)}
        return {self.progress: progress(item), self.rows: table(item), self.downloads: ""}


def build_batch_tab(services: Services, desks: Desks) -> gr.HTML:
    """Lay the tab out inside the current Blocks and connect it; returns its draft line."""
    windows = [(wording.AUTO, AUTO), (FILE_WINDOW, FILE_WINDOW)]
    windows += [(preset.name, preset.name) for preset in services.presets]
    with gr.Row(elem_id="batch", equal_height=True):
        with gr.Column(elem_id="batch-form", scale=4, min_width=320):
            folder = gr.Textbox(
                label=wording.FOLDER, placeholder=wording.FOLDER_HINT, elem_id="folder",
                max_lines=1,
            )  # fmt: skip
            window = gr.Dropdown(
                windows, value=services.settings.window, label=wording.PRESET_FULL,
                allow_custom_value=True, elem_id="batch-window",
            )  # fmt: skip
            question = gr.Textbox(
                services.prompts.default_question, label=wording.QUESTION, lines=2, max_lines=4,
                max_length=2000, elem_id="batch-question",
            )  # fmt: skip
            out = gr.Textbox(
                label=wording.OUT, placeholder=wording.OUT_HINT, elem_id="out", max_lines=1
            )
            start = gr.Button(wording.START, variant="primary", elem_id="start")
            stop = gr.Button(wording.STOP_BATCH, variant="stop", elem_id="halt")
            files = gr.File(
                file_count="multiple", show_label=False, label=wording.OPEN,
                elem_id="batch-files", height=110,
            )  # fmt: skip
            draft = html(draft_line(services.lane.status), "batch-draft")
        with gr.Column(elem_id="batch-results", scale=9, min_width=480):
            with gr.Row(elem_id="batch-bar"):
                bar = html(progress(Standing()), "progress")
                links = html("", "downloads")
            rows = html(table(Standing()), "rows")
    BatchTab(
        folder, files, window, question, out, start, stop, bar, links, rows, services, desks
    ).bind()
    return draft
