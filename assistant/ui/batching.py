"""One batch of one browser tab: from what was chosen to rows as they come."""

import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Event

from assistant.batch.results import CSV, JSON, write_results
from assistant.batch.run import Job, run_folder
from assistant.engine.lane import Lane
from assistant.ui.batch_page import Standing
from assistant.ui.batch_source import Source
from assistant.ui.guard import as_assistant_error

REDRAW_S = 0.25
"""Shortest time between two redraws of the table, seconds."""


@dataclass(frozen=True)
class Results:
    """The finished files.

    Attributes:
        csv: as a spreadsheet opens it.
        json: the same rows.
    """

    csv: bytes
    json: bytes


def run_batch(
    source: Source, out: Path, lane: Lane, job: Job, cancel: Event
) -> Iterator[Standing | Results]:
    """Go through the files; the last two items are the final standing and the results.

    Whatever goes wrong, the rows so far stay, and there are results when there are rows.
    """
    standing = Standing(phase="running")
    yield standing
    drawn_at = time.monotonic()
    try:
        for step in run_folder(source.folder, out, lane, job, cancel):
            row = replace(step.row, file=source.shown(step.row.file))
            standing = replace(standing, rows=(*standing.rows, row), total=step.total)
            if time.monotonic() - drawn_at >= REDRAW_S or step.done == 1:
                drawn_at = time.monotonic()
                yield standing
        standing = replace(standing, phase="stopped" if cancel.is_set() else "done")
    except Exception as error:
        standing = replace(standing, phase="stopped", error=as_assistant_error(error))
    yield standing
    if standing.rows:
        if source.names:
            write_results(out, standing.rows)
        yield Results((out / CSV).read_bytes(), (out / JSON).read_bytes())
