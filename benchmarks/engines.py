"""Ours beside the peers at the true 2B shape: one command, one table, one chart.

    .venv-train/bin/python benchmarks/engines.py --work FOLDER --ranks qwen.tiktoken
    .venv-train/bin/python benchmarks/engines.py --openvino assets/demo-model     # a dry run

FOLDER is where ``shape_2b.py`` built the random-weight model (done first if it is missing,
then ``--ranks`` is needed). Run in the training environment; openvino-genai, which no lock has,
is measured too where ``--extra`` names a folder it was installed into with ``pip install
--target``. Engines take turns, each time in a process of its own, and medians are told. With
``--write`` the table and chart go into docs/performance.md.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

CHECKOUT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(CHECKOUT))
sys.path.insert(0, str(CHECKOUT / "benchmarks"))

from bandwidth import read_gb_s  # noqa: E402
from performance_page import Entry, Measured, write_page  # noqa: E402

from assistant.engine.eightbit import RECORD  # noqa: E402
from assistant.machine import cores, memory_bytes, processor  # noqa: E402

FOLDERS = {
    "ours": "openvino-int4",
    "openvino-genai": "openvino-int4",
    "openvino-genai-sdpa": "openvino-int4",
    "optimum-intel": "openvino-int4",
    "transformers-bf16": "merged",
    "transformers-nf4": "nf4",
}
TRUE_LAYERS = 28
SLOW = ("transformers-bf16", "transformers-nf4")
"""A minute a question: measured once with one conversation, unless ``--all-rounds``."""


@dataclass(frozen=True)
class Runner:
    """Starts engines, each in a process of its own."""

    folders: dict[str, Path]
    extra: str
    tokens: int
    folder_tokens: int
    whole: bool

    def figures(self, name: str) -> dict[str, float | None] | str:
        """What an engine measures now, or why it cannot be."""
        command = [sys.executable, str(CHECKOUT / "benchmarks" / "peers.py"), name]
        command += [str(self.folders[name]), "--tokens", str(self.tokens)]
        command += ["--folder-tokens", str(self.folder_tokens)]
        if name in SLOW and not self.whole:
            command += ["--open", "1", "--folder-pictures", "1"]
        quiet = {"HF_HUB_OFFLINE": "1", "TRANSFORMERS_VERBOSITY": "error", "PYTHONUTF8": "1"}
        paths = os.pathsep.join(part for part in (str(CHECKOUT), self.extra) if part)
        done = subprocess.run(
            command,
            env={**os.environ, **quiet, "PYTHONPATH": paths},
            capture_output=True,
            encoding="utf-8",
        )
        if done.returncode:
            # What the system ends for want of memory says nothing.
            said = done.stderr.strip().splitlines()
            return said[-1][:200] if said else f"退出码 {done.returncode}"
        found: dict[str, float | None] = json.loads(done.stdout.strip().splitlines()[-1])
        return found


def main() -> None:
    """Build if need be, measure in turns, print, and write if wanted."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--work", type=Path, help="where shape_2b.py built the model")
    parser.add_argument("--ranks", type=Path, help="rank file, to build it")
    parser.add_argument("--openvino", type=Path, help="an OpenVINO folder alone, for a dry run")
    parser.add_argument("--extra", default="", help="folder that has openvino-genai")
    parser.add_argument("--only", nargs="*", choices=sorted(FOLDERS))
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--all-rounds", action="store_true", help="the slow ones too")
    parser.add_argument("--tokens", type=int, default=64)
    parser.add_argument("--folder-tokens", type=int, default=200)
    parser.add_argument("--write", action="store_true", help="into docs/performance.md")
    given = parser.parse_args()
    folders = find_folders(given.work, given.ranks, given.openvino)
    names = [name for name in FOLDERS if name in folders and name in (given.only or FOLDERS)]
    runner = Runner(folders, given.extra, given.tokens, given.folder_tokens, whole=given.all_rounds)
    rounds: dict[str, list[dict[str, float | None]]] = {name: [] for name in names}
    missing: dict[str, str] = {}
    for number in range(given.rounds):
        for name in names:
            late = name in SLOW and not given.all_rounds and number != given.rounds - 1
            if name in missing or late:
                continue
            found = runner.figures(name)
            print(number + 1, name, found, file=sys.stderr, flush=True)
            if isinstance(found, str):
                missing[name] = found
            else:
                rounds[name].append(found)
            # As it goes: a run that is cut short leaves what it measured.
            if given.write:
                write_page(measured(folders["ours"], dry=bool(given.openvino), rounds=rounds))
    last = measured(folders["ours"], dry=bool(given.openvino), rounds=rounds, missing=missing)
    print(last.table())
    if given.write:
        write_page(last)


def measured(
    ours: Path,
    *,
    dry: bool,
    rounds: dict[str, list[dict[str, float | None]]],
    missing: dict[str, str] | None = None,
) -> Measured:
    """What is known so far, with this machine and its bandwidth."""
    return Measured(
        machine=f"{processor()}，{cores()} 核，{(memory_bytes() or 0) / 1e9:.0f} GB 内存，"
        f"{platform.system()}",
        date=datetime.now(UTC).date().isoformat(),
        model=ours.name if dry else shape_of(ours),
        bandwidth_gb_s=max(read_gb_s(count) for count in (cores(), 2 * cores())),
        token_gb=(ours / "openvino_language_model.bin").stat().st_size / 1e9,
        entries=tuple(
            Entry(name, len(found), middle(found)) for name, found in rounds.items() if found
        ),
        missing=missing or {},
    )


def shape_of(ours: Path) -> str:
    """What was built; a shallow one of ``shape_2b.py --layers`` must not pass for the true one."""
    config = json.loads((ours / "config.json").read_text(encoding="utf-8"))
    layers = config.get("text_config", config)["num_hidden_layers"]
    depth = "" if layers == TRUE_LAYERS else f"但只有 {layers} 层，"
    return f"Qwen2-VL-2B 形状，{depth}随机权重"


def middle(rounds: list[dict[str, float | None]]) -> dict[str, float | None]:
    """The median of each figure."""
    found: dict[str, float | None] = {}
    for key in rounds[0]:
        values = [value for one in rounds if (value := one[key]) is not None]
        found[key] = median(values) if values else None
    return found


def find_folders(work: Path | None, ranks: Path | None, openvino: Path | None) -> dict[str, Path]:
    """Where each engine's model lies; built first if there is none."""
    if openvino is not None:
        return {name: openvino for name, kind in FOLDERS.items() if kind == "openvino-int4"}
    if work is None:
        raise SystemExit("--work or --openvino is needed")
    if not (work / "openvino-int4" / RECORD).is_file():  # what building it writes last
        if ranks is None:
            raise SystemExit("--ranks is needed to build the model")
        build = [sys.executable, str(CHECKOUT / "benchmarks" / "shape_2b.py")]
        subprocess.run([*build, "--ranks", str(ranks), "--work", str(work)], check=True)
    return {name: work / kind for name, kind in FOLDERS.items() if (work / kind).is_dir()}


if __name__ == "__main__":
    main()
