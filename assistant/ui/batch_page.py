"""A batch as the page shows it: a bar, a table, two downloads."""

import base64
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape

from assistant.batch.results import describe
from assistant.batch.row import Row
from assistant.errors import AssistantError
from assistant.ui import wording
from assistant.ui.transcript import card

MOST_SHOWN = 300
"""Rows on the page; all of them are in the downloads."""

_ORDER = {"紧急": 0, "关注": 1, "常规": 2, "": 3}
_TONES = {"紧急": "urgent", "关注": "watch", "常规": "plain", "": "none"}


@dataclass(frozen=True)
class Standing:
    """How far a batch has come.

    Attributes:
        rows: so far, in the order in which they came.
        total: rows in the end, 0 while the files are being counted.
        phase: "idle", "running", "done" or "stopped".
        error: why it ended early.
    """

    rows: tuple[Row, ...] = ()
    total: int = 0
    phase: str = "idle"
    error: AssistantError | None = None


def progress(standing: Standing) -> str:
    """The bar and what it stands at."""
    done, total = len(standing.rows), standing.total
    if standing.error is not None:
        return card(standing.error)
    if standing.phase == "idle":
        return f'<div class="progress idle">{wording.BATCH_IDLE}</div>'
    words = wording.batch_standing(standing.phase, done, total, _urgent(standing.rows))
    share = 100 * done / total if total else 0
    return (
        f'<div class="progress {standing.phase}" role="status"><span>{escape(words)}</span>'
        f'<div class="track"><i style="width:{share:.1f}%"></i></div></div>'
    )


def table(standing: Standing) -> str:
    """One line a file: the newest while running, the most urgent first when done."""
    rows: Sequence[Row] = standing.rows
    if not rows:
        return f'<div class="rows-empty">{wording.BATCH_EMPTY}</div>'
    if standing.phase == "running":
        shown: Iterable[Row] = rows[-MOST_SHOWN:]
    else:
        shown = sorted(rows, key=lambda row: _ORDER[row.urgency])[:MOST_SHOWN]
    head = "".join(f"<th>{name}</th>" for name in wording.BATCH_COLUMNS)
    body = "".join(_line(row) for row in shown)
    more = ""
    if len(rows) > MOST_SHOWN:
        more = f'<div class="rows-more">{wording.batch_more(MOST_SHOWN, len(rows))}</div>'
    return f'<table class="rows"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{more}'


def downloads(csv: bytes, json: bytes) -> str:
    """Links that carry the files inside themselves, so that none is ever served."""
    return (
        '<div class="downloads">'
        + _link(wording.DOWNLOAD_CSV, "results.csv", "text/csv", csv)
        + _link(wording.DOWNLOAD_JSON, "results.json", "application/json", json)
        + "</div>"
    )


def _line(row: Row) -> str:
    urgency = row.urgency or wording.ROW_STATUS[row.status]
    findings = "；".join(describe(found) for found in row.findings if found.status != "无")
    said = findings or (wording.NOTHING_FOUND if row.status == "done" else row.text)
    code = f'<span class="code">{escape(row.code)}</span>' if row.code else ""
    full = f"<details><summary>{wording.FULL_TEXT}</summary><p>{escape(row.text)}</p></details>"
    return (
        f'<tr><td><span class="tag {_TONES[row.urgency]}">{escape(urgency)}</span></td>'
        f'<td class="file" title="{escape(row.file)}">{escape(row.file)}</td>'
        f"<td>{escape(row.region)}</td>"
        f"<td>{escape(said)}{code}{full if row.status == 'done' else ''}</td>"
        f"<td>{escape(row.window)}</td></tr>"
    )


def _link(words: str, name: str, kind: str, content: bytes) -> str:
    data = base64.b64encode(content).decode("ascii")
    return f'<a class="download" download="{name}" href="data:{kind};base64,{data}">{words}</a>'


def _urgent(rows: tuple[Row, ...]) -> int:
    return sum(row.urgency == "紧急" for row in rows)
