"""4-bit folders against what they were made from: run by the training environment.

``python quantize_checks.py NAME`` runs one in a folder of its own.
"""

import contextlib
import os
import sys
import tempfile
from pathlib import Path
from threading import Event

import numpy as np

from assistant.dialogue.conversation import Conversation
from assistant.engine.base import Options
from assistant.imaging.slice import RenderedImage, SliceRef
from assistant.places import CONFIGS

TOKENS = 24
QUESTION = "请使用中文描述下这个图像并给出你的诊断结果"


def nf4_of_the_embedded_model_s_size_answers_as_transformers_does(folder: Path) -> None:
    import torch
    from PIL import Image
    from transformers import AutoModelForImageTextToText, AutoProcessor

    from assistant.engine.transformers import TransformersEngine
    from trainer.model.nf4 import quantize_nf4

    embedded_size(folder / "whole", torch.float32)
    quantize_nf4(folder / "whole", folder / "nf4")
    pixels = np.random.default_rng(0).integers(0, 256, (168, 168, 3), dtype=np.uint8)
    picture = RenderedImage(pixels, None, "", SliceRef(), "0" * 64)
    talk = Conversation.new("You are a helpful assistant.").ask(QUESTION, (picture,))
    engine = TransformersEngine(
        folder / "nf4", model_name="t", model_format="nf4", device="cpu", precision="f32"
    )
    said = "".join(c.text for c in engine.stream(talk, Options(max_tokens=TOKENS), Event()))
    engine.close()

    processor = AutoProcessor.from_pretrained(folder / "nf4", local_files_only=True, use_fast=False)
    words = [{"type": "image"}, {"type": "text", "text": QUESTION}]
    text = processor.apply_chat_template(
        [{"role": "user", "content": words}], add_generation_prompt=True
    )
    batch = processor(text=[text], images=[Image.fromarray(pixels)], return_tensors="pt")
    # In float32, so that the order of sums decides no token of a model that knows nothing.
    model = AutoModelForImageTextToText.from_pretrained(
        folder / "nf4", local_files_only=True, dtype=torch.float32
    )
    assert model.config.quantization_config.load_in_4bit
    found = model.generate(**batch, do_sample=False, max_new_tokens=TOKENS)
    answer = processor.decode(found[0, batch["input_ids"].shape[1] :], skip_special_tokens=True)
    # The engine keeps back a character whose bytes are not all there yet.
    answer = answer.rstrip("\ufffd")
    assert said == answer, (said, answer)
    assert len(set(said)) > 3, said


def training_in_4_bits_leaves_the_visual_part_whole(folder: Path) -> None:
    import torch
    from llamafactory.hparams import FinetuningArguments, ModelArguments
    from llamafactory.model import load_model, load_tokenizer

    from trainer.in_4bit import leave_visual

    embedded_size(folder, torch.float32)
    leave_visual()
    given = ModelArguments(
        model_name_or_path=str(folder), quantization_method="bnb", quantization_bit=4
    )
    given.compute_dtype = torch.bfloat16
    tokenizer = load_tokenizer(given)["tokenizer"]
    lora = FinetuningArguments(stage="sft", finetuning_type="lora", lora_target="all")
    model = load_model(tokenizer, given, lora, is_trainable=True)
    kinds = {name: type(module).__name__ for name, module in model.named_modules()}
    quantised = [name for name, kind in kinds.items() if kind == "Linear4bit"]
    plain = [name for name, kind in kinds.items() if kind == "Linear" and "lora" not in name]
    assert any("language_model.layers.0.self_attn.q_proj" in name for name in quantised), kinds
    assert not any("visual" in name or "lm_head" in name for name in quantised), quantised
    assert any("visual.blocks.0" in name for name in plain), plain
    assert any("visual.merger" in name for name in plain), plain
    assert not any("visual" in name for name in kinds if "lora" in name), kinds


def several_cards_start_the_same_file(folder: Path) -> None:
    import subprocess

    from llamafactory import launcher

    from trainer import in_4bit

    started: list[str] = []

    def note(command: tuple[str, ...], **_: object) -> subprocess.CompletedProcess[str]:
        started.extend(command)
        return subprocess.CompletedProcess(command, 0)

    launcher.subprocess.run = note
    os.environ |= {"FORCE_TORCHRUN": "1", "NPROC_PER_NODE": "2"}
    sys.argv = ["llamafactory-cli", "train", str(folder / "x.yaml")]
    with contextlib.suppress(SystemExit):
        in_4bit.main()
    assert started[-2:] == [in_4bit.__file__, str(folder / "x.yaml")], started


def a_merge_that_lost_the_adapter_is_refused_and_a_true_one_passes(folder: Path) -> None:
    import shutil

    import torch
    from peft import LoraConfig, get_peft_model

    from trainer.stages.merge import compare, merge, refuse_difference

    base, adapter = folder / "base", folder / "adapter"
    model = embedded_size(base, torch.bfloat16)
    lora = get_peft_model(model, LoraConfig(r=4, target_modules=["q_proj", "down_proj"]))
    with torch.no_grad():
        for name, weights in lora.named_parameters():
            if "lora_B" in name:
                weights.normal_(std=0.05)
    lora.save_pretrained(adapter)
    merge(base, adapter, folder / "good", template="qwen2_vl")
    figures = compare(base, adapter, folder / "good", folder)
    assert 0 < figures["logits_error"] < 0.03 < figures["adapter_effect"], figures
    refuse_difference(figures, 0.03)
    shutil.copyfile(base / "model.safetensors", folder / "good" / "model.safetensors")
    lost = compare(base, adapter, folder / "good", folder)
    assert abs(lost["logits_error"] / lost["adapter_effect"] - 1) < 0.01, lost
    assert code_of(lambda: refuse_difference(lost, 0.03)) == "TRN-403"
    (folder / "good" / "preprocessor_config.json").unlink()
    assert code_of(lambda: compare(base, adapter, folder / "good", folder)) == "TRN-401"


def code_of(action) -> str:  # type: ignore[no-untyped-def]
    from assistant.errors import AssistantError

    try:
        action()
    except AssistantError as error:
        return error.code
    return ""


def embedded_size(folder: Path, dtype):  # type: ignore[no-untyped-def]
    """Random weights in the demonstration model's shape, far enough apart for no ties."""
    import torch
    from transformers import GenerationConfig

    from trainer.config import load_pipeline
    from trainer.model.config import build_model
    from trainer.model.processor import build_processor
    from trainer.model.tokenizer import train_tokenizer

    shape = load_pipeline(CONFIGS / "train" / "demo.yaml").base.shape
    tokenizer = train_tokenizer(
        ["检查所见：右肺上叶见结节影，大小约8mm。诊断意见：肺结节。"] * 50, 600
    )
    torch.manual_seed(0)
    model = build_model(shape, tokenizer).to(dtype)
    with torch.no_grad():
        for weights in model.parameters():
            if weights.dim() == 2:
                weights.mul_(3)
    ends = [tokenizer.eos_token_id, tokenizer.pad_token_id]
    model.generation_config = GenerationConfig(do_sample=False, eos_token_id=ends, pad_token_id=0)
    model.save_pretrained(folder)
    build_processor(tokenizer, shape.picture).save_pretrained(folder)
    return model


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as temporary:
        globals()[sys.argv[1]](Path(temporary))
