"""What a tab shows of its desk: the thread, the line about the picture, the list."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import gradio as gr

from assistant.errors import AssistantError
from assistant.store.scribe import Progress
from assistant.ui.asking import refresh
from assistant.ui.chat_panel import ChatPanel, editing_line
from assistant.ui.services import Services
from assistant.ui.session import Desk
from assistant.ui.sidebar import Sidebar, talk_list
from assistant.ui.thread import entries, pair, refused
from assistant.ui.transcript import messages
from assistant.ui.upcoming import attach_line
from assistant.ui.viewer import Updates


@dataclass(frozen=True)
class Face:
    """Draws, and decides nothing."""

    panel: ChatPanel
    sidebar: Sidebar
    services: Services

    @property
    def outputs(self) -> list[Any]:
        """Everything that is drawn."""
        panel = self.panel
        return [panel.chat, *panel.upcoming.outputs, panel.editing, self.sidebar.talks]

    def drawn(self, desk: Desk, owner: str) -> Updates:
        """Everything, as it is now."""
        panel = self.panel
        desk.seen = self.services.ledger.revision(owner)
        return {
            panel.chat: messages(entries(desk.record, desk.refusal)),
            **panel.upcoming.drawn(desk),
            panel.editing: editing_line(editing=bool(desk.editing)),
            **self.listed(desk, owner),
        }

    def listed(self, desk: Desk, owner: str) -> Updates:
        """The list alone."""
        headings = self.services.ledger.headings(owner, desk.search)
        running = self.services.scribe.running
        answering = frozenset(found.id for found in headings if running(found.id) is not None)
        opened = desk.record.id if desk.kept else ""
        markup = talk_list(headings, opened, answering, searched=bool(desk.search.strip()))
        return {self.sidebar.talks: markup}

    def followed(self, desk: Desk, owner: str) -> Iterator[Updates]:
        """The answer on the desk as it grows, until its end or until another event draws it."""
        token = desk.watcher = object()
        talk = desk.record.id
        head = messages(entries(desk.record.before(desk.record.exchanges[-1].id))) if (
            desk.record.exchanges
        ) else []  # fmt: skip
        for progress in self.services.scribe.follow(talk):
            if desk.watcher is token:
                desk.record = desk.record.updated(progress.exchange)
                yield {
                    self.panel.chat: [*head, *self._growing(progress, desk.refusal)],
                    self.panel.upcoming.attaches: attach_line(desk),
                }
            if desk.watcher is not token:
                break
        else:
            desk.watcher = None
            if desk.record.running:  # it ended before anybody looked
                refresh(desk, self.services, owner)
            yield self.drawn(desk, owner)
        # The last thing yielded is sent once more at the end of the event, so it is nothing.
        yield {self.panel.chat: gr.skip()}

    def _growing(self, progress: Progress, refusal: AssistantError | None) -> list[object]:
        loading = self.services.lane.status.phase == "loading"
        bubbles = pair(progress.exchange, last=True, ahead=progress.ahead, loading=loading)
        return [*messages((*bubbles, *refused(refusal)))]
