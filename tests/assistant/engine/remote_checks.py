"""What test_remote_llamafactory.py runs in the training environment.

Serves a tiny random Qwen2-VL with LLaMA-Factory's own api on loopback and asks it through the
remote engine; its greedy answers must be those of the transformers engine on the same folder.
"""

import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from threading import Event

import numpy as np
import torch

from assistant.dialogue.conversation import Conversation
from assistant.engine.base import Options
from assistant.engine.remote import RemoteEngine
from assistant.engine.transformers import TransformersEngine
from assistant.errors import AssistantError
from assistant.imaging.slice import RenderedImage, SliceRef
from trainer.model.config import Shape, build_model
from trainer.model.processor import build_processor
from trainer.model.tokenizer import train_tokenizer

START_S = 300


def main() -> None:
    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        model = make_model(folder / "model")
        port = free_port()
        with (folder / "api.log").open("wb") as log:
            server = serve(model, port, log)
        try:
            engine = RemoteEngine(f"http://127.0.0.1:{port}/v1", key="key")
            wait_for(engine, server, folder / "api.log")
            check_answers(engine, TransformersEngine(model, model_name="t", precision="f32"))
            check_cancel(engine)
            check_a_wrong_key(port)
        finally:
            server.kill()
            server.wait()
        check_a_dead_server(engine)


def make_model(folder: Path) -> Path:
    words = ["左肺上叶可见结节，未见胸腔积液。", "检查所见：肝脏低密度影。诊断意见：囊肿？"] * 20
    tokenizer = train_tokenizer(words, 400)
    shape = Shape(
        **{"vocab": 400, "picture": 56, "vision_width": 32, "vision_depth": 1, "vision_heads": 2},
        **{"width": 64, "depth": 2, "heads": 2, "kv_heads": 1, "inner": 64},
    )
    torch.manual_seed(3)
    model = build_model(shape, tokenizer)
    with torch.no_grad():
        for weight in model.parameters():
            if weight.ndim > 1:
                weight.normal_(0, 0.2)
        # Rows near zero are never the most likely: halves of characters, and the end.
        for token in range(len(tokenizer)):
            if "\ufffd" in tokenizer.decode([token]) or token in tokenizer.all_special_ids:
                model.get_input_embeddings().weight[token] *= 0.01
    model.save_pretrained(folder)
    build_processor(tokenizer, shape.picture).save_pretrained(folder)
    return folder


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def serve(model: Path, port: int, log: object) -> "subprocess.Popen[bytes]":
    config = {
        "model_name_or_path": str(model),
        "template": "qwen2_vl",
        "infer_backend": "huggingface",
        "infer_dtype": "float32",
    }
    path = model.parent / "api.yaml"
    path.write_text(json.dumps(config), encoding="utf-8")
    environment = {**os.environ, "API_HOST": "127.0.0.1", "API_PORT": str(port), "API_KEY": "key"}
    return subprocess.Popen(
        [sys.executable, "-m", "llamafactory.cli", "api", str(path)],
        env={**environment, "API_MODEL_NAME": "ct-tiny", "OMP_NUM_THREADS": "1"},
        stdout=log,
        stderr=log,
    )


def wait_for(engine: RemoteEngine, server: "subprocess.Popen[bytes]", log: Path) -> None:
    deadline = time.monotonic() + START_S
    while True:
        try:
            engine.warm_up()
            return
        except AssistantError as error:
            if error.code != "ENG-212" or time.monotonic() > deadline or server.poll() is not None:
                raise AssertionError(log.read_text(encoding="utf-8")[-3000:]) from error
            time.sleep(1)


def picture(seed: int) -> RenderedImage:
    pixels = np.random.default_rng(seed).integers(0, 255, (64, 80, 3), np.uint8)
    return RenderedImage(pixels, None, "", SliceRef(), str(seed))


def check_answers(remote: RemoteEngine, local: TransformersEngine) -> None:
    assert remote.capabilities.model == "ct-tiny"
    there = here = Conversation.new("You are a helpful assistant.")
    for question, images in (("描述", (picture(1),)), ("哪一侧？", ()), ("比较", (picture(2),))):
        there, here = there.ask(question, images), here.ask(question, images)
        answers = []
        for engine, talk in ((remote, there), (local, here)):
            chunks = list(engine.stream(talk, Options(max_tokens=24), Event()))
            answers.append("".join(chunk.text for chunk in chunks))
            assert chunks[-1].stats.tokens > 0
        assert answers[0] == answers[1]
        assert len(set(answers[0])) > 3, answers
        there, here = there.answer("未见异常。"), here.answer("未见异常。")


def check_cancel(engine: RemoteEngine) -> None:
    cancel = Event()
    chunks = []
    talk = Conversation.new("").ask("描述", (picture(1),))
    for chunk in engine.stream(talk, Options(max_tokens=400), cancel):
        chunks.append(chunk)
        cancel.set()
    assert chunks[-1].stats.finish == "cancel"
    assert len(chunks) == 2
    again = list(engine.stream(talk, Options(max_tokens=4), Event()))
    assert again[-1].stats.finish == "stop"


def check_a_wrong_key(port: int) -> None:
    found = ""
    try:
        RemoteEngine(f"http://127.0.0.1:{port}", key="wrong").warm_up()
    except AssistantError as error:
        found = error.code
    assert found == "ENG-213", found


def check_a_dead_server(engine: RemoteEngine) -> None:
    found = ""
    try:
        list(engine.stream(Conversation.new("").ask("问"), Options(), Event()))
    except AssistantError as error:
        found = error.code
    assert found == "ENG-212", found


if __name__ == "__main__":
    main()
