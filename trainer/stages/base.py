"""base: a small Qwen2-VL from nothing, its tokenizer, and a vision tower that has seen CT."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from assistant.dialogue.prompts import load_prompts
from trainer.allocator import keep_freed_memory
from trainer.stages.synth import TRAIN_JSON
from trainer.workspace import Workspace

if TYPE_CHECKING:
    from transformers import Qwen2VLForConditionalGeneration

    from trainer.model.pretrain import Progress as Step

CHECKPOINT = "pretrain.pt"


def run(work: Workspace) -> None:
    """Write the base model's folder, ready for LLaMA-Factory."""
    settings = work.pipeline.base
    inputs = {"synth": work.finished("synth").digest}
    starts = {
        name: (work.configs / given).resolve()
        for name, given in (("start", settings.start), ("mean_with", settings.mean_with))
        if given is not None
    }
    if starts:
        from trainer.model.start import digest_of

        inputs |= {name: digest_of(folder) for name, folder in starts.items()}
    job = work.begin(
        "base",
        inputs=inputs,
        config={
            "base": settings.model_dump(mode="json", exclude_none=True),
            "seed": work.pipeline.seed,
        },
    )
    if job.done is not None:
        return
    import torch
    from transformers import GenerationConfig

    from trainer.model.config import build_model
    from trainer.model.processor import build_processor
    from trainer.model.start import go_on_from
    from trainer.model.tokenizer import train_tokenizer

    keep_freed_memory()
    torch.set_num_threads(os.cpu_count() or 1)
    torch.manual_seed(work.pipeline.seed)
    tokenizer = train_tokenizer(corpus(work.folder("synth")), settings.shape.vocab)
    model = build_model(settings.shape, tokenizer)
    if starts:
        go_on_from(tuple(starts.values()), model, tokenizer)
    count = sum(weights.numel() for weights in model.parameters())
    work.console.print(f"  参数 {count / 1e6:.2f} 百万，词表 {len(tokenizer)}")
    if settings.pretrain.steps:
        _pretrain(work, model, job.folder / CHECKPOINT)
    model.generation_config = GenerationConfig(
        do_sample=False,
        eos_token_id=[tokenizer.eos_token_id, tokenizer.pad_token_id],
        pad_token_id=tokenizer.pad_token_id,
    )
    model.save_pretrained(job.folder)
    build_processor(tokenizer, settings.shape.picture).save_pretrained(job.folder)
    (job.folder / CHECKPOINT).unlink(missing_ok=True)
    work.finish(job, *(p for p in job.folder.iterdir() if not p.name.startswith(".")))


def corpus(synth: Path) -> Iterator[str]:
    """Every sentence of the training conversations, and the page's own prompts."""
    for row in json.loads((synth / TRAIN_JSON).read_text(encoding="utf-8")):
        for message in row["messages"]:
            yield message["content"].replace("<image>", "")
    prompts = load_prompts()
    asks = (suggestion.ask for suggestion in prompts.suggestions)
    yield from (prompts.system, prompts.default_question, *asks)


def _pretrain(work: Workspace, model: "Qwen2VLForConditionalGeneration", checkpoint: Path) -> None:
    from trainer.model.dense import read_dense
    from trainer.model.pretrain import pretrain

    settings = work.pipeline.base
    slices = read_dense(work.folder("synth"))
    with Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.completed}/{task.total} 步  {task.fields[state]}"),
        TimeRemainingColumn(),
        console=work.console,
    ) as bar:
        task = bar.add_task("视觉预训练", total=settings.pretrain.total, state="")

        def report(step: "Step") -> None:
            lessons = f"征象 {step.losses['sign']:.2f} 逐点 {step.losses['dots']:.2f}"
            state = f"{lessons} · {step.pictures_per_s:.0f} 幅/秒"
            bar.update(task, completed=step.step, state=state)
            if step.right is not None:
                read = f"留出的 {settings.pretrain.held_out} 幅全读对 {step.right:.1%}"
                work.console.print(f"  第 {step.step} 步：{lessons}，{read}")

        pretrain(
            model,
            slices,
            settings.pretrain,
            settings.jitter,
            picture=settings.shape.picture,
            seed=work.pipeline.seed,
            checkpoint=checkpoint,
            report=report,
        )
