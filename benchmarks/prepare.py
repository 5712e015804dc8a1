"""How fast prepare is, in how much memory, and whether a kill costs a row.

    python benchmarks/prepare.py [--rows 50000] [--workers 2] [--folder FOLDER]

Generates rows in the schema of MedTrinity and measures, each in a process of its own: a plain
loop with the same checks, the original recipe's loop without any, prepare on a fifth of the rows
and on all of them, and prepare killed and run again. Needs the training environment.
"""

import argparse
import hashlib
import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import psutil
import pyarrow.parquet as pq
import yaml
from PIL import Image

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "benchmarks")]

from medtrinity import generate  # noqa: E402

WHOLE = 25_016_845
"""Rows of MedTrinity-25M."""


@dataclass(frozen=True)
class Measured:
    """A run: its time, the most that all its processes held, and the time of all cores."""

    seconds: float
    peak_mb: float
    cpu_seconds: float


def plain(shards: Path, out: Path) -> None:
    """The same checks and the same result in one loop, as one would first write it."""
    from trainer.data.corpus.judge import Rules, judge
    from trainer.data.corpus.medtrinity import rows_of
    from trainer.data.corpus.preparation import Select
    from trainer.data.corpus.row import RawRow

    rules = Rules(Select(), False, "auto", 92)
    (out / "mllm_data").mkdir(parents=True)
    seen: set[tuple[bytes, str]] = set()
    entries, rejects = [], []
    for path in sorted(shards.glob("*.parquet")):
        number = 0
        for batch in pq.ParquetFile(path).iter_batches(100):
            for row in rows_of(batch, "image", "id", "caption", path.parent):
                verdict = judge(RawRow(path.name, number, *row), rules, sampled=False)
                number += 1
                if verdict.reason is not None:
                    rejects.append((path.name, number, verdict.reason.code, verdict.detail))
                    continue
                (picture,) = verdict.pictures
                text = verdict.turns[1].text
                if (picture.key, text) in seen:
                    rejects.append((path.name, number, "TRN-529", ""))
                    continue
                seen.add((picture.key, text))
                name = f"mllm_data/{picture.key.hex()}.jpg"
                (out / name).write_bytes(picture.jpeg)
                entries.append(_entry(name, text))
    (out / "mllm_data.json").write_text(json.dumps(entries), encoding="utf-8")
    (out / "rejects.json").write_text(json.dumps(rejects), encoding="utf-8")


def recipe(shards: Path, out: Path) -> None:
    """The original recipe's loop over the rows that say CT: decode, save, append; no checks."""
    (out / "mllm_data").mkdir(parents=True)
    entries = []
    for path in sorted(shards.glob("*.parquet")):
        for batch in pq.ParquetFile(path).iter_batches(100):
            for row in batch.to_pylist():
                if "CT" not in row["caption"] or row["image"]["bytes"] is None:
                    continue
                try:
                    picture = Image.open(BytesIO(row["image"]["bytes"])).convert("RGB")
                except OSError:
                    continue
                name = f"mllm_data/{row['id']}.jpg"
                picture.save(out / name)
                entries.append(_entry(name, row["caption"]))
    (out / "mllm_data.json").write_text(json.dumps(entries), encoding="utf-8")


def _entry(name: str, text: str) -> dict[str, object]:
    question = {"role": "user", "content": "<image>Please describe this image."}
    return {"messages": [question, {"role": "assistant", "content": text}], "images": [name]}


def configure(shards: Path, workers: int, folder: Path) -> Path:
    """Write the settings of a run."""
    path = folder / f"{shards.name}.yaml"
    settings = {
        "name": shards.name,
        "sources": [{"kind": "parquet", "path": str(shards)}],
        "layout": "recipe",
        "workers": workers,
    }
    path.write_text(yaml.safe_dump(settings), encoding="utf-8")
    return path


def measure(*command: str) -> Measured:
    """Run a command and watch all its processes."""
    start = time.perf_counter()
    process = _start(*command)
    peak = spent = 0.0
    while process.poll() is None:
        held, used = _watch(process.pid)
        peak, spent = max(peak, held), max(spent, used)
        time.sleep(0.1)
    if process.returncode:
        raise SystemExit(f"{command} ended with {process.returncode}")
    return Measured(time.perf_counter() - start, peak, spent)


def _start(*command: str) -> "subprocess.Popen[bytes]":
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "HF_HUB_OFFLINE": "1"}
    return subprocess.Popen([sys.executable, *command], env=environment, stderr=subprocess.DEVNULL)


