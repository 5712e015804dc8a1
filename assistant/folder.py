"""What the verb ``batch`` does: a folder or an archive, counted first or gone through."""

import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.progress import TimeRemainingColumn as Remaining

from assistant.batch.estimate import Estimate, estimate, in_words
from assistant.batch.job import MOST_TOGETHER, Job
from assistant.batch.ledger import read_ledger
from assistant.batch.question import parse_questions
from assistant.batch.run import Control, run_batch
from assistant.batch.source import Source
from assistant.batch.stacks import stacks
from assistant.batch.unpack import Parcel, is_archive, unpack
from assistant.dialogue.prompts import load_prompts
from assistant.engine.base import Options
from assistant.engine.lane import Lane
from assistant.errors import AssistantError
from assistant.loading import open_lane
from assistant.settings import Settings
from assistant.terminal import INTERRUPTED, tell

MOST_TOLD = 20
"""Odd series named on the terminal; the page results.html names all."""


@dataclass(frozen=True)
class How:
    """What was asked for on the command line, as it was written."""

    questions: tuple[str, ...]
    by: str
    slices: str
    dry_run: bool


def run(settings: Settings, folder: Path, out: Path | None, how: How) -> int:
    """A row for every file, or with ``dry_run`` an estimate; Ctrl-C keeps the rows so far."""
    job = _job(settings, how)
    with _opened(folder, settings) as source:
        lane = open_lane(settings)
        try:
            if out is None or how.dry_run:
                return _count(source, out, lane, job)
            return _go_through(source, out, lane, job)
        finally:
            lane.close()


def _job(settings: Settings, how: How) -> Job:
    slices = int(how.slices) if how.slices.isdecimal() else 0
    if how.by not in ("slice", "series") or not 1 <= slices <= MOST_TOGETHER:
        raise AssistantError(
            "USE-018",
            f"--by 只能是 slice 或 series，--slices 应为 1 至 {MOST_TOGETHER} 的整数。",
            next_step="例如：batch 文件夹 --out 输出文件夹 --by series --slices 3",
        )
    prompts = load_prompts()
    return Job(
        system=prompts.system,
        questions=parse_questions("\n".join(how.questions), prompts.default_question),
        window=settings.window,
        options=Options(max_tokens=settings.max_tokens),
        by="series" if how.by == "series" else "slice",
        per_series=slices,
        max_files=settings.max_batch_files,
    )


@contextmanager
def _opened(path: Path, settings: Settings) -> Iterator[Source]:
    """A folder as it is, an archive unpacked for as long as the batch runs."""
    try:
        with path.open("rb") as file:
            packed = is_archive(file)
    except OSError:  # a folder, or nothing: the plan tells which
        packed = False
    if not packed:
        yield Source(path)
        return
    with tempfile.TemporaryDirectory(prefix="batch-", ignore_cleanup_errors=True) as scratch:
        tell("正在展开压缩包…")
        most = settings.max_batch_files
        yield unpack([Parcel(path, path.name)], Path(scratch) / "files", most=most)


def _count(source: Source, out: Path | None, lane: Lane, job: Job) -> int:
    tell("正在清点文件，并实测几个…")
    try:
        found = estimate(source, out, lane, job, Control())
    except KeyboardInterrupt:
        tell("已中断。")
        return INTERRUPTED
    for line in _described(found) if found else ():
        tell(line)
    return 0


def _described(found: Estimate) -> Iterator[str]:
    yield (
        f"共 {found.files} 个文件，{found.series} 个序列；"
        f"不能读取 {found.tally.refused}，跳过 {found.tally.skipped}。"
    )
    for stack in found.odd[:MOST_TOLD]:
        told = "".join(f"[{notice.code}] {notice.message}" for notice in stack.notices)
        yield f"{stack.name}（{len(stack.members)} 层）：{told}"
    yield f"需要提问 {found.questions} 次，沿用以前的回答 {found.known} 次。"
    if found.questions:
        yield (
            f"实测每次 {found.seconds_each:.1f} 秒，共约 {in_words(found.seconds)}"
            "（取自几个文件，实际会有出入）。"
        )


def _go_through(source: Source, out: Path, lane: Lane, job: Job) -> int:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), Remaining())
    counts: Counter[str] = Counter()
    try:
        with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
            task = bar.add_task("批量阅片", total=None)
            for step in run_batch(source, out, lane, job, Control()):
                counts["reused" if step.reused else step.row.status] += 1
                bar.update(task, completed=step.done, total=step.total)
    except KeyboardInterrupt:
        tell(f"已中断，{counts.total()} 个文件的结果已保存；再次运行会接着处理其余文件。")
        return INTERRUPTED
    tell(
        f"共 {counts.total()} 个文件：完成 {counts['done']}，沿用 {counts['reused']}，"
        f"拒绝 {counts['refused']}，失败 {counts['failed']}，跳过 {counts['skipped']}。"
    )
    with read_ledger(out) as ledger:
        tally = ledger.tally()
        odd = sum(bool(stack.notices) for stack in stacks(ledger))
    if tally.urgent:
        tell(f"其中紧急 {tally.urgent} 个，排在结果最前。")
    if tally.review:
        tell(f"有 {tally.review} 个标为“需复核”，原因见结果的 code 一列，请医师看图像。")
    if odd:
        tell(f"有 {odd} 个序列缺层、重复或方向混杂，见 results.html 末尾。")
    tell(f"结果：{out / 'results.html'}，以及同处的 results.csv、results.xlsx、results.json")
    return 0
