"""A model is shrunk as the models tab does it: run by the training environment."""

import json
import sys
import tempfile
from pathlib import Path
from threading import Event

import numpy as np

from assistant.dialogue.conversation import Conversation
from assistant.engine.base import Options
from assistant.engine.eightbit import RECORD
from assistant.engine.loader import load_engine
from assistant.imaging.slice import RenderedImage, SliceRef
from assistant.models.card import write_card
from assistant.models.catalog import ModelFolder
from assistant.models.shrink import shrink
from tests.trainer.in_train.quantize_checks import embedded_size


def a_shrunk_model_answers(folder: Path) -> None:
    import torch

    embedded_size(folder / "whole", torch.bfloat16)
    card = write_card(
        folder / "whole", name="whole", title="测试模型", base="", format="bf16", trained_on="",
        use="", limits="", created="2026-11-25", demo=True,
    )  # fmt: skip
    model = ModelFolder(folder / "whole", card)
    steps: list[str] = []
    command = (sys.executable, "-m", "trainer")
    made = shrink(model, folder / "models", tell=steps.append, command=command)
    assert steps == ["convert", "compress", "verify"], steps
    assert (made.card.name, made.card.format, made.card.demo) == (
        "whole-int4",
        "openvino-int4",
        True,
    )
    assert RECORD in made.card.files
    error = float(json.loads((made.path / RECORD).read_text(encoding="utf-8"))["error"])
    assert 0 < error < 1
    assert made.size_bytes < model.size_bytes / 2, (made.size_bytes, model.size_bytes)
    again = shrink(model, folder / "models", command=(sys.executable, "-c", "raise SystemExit(9)"))
    assert again == made
    engine = load_engine(made)
    pixels = np.random.default_rng(0).integers(0, 256, (168, 168, 3), dtype=np.uint8)
    picture = RenderedImage(pixels, None, "", SliceRef(), "0" * 64)
    talk = Conversation.new("You are a helpful assistant.").ask("所见？", (picture,))
    last = list(engine.stream(talk, Options(max_tokens=8), Event()))[-1]
    engine.close()
    assert last.stats is not None
    assert last.stats.tokens > 0


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as temporary:
        globals()[sys.argv[1]](Path(temporary))
