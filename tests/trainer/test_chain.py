"""The whole chain at a tiny size with the real LLaMA-Factory, killed twice on the way."""

import json
import os
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


@pytest.mark.train
@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_killed_resumed_finished_and_answering(train_python: Path, tmp_path: Path) -> None:
    chain = Chain(train_python, tmp_path / "tiny")
    base, full = chain.out / "base", chain.out / "sft" / "tiny_full"
    chain.kill_when((base / "pretrain.pt").is_file)
    assert set(chain.manifests()) == {"synth"}
    before = chain.manifests()["synth"]
    chain.kill_when((full / "checkpoint-2" / "trainer_state.json").is_file)
    assert set(chain.manifests()) == {"synth", "base"}
    output = chain.run()
    assert "sft/tiny_full：接着上次中断处继续" in output
    first = chain.manifests()
    assert set(first) == set(STAGES)
    assert first["synth"] == before
    steps = json.loads((full / "trainer_state.json").read_text(encoding="utf-8"))["log_history"]
    assert [entry["step"] for entry in steps if "loss" in entry] == [1, 2, 3, 4, 5, 6]
    again = chain.run()
    assert again.count("跳过") == len(STAGES)
    assert chain.manifests() == first
    _answers(chain.out / "evaluate" / "model")


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
