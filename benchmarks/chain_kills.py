"""The tiny chain killed at random moments until it is through, against one left alone.

    .venv-train/bin/python benchmarks/chain_kills.py [--kills 12] [--seed 0]

Fails when a finished stage was done again, or when the killed chain's weights and 4-bit
folders are not byte for byte those of the chain that was left alone. Takes about four
minutes and 20 seconds more a kill on two cores.
"""

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[1]
STAGES = (
    *("synth", "base", "sft/tiny_full", "sft/tiny_lora"),
    *("merge", "quantize", "followup", "evaluate"),
)
SAME = {".safetensors", ".bin", ".jpg", ".npz", ".jinja", ".txt"}
"""Kinds of files that must come out alike; reports and logs hold times."""


def main() -> None:
    """Run both chains and compare."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=12)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    rng = random.Random(given.seed)
    with tempfile.TemporaryDirectory(prefix="chain-kills-") as folder:
        alone, killed = Path(folder) / "alone" / "tiny", Path(folder) / "killed" / "tiny"
        started = time.monotonic()
        _finish(alone)
        whole = time.monotonic() - started
        print(f"left alone: {whole:.0f} s")
        done: dict[str, str] = {}
        for kill in range(given.kills):
            process = _start(killed)
            time.sleep(rng.uniform(5, whole / given.kills + 25))
            process.kill()
            process.wait()
            done = _kept(done, manifests(killed))
            print(f"kill {kill + 1}: {len(done)} of {len(STAGES)} stages done", flush=True)
        _finish(killed)
        _kept(done, manifests(killed))
        differing = [name for name in STAGES if _files(alone, name) != _files(killed, name)]
    print(f"stages that came out differently: {differing or 'none'}")
    sys.exit(1 if differing else 0)


def _start(out: Path) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-m", "trainer", "run", "configs/train/tiny.yaml", "--out", str(out)]
    return subprocess.Popen(
        command, cwd=CHECKOUT, env={**os.environ, "PYTHONUTF8": "1"}, stderr=subprocess.DEVNULL
    )


def _finish(out: Path) -> None:
    if _start(out).wait() != 0:
        sys.exit(f"the chain in {out.parent.name} did not finish")


def _kept(before: dict[str, str], now: dict[str, str]) -> dict[str, str]:
    again = [stage for stage, text in before.items() if now.get(stage) != text]
    if again:
        sys.exit(f"done again: {again}")
    return now


def manifests(out: Path) -> dict[str, str]:
    """Text by stage of the manifests that are there."""
    paths = {stage: out / stage / "manifest.json" for stage in STAGES}
    return {name: path.read_text("utf-8") for name, path in paths.items() if path.is_file()}


def _files(out: Path, stage: str) -> dict[str, str]:
    outputs: dict[str, str] = json.loads(manifests(out)[stage])["outputs"]
    return {name: digest for name, digest in outputs.items() if Path(name).suffix in SAME}


if __name__ == "__main__":
    main()
