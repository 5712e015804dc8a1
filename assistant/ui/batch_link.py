"""A click on a row of the batch opens its picture in the reading tab, to go on asking."""

import gradio as gr

from assistant.ui import drafts
from assistant.ui.batch_opening import gone, open_row
from assistant.ui.batch_page import progress
from assistant.ui.batch_tab import BatchTab
from assistant.ui.batching import Standing
from assistant.ui.face import Face
from assistant.ui.guard import as_assistant_error
from assistant.ui.owner import owner_of
from assistant.ui.session import Desks
from assistant.ui.viewer import Updates, Viewer
from assistant.ui.viewer_events import QUICK


def link_rows(tab: BatchTab, tabs: gr.Tabs, viewer: Viewer, face: Face, desks: Desks) -> None:
    """Connect the rows of the batch tab with the reading tab."""
    services, question = tab.services, face.panel.question

    def opened(file: str, typed: str, request: gr.Request) -> Updates:
        owner = owner_of(request)
        batch = tab.batches.results_of(owner)
        _, key, name = [*file.split("|", 2), "", ""][:3]  # a count first: each click is new
        if batch is None or not name:
            return {tabs: gr.skip()}
        desk = desks.of(request.session_hash or "")
        try:
            if batch.key != key:
                raise gone()
            found = open_row(batch, name, desks.blank(), most=services.settings.max_files)
        except Exception as error:
            refused = Standing(phase="stopped", error=as_assistant_error(error))
            return {tab.results.progress: progress(refused)}
        drafts.keep(desk, typed)
        desk.lay(found.record, kept=False)
        desk.put(found.view)
        desk.study = found.view.study.key
        return {
            **viewer.opened(found.view),
            **face.drawn(desk, owner),
            question: drafts.take(desk),
            tabs: gr.Tabs(selected="chat"),
        }

    changed = [*viewer.outputs, *face.outputs, question, tabs, tab.results.progress]
    tab.opens.change(opened, [tab.opens, question], changed, **QUICK)
