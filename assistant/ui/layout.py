"""The page: two tabs under one bar, laid out and connected."""

import gradio as gr

from assistant.ui import models_wording, wording
from assistant.ui.batch_link import link_rows
from assistant.ui.batch_tab import build_batch_tab
from assistant.ui.batching import Batches
from assistant.ui.chat_tab import build_chat_tab
from assistant.ui.models_tab import build_models_tab
from assistant.ui.services import Services
from assistant.ui.session import Desks
from assistant.ui.status import draft_line, status_line
from assistant.ui.theme import html, topbar
from assistant.ui.viewer_events import QUICK

CACHE_SECONDS = (60, 300)
"""How often abandoned uploads are looked for, and how old they may get."""


def build_app(services: Services, batches: Batches) -> gr.Blocks:
    """Lay the page out; the engine may still be loading."""
    desks = Desks(services.prompts.system)
    app: gr.Blocks = gr.Blocks(
        title=wording.TITLE,
        analytics_enabled=False,
        fill_width=True,
        fill_height=True,
        delete_cache=CACHE_SECONDS,
    )
    with app:
        with gr.Row(elem_id="topbar"):
            html(topbar(), "brand")
            engine = html(status_line(services.lane.status), "engine")
        with gr.Tabs(elem_id="tabs") as tabs:
            with gr.Tab(wording.TAB_CHAT, elem_id="tab-chat", id="chat"):
                face, viewer = build_chat_tab(services, desks, app)
            with gr.Tab(wording.TAB_BATCH, elem_id="tab-batch", id="batch"):
                batch = build_batch_tab(services, batches, app)
            with gr.Tab(models_wording.TAB, elem_id="tab-models", id="models"):
                build_models_tab(services, batches, engine, app)
        link_rows(batch, tabs, viewer, face, desks)
        clock = gr.Timer(1.0)

        def look() -> tuple[object, str, str, str]:
            status = services.lane.status
            ticking = gr.Timer(active=status.phase == "loading")
            return ticking, status_line(status), draft_line(status), draft_line(status)

        shown = [clock, engine, face.panel.draft, batch.draft]
        gr.on([app.load, clock.tick], look, None, shown, **QUICK)

        def leave(request: gr.Request) -> None:
            desk = desks.leave(request.session_hash or "")
            if desk is not None and services.scribe.running(desk.record.id) is None:
                services.lane.forget(desk.record.id)

        app.unload(leave)
    return app
