"""The whole chain at a tiny size with the real LLaMA-Factory, killed in every stage."""

import json
import os
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from threading import Event

import numpy as np
import pytest

from assistant.dialogue.conversation import Conversation
from assistant.engine.base import Options
from assistant.engine.loader import load_engine
from assistant.imaging.slice import RenderedImage, SliceRef
from assistant.models.card import verify
from assistant.models.catalog import ModelFolder

ROOT = Path(__file__).resolve().parents[2]
STAGES = (
    *("synth", "base", "sft/tiny_full", "sft/tiny_lora"),
    *("merge", "quantize", "followup", "evaluate"),
)
PATIENCE_S = 900


class Chain:
    def __init__(self, python: Path, out: Path) -> None:
        self.command = [str(python), "-m", "trainer", "run", "configs/train/tiny.yaml"]
        self.command += ["--out", str(out)]
        self.out = out

    def start(self) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            self.command,
            cwd=ROOT,
            env={**os.environ, "PYTHONUTF8": "1", "COLUMNS": "200"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
        )

    def run(self) -> str:
        process = self.start()
        output, _ = process.communicate(timeout=PATIENCE_S)
        assert process.returncode == 0, output[-4000:]
        return output

    def kill_when(self, ready: Callable[[], bool]) -> None:
        process = self.start()
        deadline = time.monotonic() + PATIENCE_S
        while not ready():
            assert process.poll() is None, process.communicate()[0][-4000:]
            assert time.monotonic() < deadline
            time.sleep(0.02)
        process.kill()
        process.communicate()

    def manifests(self) -> dict[str, str]:
        paths = {stage: self.out / stage / "manifest.json" for stage in STAGES}
        return {s: p.read_text(encoding="utf-8") for s, p in paths.items() if p.is_file()}


def moments(out: Path) -> dict[str, Callable[[], bool]]:
    """For every stage, what is there when it is in the middle of its work."""
    files = {
        "synth": "synth/.intention.json",
        "base": "base/pretrain.pt",
        "sft/tiny_full": "sft/tiny_full/checkpoint-2/trainer_state.json",
        "sft/tiny_lora": "sft/tiny_lora/checkpoint-1/trainer_state.json",
        "merge": "merge/model/model.safetensors",
        "quantize": "quantize/.cost.json.openvino-int4",
        "followup": "followup/.intention.json",
        "evaluate": "evaluate/.intention.json",
    }
    return {stage: (out / name).is_file for stage, name in files.items()}


@pytest.mark.train
@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_killed_in_every_stage_resumed_finished_and_answering(
    train_python: Path, tmp_path: Path
) -> None:
    chain = Chain(train_python, tmp_path / "tiny")
    int4 = chain.out / "quantize" / "model" / "model.json"
    known: dict[str, str] = {}
    for place, (stage, reached) in enumerate(moments(chain.out).items()):
        if stage == "followup":
            kept = int4.stat().st_mtime_ns
        chain.kill_when(reached)
        now = chain.manifests()
        assert tuple(now) == STAGES[:place], stage
        assert {name: now[name] for name in known} == known
        known = now
    assert int4.stat().st_mtime_ns == kept
    output = chain.run()
    assert output.count("跳过") == len(STAGES) - 1
    first = chain.manifests()
    assert tuple(first) == STAGES
    assert {name: first[name] for name in known} == known
    for step, steps in (("tiny_full", 6), ("tiny_lora", 2)):
        assert _trained(chain.out / "sft" / step) == list(range(1, steps + 1))
        assert "<polyline" in (chain.out / "sft" / step / "loss.svg").read_text(encoding="utf-8")
    again = chain.run()
    assert again.count("跳过") == len(STAGES)
    assert chain.manifests() == first
    merged = json.loads(first["merge"])["figures"]
    assert merged["logits_error"] < 1e-5 < merged["adapter_effect"]
    _answers(chain.out / "evaluate" / "model")


@pytest.mark.train
@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="Windows sends Ctrl-C to a whole console")
def test_two_runs_into_one_folder_are_refused_and_ctrl_c_is_told(
    train_python: Path, tmp_path: Path
) -> None:
    chain = Chain(train_python, tmp_path / "tiny")
    first = chain.start()
    deadline = time.monotonic() + PATIENCE_S
    while not (chain.out / "synth").is_dir():
        assert first.poll() is None, first.communicate()[0][-4000:]
        assert time.monotonic() < deadline
        time.sleep(0.02)
    second = chain.start()
    output, _ = second.communicate(timeout=PATIENCE_S)
    assert second.returncode == 3
    assert "TRN-123" in output
    first.send_signal(signal.SIGINT)
    output, _ = first.communicate(timeout=PATIENCE_S)
    assert first.returncode == 130, output[-4000:]
    assert "再次运行同一命令会从断点继续" in output
    assert "Traceback" not in output


def _trained(step: Path) -> list[int]:
    state = json.loads((step / "trainer_state.json").read_text(encoding="utf-8"))
    return [entry["step"] for entry in state["log_history"] if "loss" in entry]


def _answers(folder: Path) -> None:
    card = verify(folder)
    assert card.metrics["slices"] == 4
    engine = load_engine(ModelFolder(folder, card))
    pixels = np.full((128, 128, 3), 90, np.uint8)
    picture = RenderedImage(pixels, None, "", SliceRef(), "0" * 64)
    conversation = Conversation.new("You are a helpful assistant.").ask("这是什么？", (picture,))
    chunks = list(engine.stream(conversation, Options(max_tokens=12), Event()))
    engine.close()
    stats = chunks[-1].stats
    assert stats is not None
    assert stats.pictures_encoded == 1
    assert stats.tokens >= 1
