"""The left column of the batch tab: what is to be asked of which files."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gradio as gr

from assistant.batch.job import MOST_TOGETHER, Job
from assistant.batch.plan import check_root
from assistant.batch.question import parse_questions
from assistant.batch.source import typed_folder
from assistant.engine.base import Options
from assistant.errors import AssistantError
from assistant.imaging.window import AUTO, FILE_WINDOW
from assistant.settings import is_home
from assistant.ui import batch_wording as wording
from assistant.ui import wording as common
from assistant.ui.guard import text
from assistant.ui.services import Services


@dataclass(frozen=True)
class Asked:
    """What the form says."""

    folder: str
    window: str
    question: str
    by: str
    per_series: float
    out: str

    @classmethod
    def of(cls, *sent: object) -> "Asked":
        """As the browser sent it, in the order of the fields; what is no answer is an empty one."""
        folder, window, question, by, per_series, out = sent
        number = per_series if isinstance(per_series, int | float) else 1
        return cls(text(folder), text(window), text(question), text(by), number, text(out))


@dataclass(frozen=True)
class BatchForm:
    """The components of the form."""

    folder: gr.Textbox
    window: gr.Dropdown
    question: gr.Textbox
    by: gr.Radio
    per_series: gr.Slider
    out: gr.Textbox
    start: gr.Button
    count: gr.Button
    pause: gr.Button
    resume: gr.Button
    stop: gr.Button
    files: gr.File

    @property
    def inputs(self) -> list[Any]:
        """In the order of :class:`Asked`."""
        return [self.folder, self.window, self.question, self.by, self.per_series, self.out]


def job_of(asked: Asked, services: Services) -> Job:
    """What is to be asked.

    Raises:
        AssistantError: USE-141 questions by region that cannot be used.
    """
    settings, prompts = services.settings, services.prompts
    return Job(
        system=prompts.system,
        questions=parse_questions(asked.question, prompts.default_question),
        window=asked.window,
        options=Options(max_tokens=settings.max_tokens),
        by="series" if asked.by == "series" else "slice",
        per_series=max(1, min(round(asked.per_series), MOST_TOGETHER)),
        max_files=settings.max_batch_files,
    )


def folder_of(typed: str, services: Services) -> Path | None:
    """A folder that was typed, None when none was.

    Raises:
        AssistantError: BAT-114 it lies outside the allowed roots, BAT-116 there are none
            though others than the person at this machine may use the page.
    """
    if not typed.strip():
        return None
    settings = services.settings
    if not settings.batch_roots and not is_home(settings.reached_at):
        raise AssistantError(
            "BAT-116",
            "页面对其他机器开放，却没有限定可以批量读取的文件夹。",
            next_step="请在设置项 batch_roots 中列出允许的文件夹，或改为上传文件。",
        )
    folder = typed_folder(typed).folder
    check_root(folder, settings.batch_roots)
    return folder


def needed_folder(asked: Asked, services: Services) -> Path:
    """The folder to go through.

    Raises:
        AssistantError: BAT-134 none was typed; BAT-114.
    """
    folder = folder_of(asked.folder, services)
    if folder is None:
        raise AssistantError(
            "BAT-134", "还没有填写文件夹。", next_step="请填写本机文件夹的路径，或选择文件。"
        )
    return folder


def window_choices(services: Services) -> list[tuple[str, str]]:
    """The windows to choose from, as set now."""
    return [(common.AUTO, AUTO), (FILE_WINDOW, FILE_WINDOW), *services.window_choices()]


def build_form(services: Services) -> BatchForm:
    """Lay the form out inside the current column."""
    folder = gr.Textbox(
        label=wording.FOLDER, placeholder=wording.FOLDER_HINT, elem_id="folder", max_lines=1
    )
    window = gr.Dropdown(
        window_choices(services), value=services.settings.window, label=wording.PRESET_FULL,
        allow_custom_value=True, elem_id="batch-window",
    )  # fmt: skip
    question = gr.Textbox(
        placeholder=services.prompts.default_question, label=wording.QUESTION, lines=2,
        max_lines=5, max_length=2000, elem_id="batch-question",
    )  # fmt: skip
    by = gr.Radio(
        list(wording.BY_CHOICES), value="slice", label=wording.BY, elem_id="batch-by",
        elem_classes="chips",
    )  # fmt: skip
    per_series = gr.Slider(
        1, MOST_TOGETHER, value=3, step=1, label=wording.PER_SERIES, buttons=[],
        elem_id="batch-slices", elem_classes="bar",
    )  # fmt: skip
    out = gr.Textbox(label=wording.OUT, placeholder=wording.OUT_HINT, elem_id="out", max_lines=1)
    with gr.Row(elem_id="batch-buttons"):
        start = gr.Button(wording.START, variant="primary", elem_id="start", min_width=90)
        count = gr.Button(wording.COUNT, elem_id="count", min_width=80)
        pause = gr.Button(wording.PAUSE, elem_id="pause", min_width=80)
        resume = gr.Button(wording.RESUME, variant="primary", elem_id="resume", min_width=80)
        stop = gr.Button(wording.STOP, variant="stop", elem_id="halt", min_width=80)
    files = gr.File(
        file_count="multiple", show_label=False, label=common.OPEN, elem_id="batch-files",
        height=84,
    )  # fmt: skip
    return BatchForm(
        folder, window, question, by, per_series, out, start, count, pause, resume, stop, files
    )
