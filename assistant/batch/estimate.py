"""A dry run: what there is to do, and how long it would take, measured on a few files."""

import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from assistant.batch.asking import Asker, together
from assistant.batch.case import Case, note_case, open_case
from assistant.batch.control import Control
from assistant.batch.database import LEDGER
from assistant.batch.job import Job
from assistant.batch.ledger import Filed, Ledger, Tally, open_ledger, read_ledger
from assistant.batch.plan import at_most
from assistant.batch.readiness import wait_for_model
from assistant.batch.row import Row
from assistant.batch.source import Source
from assistant.batch.stacks import Stack, stacks
from assistant.engine.lane import Lane
from assistant.imaging.window import parse_window

SAMPLES = 3
"""Questions asked to measure the speed."""


@dataclass(frozen=True)
class Estimate:
    """What a run would do.

    Attributes:
        files: counted; those that cannot be read have their rows in ``tally``.
        tally: rows that need no answer: refused and skipped ones.
        series: how many there are.
        odd: series with gaps, duplicates or mixed orientation.
        questions: to be asked.
        known: answered in an earlier run into the same folder.
        seconds_each: measured, 0 when there was nothing to ask.
    """

    files: int
    tally: Tally
    series: int
    odd: tuple[Stack, ...]
    questions: int
    known: int
    seconds_each: float

    @property
    def seconds(self) -> float:
        """What the questions take together."""
        return self.questions * self.seconds_each


def estimate(
    source: Source, out: Path | None, lane: Lane, job: Job, control: Control
) -> Estimate | None:
    """Read every file, ask about ``SAMPLES`` of them, and write nothing; None when cancelled.

    Raises:
        AssistantError: BAT-101 to BAT-104, the window, or the engine could not be loaded.
    """
    parse_window(job.window)
    entries = source.entries(out)
    model = wait_for_model(lane, control)
    if model is None:
        return None
    scratch = tempfile.TemporaryDirectory(prefix="batch-")
    with scratch as folder, open_ledger(Path(folder)) as ledger, _earlier(out) as earlier:
        ledger.plan(at_most(entries, job.max_files))
        if not _survey(ledger, control):
            return None
        return _count(ledger, earlier, Asker(lane, job, model, control))


def in_words(seconds: float) -> str:
    """A time to wait, as precise as it can be known.

    >>> in_words(75), in_words(600), in_words(9000)
    ('75 秒', '10 分钟', '2.5 小时')
    """
    minutes = round(seconds / 60)
    if seconds < 90:
        return f"{max(1, round(seconds))} 秒"
    return f"{minutes} 分钟" if minutes < 90 else f"{minutes / 60:.1f} 小时"


def _count(ledger: Ledger, earlier: Ledger | None, asker: Asker) -> Estimate:
    digest = asker.job.digest(asker.model)
    series, questions, known = 0, 0, 0
    odd: list[Stack] = []
    samples: list[tuple[str, ...]] = []
    for stack in stacks(ledger):
        series += 1
        if stack.notices:
            odd.append(stack)
        for names, key in _questions(stack, asker):
            if earlier is not None and earlier.answer(digest, key):
                known += 1
            else:
                questions += 1
                samples += [names] if len(samples) < SAMPLES else []
    each = _measure(ledger, asker, samples)
    tally = ledger.tally()
    return Estimate(tally.total, tally, series, tuple(odd), questions, known, each)


def _survey(ledger: Ledger, control: Control) -> bool:
    for entry in ledger.entries():
        if not control.may_go_on():
            return False
        case = note_case(entry, ledger)
        if isinstance(case, Row):
            ledger.settle(Filed(case))
    return True


def _questions(stack: Stack, asker: Asker) -> Iterator[tuple[tuple[str, ...], str]]:
    """File names and digest of every question about a series."""
    if asker.job.by == "series":
        chosen = stack.representatives(asker.most_together)
        yield tuple(m.name for m in chosen), together(m.sha256 for m in chosen)
    else:
        yield from (((member.name,), member.sha256) for member in stack.members)


def _measure(ledger: Ledger, asker: Asker, samples: list[tuple[str, ...]]) -> float:
    """Mean seconds a question takes, from the file to the answer."""
    if not samples:
        return 0.0
    started = time.monotonic()
    groups: list[tuple[Case, ...]] = []
    for names in samples:
        opened = (open_case(entry) for entry in map(ledger.entry, names) if entry)
        groups.append(tuple(case for case in opened if isinstance(case, Case)))
    asker.about_each(ledger, [cases for cases in groups if cases])
    return (time.monotonic() - started) / len(samples)


@contextmanager
def _earlier(out: Path | None) -> Iterator[Ledger | None]:
    """The book of earlier runs, if there is one; it is only read."""
    if out is not None and (out / LEDGER).is_file():
        with read_ledger(out) as ledger:
            yield ledger
    else:
        yield None
