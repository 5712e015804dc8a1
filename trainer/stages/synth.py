"""synth: pictures, conversations and exact truth of generated CT slices."""

import json
import multiprocessing
import os
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path

from rich.progress import Progress

from assistant.dialogue.prompts import load_prompts
from trainer.data.recipe import SynthConfig
from trainer.data.shard import Shard, make_shard, read_shard
from trainer.data.sharegpt import dataset_info, write_json
from trainer.watched import end_worker_with_parent

TRAIN_JSON, EVAL_JSON = "mllm_data/mllm_data.json", "mllm_data/mllm_eval.json"
FOLDERS = ("mllm_data", "shards", "dense", "dicom")


def synth(config: SynthConfig, out: Path, *, progress: Progress) -> None:
    """Fill ``out`` with a data set in LLaMA-Factory's sharegpt form.

    Writes ``mllm_data/*.jpg``, ``mllm_data/mllm_data.json`` and ``mllm_eval.json``,
    ``dataset_info.json`` (entries mllm_med and mllm_eval), ``truth.jsonl`` (a row a picture),
    ``dense/*.npz`` (names, hu, labels) and the first slices as ``dicom/*.dcm``. Shards that
    an earlier, killed run has finished are kept; the same config gives the same bytes.

    Args:
        config: see :class:`SynthConfig`.
        out: folder to fill; created when missing.
        progress: shows how many rows are done.
    """
    for name in FOLDERS:
        (out / name).mkdir(parents=True, exist_ok=True)
    shards = list(plan(config, out, load_prompts().default_question))
    task = progress.add_task("生成模拟 CT", total=config.count + config.eval_count)
    todo = []
    for shard in shards:
        if shard.record.exists():
            progress.advance(task, shard.stop - shard.start)
        else:
            todo.append(shard)
    for done in _make(todo, config.workers):
        progress.advance(task, done)
    _gather(out, shards)


def plan(config: SynthConfig, out: Path, default_question: str) -> Iterator[Shard]:
    """Every shard of both splits, in order."""
    for split, count in (("train", config.count), ("eval", config.eval_count)):
        for start in range(0, count, config.shard):
            stop = min(start + config.shard, count)
            yield Shard(config, out, split, start, stop, default_question)


def _make(shards: list[Shard], workers: int) -> Iterator[int]:
    """Rows done, as shards finish; in processes that are spawned, as Windows can."""
    wanted = min(workers or os.cpu_count() or 1, len(shards))
    if wanted <= 1:
        yield from map(make_shard, shards)
        return
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(
        wanted, mp_context=context, initializer=end_worker_with_parent
    ) as pool:
        futures = [pool.submit(make_shard, shard) for shard in shards]
        try:
            for future in as_completed(futures):
                yield future.result()
        finally:
            for future in futures:
                future.cancel()


def _gather(out: Path, shards: list[Shard]) -> None:
    rows: dict[str, list[object]] = {"train": [], "eval": []}
    truths: list[object] = []
    for shard in shards:
        made, truth = read_shard(shard)
        rows[shard.split] += made
        truths += truth
    write_json(out / TRAIN_JSON, rows["train"])
    write_json(out / EVAL_JSON, rows["eval"])
    lines = "".join(json.dumps(truth, ensure_ascii=False) + "\n" for truth in truths)
    (out / "truth.jsonl").write_text(lines, encoding="utf-8", newline="\n")
    files = {"mllm_med": TRAIN_JSON, "mllm_eval": EVAL_JSON}
    write_json(out / "dataset_info.json", dataset_info(files))
