"""Batches that run behind the page: they go on while nobody looks."""

import secrets
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Lock, Thread

from assistant.batch.control import Control
from assistant.batch.estimate import Estimate, estimate
from assistant.batch.job import Job
from assistant.batch.run import run_batch
from assistant.batch.source import Source
from assistant.engine.lane import Lane
from assistant.errors import AssistantError
from assistant.ui.guard import as_assistant_error

Prepare = Callable[[Path], Source]
"""Makes the source, given a folder of its own to unpack into."""


@dataclass(frozen=True)
class Standing:
    """How far a batch has come.

    Attributes:
        phase: "idle", "counting", "counted", "running", "paused", "done" or "stopped".
        done: files that have their row.
        total: rows in the end, 0 while the files are being counted.
        left_s: seconds to go, None while that cannot be said.
        estimate: of a dry run, once it is counted.
        error: why it ended early.
    """

    phase: str = "idle"
    done: int = 0
    total: int = 0
    left_s: float | None = None
    estimate: Estimate | None = None
    error: AssistantError | None = None

    @property
    def going(self) -> bool:
        """Whether anything is still to come."""
        return self.phase in ("counting", "running", "paused")


class Batch:
    """One batch on a thread of its own.

    Args:
        prepare: makes the source.
        out: results folder, None for one that ends with the batch.
        lane: the engine.
        job: what is asked.
        scratch: where temporary folders are made.
        dry: only count and measure.

    Attributes:
        key: random; rows and downloads on a page name the batch that they are of.
        has_rows: its files are counted, and what lies in its results folder is its own.
    """

    def __init__(
        self,
        prepare: Prepare,
        out: Path | None,
        lane: Lane,
        job: Job,
        *,
        scratch: Path,
        dry: bool = False,
    ) -> None:
        self.job, self.dry = job, dry
        self.key, self.has_rows = secrets.token_hex(8), False
        self.control = Control()
        self._prepare, self._lane = prepare, lane
        self._room = tempfile.TemporaryDirectory(
            prefix="batch-", dir=scratch, ignore_cleanup_errors=True
        )
        self.out = out if out is not None else Path(self._room.name) / "results"
        self.kept = out is not None
        self._standing = Standing("counting" if dry else "running")
        self._thread = Thread(target=self._work, name="batch", daemon=True)
        self._thread.start()

    @property
    def standing(self) -> Standing:
        """How far it has come, now."""
        now = self._standing
        paused = now.phase == "running" and self.control.paused
        return replace(now, phase="paused", left_s=None) if paused else now

    def close(self) -> None:
        """Stop, and remove what is temporary; results in a folder of the person's stay."""
        self.control.cancel()
        self._thread.join(10)
        self._room.cleanup()

    def _work(self) -> None:
        try:
            source = self._prepare(Path(self._room.name))
            if self.dry:
                out = self.out if self.kept else None
                found = estimate(source, out, self._lane, self.job, self.control)
                phase = "counted" if found else "stopped"
                self._standing = replace(self._standing, phase=phase, estimate=found)
                return
            self._go_through(source)
        except Exception as error:
            refusal = as_assistant_error(error)
            self._standing = replace(self._standing, phase="stopped", error=refusal, left_s=None)

    def _go_through(self, source: Source) -> None:
        pace = _Pace(self.control)
        for step in run_batch(source, self.out, self._lane, self.job, self.control):
            self.has_rows = True
            left = pace.left_s(step.done, step.total, asked=step.asked)
            self._standing = Standing("running", step.done, step.total, left)
        whole = 0 < self._standing.total == self._standing.done
        phase = "done" if whole or not self.control.cancelled.is_set() else "stopped"
        self._standing = replace(self._standing, phase=phase, left_s=None)


class _Pace:
    """Time to go, from the time that files took; those that asked nothing cost nothing."""

    def __init__(self, control: Control) -> None:
        self._control = control
        self._asked = self._seen = 0
        self._started = time.monotonic()

    def left_s(self, done: int, total: int, *, asked: bool) -> float | None:
        self._seen += 1
        self._asked += asked
        if not self._asked:
            return None
        spent = time.monotonic() - self._started - self._control.held_s
        return spent / self._seen * (total - done)


class Batches:
    """The batch of every person, one at a time each; also when the page is closed meanwhile.

    The results of the one before are kept until the new one has some: it may only count, or
    fail before its first file.
    """

    def __init__(self) -> None:
        self._batches: dict[str, Batch] = {}
        self._former: dict[str, Batch] = {}
        self._lock = Lock()

    def of(self, person: str) -> Batch | None:
        """A person's last batch."""
        return self._batches.get(person)

    def results_of(self, person: str) -> Batch | None:
        """The batch whose rows there are to see: the last one, or the one before it."""
        with self._lock:
            return self._with_rows(person)

    def begin(self, person: str, make: Callable[[], Batch]) -> Batch:
        """A new batch in the place of the last one.

        Raises:
            AssistantError: BAT-136 that still goes on.
        """
        with self._lock:
            last = self._batches.get(person)
            if last is not None and last.standing.going:
                raise AssistantError(
                    "BAT-136",
                    "上一批还没有结束，新的一批没有开始。",
                    next_step="请等它完成，或先停止，再开始新的一批。",
                )
            kept, former = self._with_rows(person), self._former.pop(person, None)
            batch = self._batches[person] = make()
            if kept is not None:
                self._former[person] = kept
            for one in {last, former} - {kept, None}:
                assert one is not None
                one.close()
            return batch

    def _with_rows(self, person: str) -> Batch | None:
        last, former = self._batches.get(person), self._former.get(person)
        if last is None or last.has_rows:
            if former is not None:
                del self._former[person]
                former.close()
            return last
        return former if last.dry or not last.standing.going else None

    @property
    def going(self) -> bool:
        """Whether anybody's batch is going on."""
        with self._lock:
            return any(batch.standing.going for batch in self._batches.values())

    def close(self) -> None:
        """Stop them all; what is done is kept where it was asked for."""
        with self._lock:
            batches = [*self._batches.values(), *self._former.values()]
            self._batches, self._former = {}, {}
        for batch in batches:
            batch.close()
