"""A batch as the page shows it: a bar, a table, downloads."""

from collections.abc import Iterable
from html import escape

from assistant.batch.cells import describe
from assistant.batch.ledger import Filed, Tally
from assistant.batch.row import Row
from assistant.ui import batch_wording as wording
from assistant.ui.batching import Batch, Standing
from assistant.ui.transcript import card

MOST_SHOWN = 300
"""Rows on the page; all of them are in the downloads."""

_TONES = {
    "紧急": "urgent",
    "需复核": "review",
    "关注": "watch",
    "常规": "plain",
    "": "none",
}


def progress(standing: Standing, tally: Tally = Tally()) -> str:  # noqa: B008 - frozen
    """The bar and what it stands at; a refusal as a card."""
    if standing.error is not None:
        return f'<div class="stopped progress-error">{card(standing.error)}</div>'
    if standing.phase == "idle":
        return f'<div class="progress idle">{wording.IDLE}</div>'
    if standing.estimate is not None:
        return f'<div class="progress counted" role="status">{_estimated(standing)}</div>'
    words = wording.standing(
        standing.phase,
        standing.done,
        standing.total,
        urgent=tally.urgent,
        review=tally.review,
        left_s=standing.left_s,
    )
    share = 100 * standing.done / standing.total if standing.total else 0
    return (
        f'<div class="progress {standing.phase}" role="status"><span>{escape(words)}</span>'
        f'<div class="track"><i style="width:{share:.1f}%"></i></div></div>'
    )


def table(filed: Iterable[Filed], found: int, *, filtered: bool, key: str = "") -> str:
    """One line a file, ``found`` of them in all; one that has a picture can be clicked.

    ``key`` is of the batch: what is clicked on a page left open is looked for in no other.
    """
    body = "".join(_line(one.row, key) for one in filed)
    if not body:
        return f'<div class="rows-empty">{wording.NO_MATCH if filtered else wording.EMPTY}</div>'
    head = "".join(f"<th>{name}</th>" for name in wording.COLUMNS)
    rest = ""
    if found > MOST_SHOWN:
        rest = f'<div class="rows-more">{wording.more(MOST_SHOWN, found)}</div>'
    return f'<table class="rows"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{rest}'


def downloads(batch: Batch) -> str:
    """Links to the files that are there, see :mod:`assistant.ui.result_route`."""
    links = "".join(
        f'<a class="download" download="{name}" href="result/{batch.key}/{name}">{words}</a>'
        for name, words in wording.DOWNLOADS.items()
        if (batch.out / name).is_file()
    )
    words = escape(wording.lies_in(str(batch.out)))
    place = f'<span class="lies-in">{words}</span>' if batch.kept else ""
    return f'<div class="downloads">{place}{links}</div>'


def can_be_opened(row: Row) -> bool:
    """Whether there is a picture behind a row: also a slice that another one stands for."""
    return row.status != "refused" and bool(row.sha256)


def _estimated(standing: Standing) -> str:
    found = standing.estimate
    assert found is not None
    unread = found.tally.settled
    words = wording.estimated(
        found.files, unread, found.series, len(found.odd), found.questions, found.known
    )
    if found.questions:
        words += f"。{wording.takes(found.seconds_each, found.seconds)}"
    return f"<span>{escape(words)}</span>"


def _line(row: Row, key: str) -> str:
    urgency = row.urgency or wording.STATUS[row.status]
    findings = [describe(found) for found in row.findings if found.status != "无"]
    said = "；".join([*findings, *filter(None, [row.caveat])])
    said = said or (wording.NOTHING_FOUND if row.status == "done" else row.text)
    code = f'<span class="code">{escape(row.code)}</span>' if row.code else ""
    full = f"<details><summary>{wording.FULL_TEXT}</summary><p>{escape(row.text)}</p></details>"
    opens = f' data-file="{key}|{escape(row.file)}" tabindex="0"' if can_be_opened(row) else ""
    return (
        f'<tr{opens}><td><span class="tag {_TONES[row.urgency]}">{escape(urgency)}</span></td>'
        f'<td class="file" title="{escape(row.file)}">{escape(row.file)}</td>'
        f"<td>{escape(row.region)}</td>"
        f"<td>{escape(said)}{code}{full if row.status == 'done' and row.text else ''}</td>"
        f"<td>{escape(row.window)}</td></tr>"
    )
