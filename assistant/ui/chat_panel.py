"""The right half: the conversation, and what is said next."""

from dataclasses import dataclass
from typing import Any

import gradio as gr

from assistant.ui import wording
from assistant.ui.services import Services
from assistant.ui.status import draft_line
from assistant.ui.theme import html
from assistant.ui.upcoming import Upcoming

SHORTEST, LONGEST = 16, 2048
HOTTEST = 1.5


@dataclass(frozen=True)
class ChatPanel:
    """The components of the right half."""

    chat: gr.Chatbot
    upcoming: Upcoming
    editing: gr.HTML
    question: gr.Textbox
    send: gr.Button
    stop: gr.Button
    new: gr.Button
    clear: gr.Button
    mode: gr.Radio
    temperature: gr.Slider
    length: gr.Slider
    draft: gr.HTML

    @property
    def manner(self) -> list[Any]:
        """What says how an answer is wanted."""
        return [self.mode, self.temperature, self.length]


def build_panel(services: Services) -> ChatPanel:
    """Lay the right half out inside the current Blocks."""
    with gr.Column(elem_id="right", scale=9, min_width=400):
        with gr.Row(elem_id="talk-bar"):
            attaches = html("", "attaches")
            new = gr.Button(wording.NEW, size="sm", elem_id="new", min_width=76)
            clear = gr.Button(wording.CLEAR, size="sm", elem_id="clear", min_width=60)
        chat = gr.Chatbot(
            [], elem_id="chat", show_label=False, container=False, height=None, buttons=[],
            latex_delimiters=[], layout="bubble", feedback_options=None, allow_tags=False,
            placeholder=(
                f'<div class="hello"><strong>{wording.EMPTY_TITLE}</strong>'
                f"<p>{wording.EMPTY_HINT}</p></div>"
            ),
        )  # fmt: skip
        suggested = html("", "suggestions")
        mode, temperature, length = _build_manner(services)
        editing = html("", "editing")
        with gr.Row(elem_id="ask"):
            question = gr.Textbox(
                lines=1, max_lines=6, placeholder=wording.ASK_HINT, label=wording.QUESTION_BOX,
                show_label=False, container=False, elem_id="question", autofocus=True, scale=1,
            )  # fmt: skip
            send = gr.Button(wording.SEND, variant="primary", elem_id="send", min_width=72, scale=0)
            stop = gr.Button(wording.STOP, variant="stop", elem_id="stop", min_width=72, scale=0)
        draft = html(draft_line(services.lane.status), "draft")
    upcoming = Upcoming(attaches, suggested, lambda: services.prompts.suggestions)
    return ChatPanel(
        chat, upcoming, editing, question, send, stop, new, clear, mode, temperature, length, draft
    )


def editing_line(*, editing: bool) -> str:
    """What is said above the question box while a question is being changed."""
    if not editing:
        return ""
    cancel = f'<button type="button" class="edit">{wording.CANCEL}</button>'
    return f'<div class="editing"><span>{wording.EDITING}</span>{cancel}</div>'


def _build_manner(services: Services) -> tuple[gr.Radio, gr.Slider, gr.Slider]:
    with gr.Row(elem_id="manner"):
        mode = gr.Radio(
            [(text, name) for name, text in wording.MODES.items()], value="", label=wording.MODE,
            show_label=False, container=False, elem_id="mode",
        )  # fmt: skip
        gr.Button(wording.ADVANCED, size="sm", elem_id="advanced", min_width=56)
    with gr.Row(elem_id="advanced-row"):
        temperature = gr.Slider(
            0, HOTTEST, value=0, step=0.1, label=wording.TEMPERATURE, buttons=[],
            elem_id="temperature", elem_classes="bar", min_width=140,
        )  # fmt: skip
        length = gr.Slider(
            SHORTEST, LONGEST, value=min(services.settings.max_tokens, LONGEST), step=16,
            label=wording.LENGTH, buttons=[], elem_id="length", elem_classes="bar", min_width=140,
        )  # fmt: skip
    return mode, temperature, length
