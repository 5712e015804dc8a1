"""Goes through a batch: one question and one row a file, or one question a series."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from assistant.batch.asking import Asked, Asker
from assistant.batch.case import Case, changed, note_case, open_case
from assistant.batch.control import Control
from assistant.batch.job import Job
from assistant.batch.ledger import Filed, Ledger, Member, open_ledger
from assistant.batch.plan import at_most
from assistant.batch.readiness import wait_for_model
from assistant.batch.results import write_results
from assistant.batch.row import Row
from assistant.batch.source import Source
from assistant.batch.stacks import Stack, stacks
from assistant.engine.lane import Lane
from assistant.errors import AssistantError
from assistant.imaging.slice import Notice
from assistant.imaging.window import parse_window

__all__ = ["Control", "Job", "Progress", "Row", "run_batch"]


@dataclass(frozen=True)
class Progress:
    """A row is there.

    Attributes:
        done: rows so far, this one included; total: rows in the end.
        row: the newest.
        asked: the model was asked for it, which takes most of the time.
        reused: it was answered in an earlier run.
    """

    done: int
    total: int
    row: Row
    asked: bool = False
    reused: bool = False


def run_batch(
    source: Source, out: Path, lane: Lane, job: Job, control: Control
) -> Iterator[Progress]:
    """Give every file its row; results are written when the iterator ends.

    A rerun into the same ``out`` with the same model and job asks only about files
    that are new, changed or not done. Once cancelled or closed, the rows so far are
    written and the rest is left for a rerun.

    Raises:
        AssistantError: BAT-101 to BAT-110, USE-111 and USE-112 the window, or the engine
            could not be loaded, or not again when it broke. The rows so far are kept.
    """
    parse_window(job.window)
    entries = source.entries(out)
    model = wait_for_model(lane, control)
    if model is None:
        return
    with open_ledger(out) as ledger:
        total = ledger.plan(at_most(entries, job.max_files))
        run = _Run(source, ledger, Asker(lane, job, model, control), total)
        try:
            yield from run.by_slice() if job.by == "slice" else run.by_series()
        except BaseException:
            with suppress(AssistantError):  # what went wrong first is what is told
                write_results(out, ledger)
            raise
        write_results(out, ledger)


@dataclass(eq=False)
class _Run:
    """One run as it goes on."""

    source: Source
    ledger: Ledger
    asker: Asker
    total: int
    done: int = 0

    def by_slice(self) -> Iterator[Progress]:
        waiting: list[tuple[str, Case]] = []
        for entry in self.ledger.entries():
            if not self.asker.control.may_go_on():
                return
            case = note_case(entry, self.ledger)
            if isinstance(case, Row):
                yield self._without(case)
                continue
            waiting.append((entry.name, case))
            if len(waiting) >= self.asker.at_a_time:
                if (rows := self._of_slices(waiting)) is None:
                    return
                yield from rows
                waiting = []
        rows = self._of_slices(waiting)
        if rows is not None:
            yield from rows

    def _of_slices(self, waiting: Sequence[tuple[str, Case]]) -> Iterator[Progress] | None:
        """The rows of slices that are asked about at one time; None when cancelled."""
        found = self.asker.about_each(self.ledger, [(case,) for _, case in waiting])
        if found is None:
            return None
        return (
            self._settle(asked, name, case.sha256)
            for (name, case), asked in zip(waiting, found, strict=True)
        )

    def by_series(self) -> Iterator[Progress]:
        for entry in self.ledger.entries():
            if not self.asker.control.may_go_on():
                return
            case = note_case(entry, self.ledger)
            if isinstance(case, Row):
                yield self._without(case)
        for stack in stacks(self.ledger):
            if not self.asker.control.may_go_on():
                return
            rows = self._of_stack(stack)
            if rows is None:
                return
            yield from rows

    def _of_stack(self, stack: Stack) -> Iterator[Progress] | None:
        """The rows of a series: the answer stands at its middle slice."""
        chosen = stack.representatives(self.asker.most_together)
        opened = [self._again(member) for member in chosen]
        cases = tuple(case for case in opened if isinstance(case, Case))
        lost = {row.file: row for row in opened if isinstance(row, Row)}
        asked = self.asker.about(self.ledger, cases) if cases else None
        if cases and asked is None:
            return None
        speaker = cases[len(cases) // 2].entry.name if cases else ""
        return self._told(stack, lost, asked, speaker)

    def _again(self, member: Member) -> Case | Row | None:
        """A file of a series once more; its row when it is no longer what was noted."""
        entry = self.ledger.entry(member.name)
        if entry is None:
            return None
        case = open_case(entry)
        same = isinstance(case, Row) or case.sha256 == member.sha256
        return case if same else changed(entry)

    def _told(
        self, stack: Stack, lost: dict[str, Row], asked: Asked | None, speaker: str
    ) -> Iterator[Progress]:
        why = Notice("BAT-142", f"与 {speaker} 同属一个序列，已由它代表。")
        if not speaker:
            why = Notice("BAT-143", "该序列的代表层面均无法读取，未提问。")
        for member in stack.members:
            if member.name in lost:
                yield self._without(lost[member.name])
            elif asked is not None and member.name == speaker:
                yield self._settle(asked, member.name, member.sha256)
            else:
                yield self._without(
                    Row(member.name, member.sha256, "skipped", why.code, text=why.message)
                )

    def _without(self, row: Row) -> Progress:
        """Settle a row without an answer; a folder that is gone ends the run instead."""
        if row.code == "IMG-101" and not self.source.folder.is_dir():
            raise AssistantError(
                "BAT-109",
                "待诊断的文件夹不见了，可能被移走、改名或断开连接。",
                next_step="请恢复该文件夹后重新运行，已完成的结果会直接沿用。",
            )
        self.ledger.settle(Filed(row))
        return self._progress(row)

    def _settle(self, asked: Asked, name: str, sha256: str) -> Progress:
        row = replace(asked.filed.row, file=name, sha256=sha256)
        self.ledger.settle(replace(asked.filed, row=row), answers=asked.answers)
        return self._progress(row, asked=asked.asked, reused=asked.reused)

    def _progress(self, row: Row, *, asked: bool = False, reused: bool = False) -> Progress:
        self.done += 1
        return Progress(self.done, self.total, row, asked, reused)