def _watch(pid: int) -> tuple[float, float]:
    """Memory in MB and CPU time in seconds of a process and its children."""
    try:
        parent = psutil.Process(pid)
        family = (parent, *parent.children(recursive=True))
        held = sum(one.memory_info().rss for one in family)
        times = [one.cpu_times() for one in family]
    except psutil.Error:
        return 0.0, 0.0
    spent = sum(one.user + one.system for one in times)
    ended = times[0].children_user + times[0].children_system
    return held / 2**20, spent + ended


def prepare(config: Path, out: Path) -> tuple[str, ...]:
    """The command of a run."""
    return ("-m", "trainer", "prepare", str(config), "--out", str(out))


def kill_and_resume(config: Path, out: Path, rows: int) -> tuple[int, Measured]:
    """Kill a run when a third of its rows are committed, and run it again.

    Returns:
        parts committed at the kill, and the second run.
    """
    process = _start(*prepare(config, out))
    parts = out / ".work" / "parts"
    while len(list(parts.glob("*.arrow"))) < rows // 512 // 3:
        if process.poll() is not None:
            raise SystemExit("it was over before it could be killed")
        time.sleep(0.02)
    process.kill()
    process.wait()
    committed = len(list(parts.glob("*.arrow")))
    return committed, measure(*prepare(config, out))


def fingerprint(out: Path) -> str:
    """Sha256 over every file of a result but its manifest, which tells the time."""
    total = hashlib.sha256()
    for path in sorted(path for path in out.rglob("*") if path.is_file()):
        if path.name != "manifest.json":
            total.update(path.relative_to(out).as_posix().encode() + path.read_bytes())
    return total.hexdigest()


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=50_000)
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--folder", type=Path, help="keeps the generated rows for another time")
    parser.add_argument("--loop", nargs=3, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.loop:
        name, shards, out = given.loop
        {"plain": plain, "recipe": recipe}[name](Path(shards), Path(out))
        return
    with tempfile.TemporaryDirectory(prefix="prepare-") as temporary:
        scratch = Path(temporary)
        run(given.folder or scratch, scratch, given.rows, given.workers)


def run(kept: Path, scratch: Path, rows: int, workers: int) -> None:
    """All measurements, told as they come."""
    few = rows // 5
    small, large = kept / f"rows-{few}", kept / f"rows-{rows}"
    start = time.perf_counter()
    generate(small, few)
    generate(large, rows)
    print(f"generated {few + rows:,} rows in {time.perf_counter() - start:.0f} s", flush=True)
    loop = ("benchmarks/prepare.py", "--loop")
    os.chdir(ROOT)
    told = [("run", "rows", "seconds", "rows/s", "CPU seconds", "peak RSS MB")]

    def note(name: str, count: int, done: Measured) -> None:
        told.append(
            (name, f"{count:,}", f"{done.seconds:.1f}", f"{count / done.seconds:.0f}",
             f"{done.cpu_seconds:.0f}", f"{done.peak_mb:.0f}")
        )  # fmt: skip
        print(" | ".join(told[-1]), flush=True)

    slow = measure(*loop, "plain", str(large), str(scratch / "plain"))
    note("plain loop, same checks, one process", rows, slow)
    bare = measure(*loop, "recipe", str(large), str(scratch / "recipe"))
    note("the recipe's loop, no checks", rows, bare)
    config = configure(small, workers, scratch)
    first = measure(*prepare(config, scratch / "small"))
    note(f"prepare, {workers} workers", few, first)
    config = configure(large, workers, scratch)
    fast = measure(*prepare(config, scratch / "large"))
    note(f"prepare, {workers} workers", rows, fast)
    committed, again = kill_and_resume(config, scratch / "killed", rows)
    note(f"prepare again, killed with {committed} parts committed", rows, again)
    print("\n" + "\n".join("| " + " | ".join(line) + " |" for line in told))
    same = fingerprint(scratch / "large") == fingerprint(scratch / "killed")
    print(f"\nspeed-up over the plain loop: {slow.seconds / fast.seconds:.2f}")
    print(f"memory, {rows:,} rows over {few:,}: {fast.peak_mb / first.peak_mb - 1:+.1%}")
    print(f"killed and resumed gives the same bytes: {'yes' if same else 'NO'}")
    print(f"estimate for {WHOLE:,} rows: {WHOLE / (rows / fast.seconds) / 3600:.1f} h")


if __name__ == "__main__":
    main()
