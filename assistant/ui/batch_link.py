"""A click on a row of the batch opens its picture in the reading tab, to go on asking."""

import gradio as gr

from assistant.ui.batch_opening import open_row
from assistant.ui.batch_page import progress
from assistant.ui.batch_tab import BatchTab
from assistant.ui.batching import Standing
from assistant.ui.chat_tab import ChatPanel
from assistant.ui.guard import as_assistant_error
from assistant.ui.owner import owner_of
from assistant.ui.session import Desks
from assistant.ui.transcript import messages
from assistant.ui.viewer import Updates, Viewer
from assistant.ui.viewer_events import QUICK, attach_line


def link_rows(tab: BatchTab, tabs: gr.Tabs, viewer: Viewer, panel: ChatPanel, desks: Desks) -> None:
    """Connect the rows of the batch tab with the reading tab."""
    services = tab.services

    def opened(file: str, request: gr.Request) -> Updates:
        batch = tab.batches.of(owner_of(request))
        name = file.partition("|")[2]  # before it stands a count, so that each click is new
        if batch is None or not name:
            return {tabs: gr.skip()}
        desk = desks.of(request.session_hash or "")
        try:
            found = open_row(batch, name, desks.new_talk(), most=services.settings.max_files)
        except Exception as error:
            refused = Standing(phase="stopped", error=as_assistant_error(error))
            return {tab.results.progress: progress(refused)}
        desk.stop()
        desk.cancel = None
        services.lane.forget(desk.talk.conversation.id)
        desk.talk, desk.view = found.talk, found.view
        return {
            **viewer.opened(found.view),
            panel.chat: messages(found.talk.entries),
            panel.attaches: attach_line(desk),
            tabs: gr.Tabs(selected="chat"),
        }

    changed = [*viewer.outputs, panel.chat, panel.attaches, tabs, tab.results.progress]
    tab.opens.change(opened, tab.opens, changed, **QUICK)
