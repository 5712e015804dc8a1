"""The page: its tabs under one bar, laid out and connected."""

from dataclasses import dataclass
from typing import Any

import gradio as gr

from assistant.ui import models_wording, settings_wording, wording
from assistant.ui.batch_link import link_rows
from assistant.ui.batch_tab import build_batch_tab
from assistant.ui.batching import Batches
from assistant.ui.bulletin import Bulletin
from assistant.ui.chat_tab import build_chat_tab
from assistant.ui.login_page import badge
from assistant.ui.models_tab import build_models_tab
from assistant.ui.models_work import Workshop
from assistant.ui.owner import person_of
from assistant.ui.services import Services
from assistant.ui.session import Desks
from assistant.ui.settings_tab import build_settings_tab
from assistant.ui.status import status_line
from assistant.ui.theme import html, topbar
from assistant.ui.viewer_events import QUICK

CACHE_SECONDS = (60, 300)
"""How often abandoned uploads are looked for, and how old they may get."""


@dataclass(frozen=True)
class Site:
    """The page, laid out.

    Attributes:
        blocks: all of it.
        guarded: numbers of the events that only an administrator may start.
    """

    blocks: gr.Blocks
    guarded: frozenset[int]


def build_app(services: Services, batches: Batches, workshop: Workshop) -> Site:
    """Lay the page out; the engine may still be loading."""
    desks = Desks(lambda: services.prompts.system)
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
            who = html("", "who")
        with gr.Tabs(elem_id="tabs") as tabs:
            with gr.Tab(wording.TAB_CHAT, elem_id="tab-chat", id="chat"):
                face, viewer = build_chat_tab(services, desks, app)
            with gr.Tab(wording.TAB_BATCH, elem_id="tab-batch", id="batch"):
                batch = build_batch_tab(services, batches, app)
            before = set(app.fns)
            with gr.Tab(models_wording.TAB, elem_id="tab-models", id="models"):
                build_models_tab(services, batches, workshop, app)
            with gr.Tab(settings_wording.TAB, elem_id="tab-settings", id="settings"):
                saved = build_settings_tab(services).bind(app)
            guarded = frozenset(n for n in app.fns if n not in before and _is_wish(app.fns[n]))
        link_rows(batch, tabs, viewer, face, desks)
        drafts = (face.panel.draft, batch.draft)
        news = Bulletin(engine, drafts, viewer, batch.form, face, services, desks)
        changed = [app.load, face.sidebar.pulse.change]
        gr.on(changed, news.look, None, news.outputs, **QUICK)
        saved.then(news.look, None, news.outputs, **QUICK)
        tabs.select(news.draw, None, news.outputs, **QUICK)

        def greet(request: gr.Request) -> str:
            assert request.request is not None
            return badge(person_of(request.request.scope))

        app.load(greet, None, who, **QUICK)

        def leave(request: gr.Request) -> None:
            desk = desks.leave(request.session_hash or "")
            if desk is not None and services.scribe.running(desk.record.id) is None:
                services.lane.forget(desk.record.id)

        app.unload(leave)
    return Site(app, guarded)


def _is_wish(event: Any) -> bool:
    """Whether a person starts an event, instead of the page when it arrives or as time passes."""
    return any(trigger not in ("load", "tick") for _, trigger in event.targets)
