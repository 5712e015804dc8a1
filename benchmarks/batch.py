"""Throughput and memory of a batch: many small files, one in a hundred broken.

    python benchmarks/batch.py                 # 10,000 files, a scripted engine
    python benchmarks/batch.py --files 1000
    python benchmarks/batch.py --model demo --files 300

Run in the assistant's environment. The scripted engine answers at once, so that what is
measured is the batch itself: reading, rendering, keeping rows, writing four result files.
Memory is the process's own, looked at after each tenth of the files: it must not grow.
"""

import argparse
import json
import platform
import sys
import tempfile
import time
from collections import Counter
from datetime import date
from pathlib import Path

import numpy as np
from PIL import Image

CHECKOUT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(CHECKOUT))

from assistant.batch.control import Control  # noqa: E402
from assistant.batch.job import Job  # noqa: E402
from assistant.batch.question import Questions  # noqa: E402
from assistant.batch.run import run_batch  # noqa: E402
from assistant.batch.source import Source  # noqa: E402
from assistant.dialogue.prompts import load_prompts  # noqa: E402
from assistant.engine.lane import Lane  # noqa: E402
from assistant.engine.scripted import ScriptedEngine  # noqa: E402
from assistant.loading import load_named  # noqa: E402
from assistant.machine import processor, resident_bytes  # noqa: E402
from assistant.settings import load_settings  # noqa: E402

BROKEN = 100
"""Every so many-th file is broken."""


def main() -> None:
    """Measure and print one table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--files", type=int, default=10_000)
    parser.add_argument("--model", default="", help="a model instead of the scripted engine")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="batch-bench-") as scratch:
        folder, out = Path(scratch) / "in", Path(scratch) / "out"
        fill(folder, chosen.files)
        lane = open_lane(chosen.model)
        lane.wait_ready()
        job = Job(load_prompts().system, Questions(load_prompts().default_question))
        print(f"{date.today()}，{processor()}，{platform.system()}，{chosen.files} 个文件")
        print(
            "| 轮次 | 用时 | 文件/秒 | 占用内存（每十分之一处，MB） | 结果 |\n|---|---|---|---|---|"
        )
        for name in ("第一次", "再次运行"):
            started = time.monotonic()
            memory, counts = go_through(folder, out, lane, job)
            took = time.monotonic() - started
            shown = " ".join(f"{size / 2**20:.0f}" for size in memory)
            print(f"| {name} | {took:.1f} s | {chosen.files / took:.0f} | {shown} | {counts} |")
        rows = json.loads((out / "results.json").read_text("utf-8"))
        assert len({row["file"] for row in rows}) == len(rows) == chosen.files
        sizes = [f"{path.name} {path.stat().st_size / 1e6:.1f} MB" for path in out.iterdir()]
        print("、".join(sorted(sizes)))
        lane.close()


def fill(folder: Path, files: int) -> None:
    """Small grey pictures, each different, in folders of a thousand."""
    for number in range(files):
        path = folder / f"{number // 1000:03d}" / f"{number:06d}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        if number % BROKEN == BROKEN - 1:
            path.write_bytes(b"\x89PNG\r\n\x1a\n broken")
            continue
        gray = np.full((64, 64), 40, np.uint8)
        gray[:4, :4] = np.frombuffer(np.int64([number, number]).tobytes(), np.uint8).reshape(4, 4)
        Image.fromarray(gray).save(path)


def open_lane(model: str) -> Lane:
    """A lane before a model, or before an engine that answers at once."""
    if model:
        return Lane(lambda: load_named(load_settings(), model))
    return Lane.of(
        ScriptedEngine(lambda _: "检查所见：右肺上叶见结节，直径约8mm。诊断意见：结节。")
    )


def go_through(folder: Path, out: Path, lane: Lane, job: Job) -> tuple[list[int], str]:
    """One run: memory at each tenth, and what became of the files."""
    memory: list[int] = []
    counts: Counter[str] = Counter()
    for step in run_batch(Source(folder), out, lane, job, Control()):
        counts["沿用" if step.reused else step.row.status] += 1
        if step.done * 10 // step.total > len(memory):
            memory.append(resident_bytes() or 0)
    return memory, "，".join(f"{name} {count}" for name, count in counts.items())


if __name__ == "__main__":
    main()
