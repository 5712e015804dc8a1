"""The right column of the batch tab: how far it is, the rows, the downloads."""

from dataclasses import dataclass
from typing import Any

import gradio as gr

from assistant.batch.database import LEDGER
from assistant.batch.ledger import Tally, read_ledger
from assistant.batch.query import Order, Query
from assistant.errors import AssistantError
from assistant.ui import batch_wording as wording
from assistant.ui.batch_page import MOST_SHOWN, downloads, progress, table
from assistant.ui.batching import Batch, Standing
from assistant.ui.theme import html
from assistant.ui.viewer import Updates


@dataclass(frozen=True)
class BatchResults:
    """The components of the column."""

    progress: gr.HTML
    downloads: gr.HTML
    order: gr.Dropdown
    kind: gr.Dropdown
    text: gr.Textbox
    rows: gr.HTML

    @property
    def outputs(self) -> list[Any]:
        """Everything that a look at the batch may change."""
        return [self.progress, self.downloads, self.rows]

    @property
    def query(self) -> list[Any]:
        """What chooses the rows."""
        return [self.order, self.kind, self.text]

    def begun(self, *, dry: bool) -> Updates:
        """A batch has just begun."""
        empty = {} if dry else {self.downloads: "", self.rows: table((), 0, filtered=False)}
        return {self.progress: progress(Standing("counting" if dry else "running")), **empty}

    def shown(
        self, batch: Batch | None, results: Batch | None, order: str, kind: str, find: str
    ) -> Updates:
        """A batch as it stands, and the rows there are: its own, or those of the one before."""
        if batch is None:
            return {self.progress: progress(Standing())}
        rows, tally = _rows(results, Query(_order(order), kind, find))
        ended = results is not None and not results.standing.going and tally.settled
        return {
            self.progress: progress(batch.standing, tally if results is batch else Tally()),
            self.downloads: downloads(results) if results is not None and ended else "",
            self.rows: rows,
        }


def _rows(batch: Batch | None, query: Query) -> tuple[str, Tally]:
    """The table, and the counts; empty while there is no book yet."""
    filtered = bool(query.kind or query.text.strip())
    if batch is None or not (batch.out / LEDGER).is_file():
        return table((), 0, filtered=False), Tally()
    try:
        with read_ledger(batch.out) as ledger:
            found = ledger.count(query)
            shown = list(ledger.find(query, limit=MOST_SHOWN))
            return table(shown, found, filtered=filtered, key=batch.key), ledger.tally()
    except AssistantError:  # what is wrong with the book is told by the batch itself
        return table((), 0, filtered=False), Tally()


def _order(value: str) -> Order:
    known: tuple[Order, ...] = ("urgency", "file", "arrival")
    return next((order for order in known if order == value), "urgency")


def build_results() -> BatchResults:
    """Lay the column out inside the current one."""
    with gr.Row(elem_id="batch-bar"):
        bar = html(progress(Standing()), "progress")
        links = html("", "downloads")
    with gr.Row(elem_id="batch-query"):
        order = gr.Dropdown(
            list(wording.ORDERS), value="urgency", label=wording.ORDER, show_label=False,
            container=False, elem_id="batch-order", min_width=130, filterable=False,
        )  # fmt: skip
        kind = gr.Dropdown(
            list(wording.KINDS), value="", label=wording.KIND, show_label=False,
            container=False, elem_id="batch-kind", min_width=110, filterable=False,
        )  # fmt: skip
        text = gr.Textbox(
            placeholder=wording.FIND, label=wording.FIND, show_label=False, container=False,
            elem_id="batch-find", max_lines=1, scale=1,
        )  # fmt: skip
    rows = html(table((), 0, filtered=False), "rows")
    return BatchResults(bar, links, order, kind, text, rows)
