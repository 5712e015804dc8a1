"""The first tab: the picture on the left, the conversation about it on the right."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import gradio as gr

from assistant.engine.base import Options
from assistant.ui import wording
from assistant.ui.answering import LONGEST_QUESTION, Refused, answer
from assistant.ui.samples import load_samples
from assistant.ui.services import Services
from assistant.ui.session import Desks
from assistant.ui.status import draft_line
from assistant.ui.theme import html
from assistant.ui.transcript import messages
from assistant.ui.viewer import Updates, Viewer, build_viewer
from assistant.ui.viewer_events import QUICK, ViewerEvents, attach_line


@dataclass(frozen=True)
class ChatPanel:
    """The components of the right half."""

    chat: gr.Chatbot
    attaches: gr.HTML
    question: gr.Textbox
    send: gr.Button
    stop: gr.Button
    new: gr.Button
    clear: gr.Button
    suggestions: tuple[gr.Button, ...]
    draft: gr.HTML


@dataclass(frozen=True)
class ChatEvents:
    """Connects the right half to the desk of whoever asks."""

    panel: ChatPanel
    viewer: Viewer
    desks: Desks
    services: Services

    def bind(self) -> None:
        """Attach every event."""
        panel = self.panel
        outputs = [panel.chat, panel.attaches, panel.question]
        asking = {**QUICK, "trigger_mode": "once"}
        gr.on(
            [panel.question.submit, panel.send.click], self.ask, panel.question, outputs, **asking
        )
        for button in panel.suggestions:
            button.click(self.ask_this, button, outputs, **asking)
        panel.stop.click(self.stop, None, None, **QUICK)
        panel.new.click(self.renew, None, outputs, **QUICK)
        panel.clear.click(self.clear, None, [*outputs, *self.viewer.outputs], **QUICK)

    def ask(self, question: str, request: gr.Request) -> Iterator[Updates]:
        """Stream the answer to what was typed."""
        desk = self.desks.of(request.session_hash or "")
        panel = self.panel
        options = Options(max_tokens=self.services.settings.max_tokens)
        typed: Updates = {panel.question: ""}
        for state in answer(desk, self.services.lane, question or "", options):
            if isinstance(state, Refused):
                yield {panel.chat: messages(state.talk.entries)}
                return
            yield {
                panel.chat: messages(state.entries),
                panel.attaches: attach_line(desk),
                **typed,
            }
            typed = {}

    def ask_this(self, question: str, request: gr.Request) -> Iterator[Updates]:
        """Stream the answer to a suggested question; what is being typed stays."""
        for updates in self.ask(question, request):
            updates.pop(self.panel.question, None)
            yield updates

    def stop(self, request: gr.Request) -> None:
        """End the answer; what is shown stays."""
        self.desks.of(request.session_hash or "").stop()

    def renew(self, request: gr.Request) -> Updates:
        """Begin a new conversation about the same picture."""
        desk = self.desks.of(request.session_hash or "")
        desk.stop()
        desk.cancel = None
        self.services.lane.forget(desk.talk.conversation.id)
        desk.talk = self.desks.new_talk()
        return {self.panel.chat: [], self.panel.attaches: attach_line(desk)}

    def clear(self, request: gr.Request) -> Updates:
        """Begin anew, without picture and conversation."""
        self.desks.of(request.session_hash or "").view = None
        return {**self.renew(request), **self.viewer.opened(None)}


def build_chat_tab(services: Services, desks: Desks) -> tuple[ChatPanel, Viewer]:
    """Lay the tab out inside the current Blocks and connect it."""
    with gr.Row(elem_id="desk", equal_height=True):
        with gr.Column(elem_id="left", scale=11, min_width=480):
            viewer = build_viewer(services.presets)
            samples = _build_samples()
        panel = _build_panel(services)
    events = ViewerEvents(viewer, panel.attaches, desks, services.settings, services.lane)
    events.bind()
    for button in samples:
        button.click(events.show_sample, button, [*viewer.outputs, panel.attaches], **QUICK)
    ChatEvents(panel, viewer, desks, services).bind()
    return panel, viewer


def _build_samples() -> list[gr.Button]:
    samples = load_samples()
    if not samples:
        return []
    with gr.Row(elem_id="samples"):
        html(f"<span>{wording.SAMPLES}</span>", "samples-label")
        return [gr.Button(sample.title, size="sm", min_width=60) for sample in samples]


def _build_panel(services: Services) -> ChatPanel:
    with gr.Column(elem_id="right", scale=9, min_width=420):
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
        with gr.Row(elem_id="suggestions"):
            suggestions: tuple[Any, ...] = tuple(
                gr.Button(text, size="sm", min_width=40) for text in services.prompts.suggestions
            )
        with gr.Row(elem_id="ask"):
            question = gr.Textbox(
                lines=1, max_lines=6, max_length=LONGEST_QUESTION, placeholder=wording.ASK_HINT,
                label=wording.QUESTION_BOX, show_label=False, container=False, elem_id="question",
                autofocus=True, scale=1,
            )  # fmt: skip
            send = gr.Button(wording.SEND, variant="primary", elem_id="send", min_width=72, scale=0)
            stop = gr.Button(wording.STOP, variant="stop", elem_id="stop", min_width=72, scale=0)
        draft = html(draft_line(services.lane.status), "draft")
    return ChatPanel(chat, attaches, question, send, stop, new, clear, suggestions, draft)
