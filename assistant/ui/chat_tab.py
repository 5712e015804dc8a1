"""The first tab: conversations, the picture, and the conversation about it."""

import gradio as gr

from assistant.ui import wording
from assistant.ui.chat_events import ChatEvents
from assistant.ui.chat_panel import build_panel
from assistant.ui.face import Face
from assistant.ui.samples import load_samples
from assistant.ui.services import Services
from assistant.ui.session import Desks
from assistant.ui.sidebar import build_sidebar
from assistant.ui.theme import html
from assistant.ui.viewer import Viewer, build_viewer
from assistant.ui.viewer_events import QUICK, ViewerEvents


def build_chat_tab(services: Services, desks: Desks, app: gr.Blocks) -> tuple[Face, Viewer]:
    """Lay the tab out inside the current Blocks and connect it."""
    with gr.Row(elem_id="desk", equal_height=True):
        sidebar = build_sidebar()
        with gr.Column(elem_id="left", scale=11, min_width=440):
            viewer = build_viewer(services.window_choices)
            samples = _build_samples()
        panel = build_panel(services)
    events = ViewerEvents(viewer, panel.upcoming, desks, services.settings, services.lane)
    events.bind()
    shown = [*viewer.outputs, *panel.upcoming.outputs]
    for button in samples:
        button.click(events.show_sample, button, shown, **QUICK)
    face = Face(panel, sidebar, services)
    ChatEvents(face, viewer, desks, services).bind(app)
    return face, viewer


def _build_samples() -> list[gr.Button]:
    samples = load_samples()
    if not samples:
        return []
    with gr.Row(elem_id="samples"):
        html(f"<span>{wording.SAMPLES}</span>", "samples-label")
        return [gr.Button(sample.title, size="sm", min_width=60) for sample in samples]
