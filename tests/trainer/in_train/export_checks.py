"""The OpenVINO engine beside transformers: run by the training environment.

``python export_checks.py NAME`` runs one in a folder of its own.
"""

import sys
import tempfile
from pathlib import Path
from threading import Event

import numpy as np

from assistant.dialogue.conversation import Conversation
from assistant.engine.base import Options
from assistant.engine.openvino import OpenVINOEngine
from assistant.imaging.slice import RenderedImage, SliceRef
from tests.trainer.in_train.quantize_checks import embedded_size
from trainer.model.export import convert

PICTURES = 20
TOKENS = 64
QUESTIONS = ("请使用中文描述下这个图像并给出你的诊断结果", "病灶在哪一侧？", "与第二幅相比呢？")


def the_engine_says_the_greedy_tokens_of_transformers(folder: Path) -> None:
    """In float32, over several turns, the last of which brings a second picture."""
    import torch
    from PIL import Image
    from transformers import AutoModelForImageTextToText, AutoProcessor

    merged = folder / "merged"
    embedded_size(merged, torch.float32)
    convert(merged, folder / "plain")
    engine = OpenVINOEngine(folder / "plain", model_name="t", precision="f32")
    processor = AutoProcessor.from_pretrained(merged, local_files_only=True, use_fast=False)
    model = AutoModelForImageTextToText.from_pretrained(
        merged, local_files_only=True, dtype=torch.float32
    ).eval()
    compared, seen = 0, set()
    for number in range(PICTURES):
        talk = Conversation.new("You are a helpful assistant.")
        for turn, question in enumerate(QUESTIONS):
            images = (picture(number),) if turn == 0 else (picture(99 - number),) * (turn == 2)
            talk = talk.ask(question, images)
            chunks = list(engine.stream(talk, Options(max_tokens=TOKENS), Event()))
            said = "".join(chunk.text for chunk in chunks)
            ours = list(engine._loop.memory.spoken(talk.id)[said])

            messages = [{"role": "system", "content": [{"type": "text", "text": talk.system}]}]
            messages += [
                {
                    "role": one.role,
                    "content": [
                        *({"type": "image"} for _ in one.images),
                        {"type": "text", "text": one.text},
                    ],
                }
                for one in talk.turns
            ]
            text = processor.apply_chat_template(messages, add_generation_prompt=True)
            shown = [Image.fromarray(i.pixels) for one in talk.turns for i in one.images]
            batch = processor(text=[text], images=shown, return_tensors="pt")
            found = model.generate(**batch, do_sample=False, max_new_tokens=TOKENS)
            theirs = found[0, batch["input_ids"].shape[1] :].tolist()
            assert ours == theirs[: len(ours)], (number, turn, ours, theirs)
            assert len(theirs) - len(ours) == (chunks[-1].stats.finish == "stop")
            compared += len(ours)
            seen.update(ours)
            # Random weights say no sentences, so that turns go on with a real one.
            talk = talk.answer("右侧胸腔积液，其余未见异常。")
    engine.close()
    assert compared >= PICTURES * TOKENS, compared
    assert len(seen) > 100, "one token over and over"


def picture(seed: int) -> RenderedImage:
    rng = np.random.default_rng(seed)
    height, width = rng.integers(120, 260, 2)
    pixels = rng.integers(0, 256, (height, width, 3), dtype=np.uint8)
    return RenderedImage(pixels, None, "", SliceRef(), f"{seed:064x}")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as temporary:
        globals()[sys.argv[1]](Path(temporary))
