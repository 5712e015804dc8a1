"""The true Qwen2-VL-2B shape with random weights through merge, NF4 and OpenVINO INT4.

    .venv-train/bin/python benchmarks/shape_2b.py --ranks qwen.tiktoken --work FOLDER

``--ranks`` is the rank file of the Qwen2 tokenizer; the PyPI package ``dashscope`` carries it
(``dashscope/resources/qwen.tiktoken``, Apache-2.0). ``--layers 2`` makes a shallow model for a
try. Needs about 20 GB of disk in FOLDER and, at the full depth, 17 GB of memory.

Each step is a process of its own; its time, the size of what it writes and its peak of
resident memory are printed as a table and written to FOLDER/shape_2b.json.
"""

import argparse
import json
import os
import platform
import sys
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(CHECKOUT))

from assistant.machine import cores, processor  # noqa: E402
from trainer import endings  # noqa: E402
from trainer.child import Ending, run_child  # noqa: E402
from trainer.sections import Quantize  # noqa: E402
from trainer.stages.merge import compare, merge  # noqa: E402
from trainer.stages.quantize import make_nf4, make_openvino  # noqa: E402


@dataclass(frozen=True)
class Row:
    """What a step took: seconds, peak of resident memory and size of its folder in GB."""

    step: str
    seconds: float
    peak_gb: float
    size_gb: float


def main() -> None:
    """Run every step and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--ranks", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--layers", type=int, default=0, help="depth of both parts; 0 for all")
    given = parser.parse_args()
    work = given.work.resolve()
    base, adapter, merged = work / "base", work / "adapter", work / "merged"
    log = work / "build.log"
    os.environ["PYTHONPATH"] = str(CHECKOUT / "benchmarks")
    wanted = [str(given.ranks.resolve()), str(base), str(adapter), str(given.layers)]
    built = run_child("shape_2b_model", wanted, log)
    endings.refuse(built, log, what="建立模型")
    rows = [_row("random base and LoRA", built, base)]
    rows.append(_row("merge", merge(base, adapter, merged, template="qwen2_vl"), merged))
    figures = compare(base, adapter, merged, work)
    rows.append(
        Row("load alone, compare logits", figures["parity_seconds"], figures["parity_peak_gb"], 0)
    )
    for name, make in (("nf4", make_nf4), ("openvino-int4", make_openvino)):
        rows.append(_row(name, make(merged, work / name, Quantize()), work / name))
    record = {
        "machine": f"{processor()}, {cores()} cores, {platform.system()}",
        "date": datetime.now(UTC).date().isoformat(),
        "layers": given.layers or "28 + 32",
        "logits_error": figures["logits_error"],
        "adapter_effect": figures["adapter_effect"],
        "rows": [asdict(row) for row in rows],
    }
    text = json.dumps(record, ensure_ascii=False, indent=1)
    (work / "shape_2b.json").write_text(text + "\n", encoding="utf-8")
    print(record["machine"], record["date"])
    print("| step | seconds | peak RSS, GB | size, GB |\n|---|---|---|---|")
    for row in rows:
        print(f"| {row.step} | {row.seconds:.0f} | {row.peak_gb:.1f} | {row.size_gb:.2f} |")
    print(f"logits: error {figures['logits_error']:.2e}, effect {figures['adapter_effect']:.2e}")


def _row(step: str, ending: Ending, folder: Path) -> Row:
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    return Row(step, round(ending.seconds, 1), ending.peak_bytes / 1e9, size / 1e9)


if __name__ == "__main__":
    main()
