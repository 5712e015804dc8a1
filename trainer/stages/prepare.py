"""prepare: from MedTrinity, pictures and doctors' dialogues to what LLaMA-Factory reads."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from pydantic import JsonValue
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from assistant.dialogue.prompts import load_prompts
from assistant.errors import AssistantError
from trainer.data.corpus import assemble, chinese, duplicates, preflight, sift, sources, split
from trainer.data.corpus.datacard import Findings, write_datacard
from trainer.data.corpus.origin import need_fit
from trainer.data.corpus.plan import Group, groups, load_plan, mend, note, noted, save_plan
from trainer.data.corpus.pool import disk_full, run_ordered
from trainer.data.corpus.preparation import Preparation
from trainer.data.corpus.publish import GROUPS, Publishing, publish
from trainer.data.corpus.reasons import reason_of
from trainer.data.corpus.row import Unit
from trainer.data.corpus.tally import Tally
from trainer.data.corpus.terminology import TERMINOLOGY
from trainer.data.corpus.translate import Translator
from trainer.manifest import Job, Manifest, begin, digest_file

WORK = ".work"
READING = 2
"""Raised when rows are read or told apart otherwise: what was made before is made anew."""
_NO_MATTER = {"workers", "translate"}
"""Settings that change how long it takes, or are told apart below; not what comes out."""


def prepare(wanted: Preparation, out: Path, *, console: Console) -> Manifest:
    """Fill ``out``: pictures and JSON as in the recipe, or shards, with lists and a data card.

    A run that was killed goes on where it stopped; the result is the same.

    Raises:
        AssistantError: TRN-5xx; what can be found beforehand is found before work begins.
    """
    preflight.check(wanted, out)
    job = begin(out, "prepare", inputs=_inputs(wanted), config=_config(wanted))
    work = out / WORK
    if job.done is not None:
        shutil.rmtree(work, ignore_errors=True)
        console.print("[green]✓[/] prepare：已完成，输入与配置未变，跳过。")
        return job.done
    console.print(
        "[yellow]↻[/] prepare：接着上次中断处继续。"
        if job.resumed
        else "[cyan]▶[/] prepare：开始。"
    )
    try:
        manifest = _run(wanted, job, work, console)
    except OSError as error:
        if error.errno != 28:
            raise
        code, message, next_step = disk_full()
        raise AssistantError(code, message, next_step=next_step, detail=str(error)) from error
    shutil.rmtree(work, ignore_errors=True)
    console.print(
        f"[green]✓[/] prepare：完成，用时 {manifest.seconds:.0f} 秒；数据卡在 datacard.html。"
    )
    return manifest


def _run(wanted: Preparation, job: Job, work: Path, console: Console) -> Manifest:
    out = job.folder
    for folder in (work / sift.PARTS, work / chinese.CHINESE, work / GROUPS, out / sift.PICTURES):
        folder.mkdir(parents=True, exist_ok=True)
    units = _plan(wanted, out, work, console)
    workers = wanted.workers or os.cpu_count() or 1
    rows = _sift(wanted, units, out, work, workers, console)
    parts = list(groups(work, wanted.batch_rows))
    distinct = _distinct(parts, rows, work)
    _translate(parts, wanted, distinct, work, console)
    sharded = sift.is_sharded(wanted, units)
    _publish(parts, wanted, sharded, out, work, workers, console)
    leakage = split.check_leakage(assemble.placed(parts, work), rows, work / "leakage")
    lists = assemble.write_lists(parts, work, out)
    counts = assemble.tally(parts, work)
    _refuse_nothing(counts)
    need_fit(counts.told, wanted.split.source_pattern)
    data = assemble.write_dataset(parts, work, out, sharded=sharded)
    findings = Findings(wanted, counts, leakage, sharded)
    card = write_datacard(findings, out)
    if sharded:
        shutil.rmtree(out / sift.PICTURES, ignore_errors=True)
    return job.finish([*lists, *data, card])


def _plan(wanted: Preparation, out: Path, work: Path, console: Console) -> list[Unit]:
    """The units of an earlier run, or new ones once they are known to fit on the disk."""
    if (work / "plan.json").exists():
        units = list(load_plan(work))
    else:
        units = sources.units(wanted.sources, wanted.batch_rows)
    found = preflight.forecast(wanted, units)
    done = len(noted(work)) / max(len(units), 1)
    preflight.check_room(found, out, done)
    if found.rows:
        cores = wanted.workers or os.cpu_count() or 1
        console.print(
            f"  共 {found.rows:,} 行，抽样保留 {found.kept:.0%}，约需 "
            f"{found.bytes_needed / 1e9:.1f} GB、{found.seconds / cores / 60:.0f} 分钟。"
        )
    save_plan(work, units)
    load_plan.cache_clear()
    return units


def _sift(
    wanted: Preparation, units: list[Unit], out: Path, work: Path, workers: int, console: Console
) -> int:
    mend(work)
    done = noted(work)
    if len(done) < len(units):
        known = [unit.rows for unit in units if unit.rows is not None]
        total = sum(known) if len(known) == len(units) else None
        pending = (t for t in sift.tasks(wanted, units, out, work) if t.unit.number not in done)
        with _progress(console, "行，保留 {task.fields[kept]:,}") as bar:
            task = bar.add_task("筛选", total=total, kept=sum(d.kept for d in done.values()))
            bar.advance(task, sum(d.rows for d in done.values()))
            kept = sum(d.kept for d in done.values())
            for sifted in sift.run(pending, workers):
                note(work, sifted)
                kept += sifted.kept
                bar.update(task, advance=sifted.rows, kept=kept)
    rows = sum(sifted.rows for sifted in noted(work).values())
    if not rows:
        raise AssistantError(
            "TRN-508", "数据来源中一行数据也没有。", next_step="请检查 sources 指向的内容。"
        )
    return rows


def _distinct(parts: list[Group], rows: int, work: Path) -> duplicates.Distinct:
    folder = work / "distinct"
    if not (folder / "joined.npy").exists():
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        duplicates.find((part for group in parts for part in group.parts), rows, folder)
    return duplicates.load(folder)


def _translate(
    parts: list[Group],
    wanted: Preparation,
    distinct: duplicates.Distinct,
    work: Path,
    console: Console,
) -> None:
    if wanted.language == "en":
        return
    if wanted.translate is None:
        console.print("  [yellow]没有配置翻译端点（translate），英文说明保持英文。[/]")
        return
    translator = Translator(wanted.translate)
    translated = refused = 0
    try:
        with _progress(console, "组，译成 {task.fields[made]:,} 行") as bar:
            task = bar.add_task("翻译", total=len(parts), made=0)
            for group in parts:
                if (work / GROUPS / group.name).exists():
                    bar.advance(task)
                    continue
                made, failed = chinese.translate_group(group, wanted, distinct, translator, work)
                translated, refused = translated + made, refused + failed
                bar.update(task, advance=1, made=translated)
    finally:
        translator.close()
    if refused:
        console.print(f"  [yellow]{refused:,} 行译文未通过核对，保留英文，见 untranslated.csv。[/]")


def _publish(
    parts: list[Group],
    wanted: Preparation,
    sharded: bool,
    out: Path,
    work: Path,
    workers: int,
    console: Console,
) -> None:
    question = load_prompts().default_question
    tasks: Iterator[Publishing] = (
        Publishing(group, wanted, question, wanted.question_en, sharded, out, work)
        for group in parts
    )
    with _progress(console, "组") as bar:
        task = bar.add_task("写出", total=len(parts))
        for _ in run_ordered(publish, tasks, min(workers, len(parts))):
            bar.advance(task)


def _refuse_nothing(counts: Tally) -> None:
    if counts.splits.total():
        return
    most = "、".join(
        f"{reason_of(code).name} {count:,} 行" for code, count in counts.reasons.most_common(3)
    )
    raise AssistantError(
        "TRN-513",
        f"来源的 {counts.rows.total():,} 行一行也没有留下：{most}。",
        next_step="每一行的原因在输出文件夹的 rejects.csv 中，请据此改正来源或 select 后再运行。",
    )


def _inputs(wanted: Preparation) -> dict[str, str]:
    """What the result is made from, by name."""
    made = {
        f"source-{number}": sources.fingerprint(source)
        for number, source in enumerate(wanted.sources)
    }
    if wanted.language != "en" and wanted.translate is not None:
        made["terminology"] = digest_file(TERMINOLOGY)
    return made


def _config(wanted: Preparation) -> dict[str, JsonValue]:
    config: dict[str, JsonValue] = wanted.model_dump(mode="json", exclude=_NO_MATTER)
    config["question_zh"] = load_prompts().default_question
    translate = None if wanted.language == "en" else wanted.translate
    config["reading"] = READING
    config["translate"] = None
    if translate is not None:
        config["translate"] = {"model": translate.model, "attempts": translate.attempts}
    return config


def _progress(console: Console, unit: str) -> Progress:
    return Progress(
        TextColumn("  {task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn(unit),
        TimeRemainingColumn(),
        console=console,
    )
