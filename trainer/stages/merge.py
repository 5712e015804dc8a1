"""merge: adapter and weights become one complete folder that loads on its own."""

import shutil
from pathlib import Path

from assistant.errors import AssistantError
from trainer import llamafactory
from trainer.stages import sft
from trainer.workspace import Workspace

COMPLETE = (
    "config.json",
    "generation_config.json",
    "preprocessor_config.json",
    "tokenizer.json",
    "tokenizer_config.json",
    "special_tokens_map.json",
    "chat_template.jinja",
)
"""Files a merged folder needs beside its weights."""


def run(work: Workspace) -> None:
    """Export by LLaMA-Factory, fill in what it left out, and load the result.

    Raises:
        AssistantError: TRN-401 when the folder does not load on its own.
    """
    model, adapter = sft.model_and_adapter(work)
    stages = [model] if adapter is None else [model, adapter]
    job = work.begin("merge", inputs={s: work.finished(s).digest for s in stages}, config={})
    if job.done is not None:
        return
    merged = job.folder / "model"
    shutil.rmtree(merged, ignore_errors=True)
    arguments: llamafactory.Arguments = {
        "model_name_or_path": str(work.folder(model).resolve()),
        "template": "qwen2_vl",
        "trust_remote_code": False,
        "export_device": "cpu",
        "export_legacy_format": False,
    }
    if adapter is not None:
        arguments["adapter_name_or_path"] = str(work.folder(adapter).resolve())
        arguments["finetuning_type"] = "lora"
    llamafactory.export(arguments, merged)
    (merged / "Modelfile").unlink(missing_ok=True)
    for name in COMPLETE:
        if not (merged / name).is_file():
            shutil.copyfile(work.folder("base") / name, merged / name)
    _try_loading(merged, work.folder("base"))
    work.finish(job, merged)


def _try_loading(merged: Path, base: Path) -> None:
    """One picture and one question through the merged folder alone."""
    import torch
    from PIL import Image
    from transformers import AutoProcessor, Qwen2VLForConditionalGeneration

    try:
        processor = AutoProcessor.from_pretrained(merged, local_files_only=True)
        model, report = Qwen2VLForConditionalGeneration.from_pretrained(
            merged, local_files_only=True, output_loading_info=True
        )
        question = [
            {"role": "user", "content": [{"type": "image"}, {"type": "text", "text": "？"}]}
        ]
        text = processor.apply_chat_template(question, add_generation_prompt=True)
        batch = processor(text=[text], images=[Image.new("RGB", (128, 128))], return_tensors="pt")
        with torch.inference_mode():
            logits = model(**batch).logits
        if report["missing_keys"] or not torch.isfinite(logits).all():
            raise ValueError(f"missing {report['missing_keys']}, or logits that are no numbers")
        template = (base / "chat_template.jinja").read_text(encoding="utf-8")
        if processor.chat_template != template:
            raise ValueError("the chat template is not the base model's")
    except (OSError, ValueError, KeyError, RuntimeError) as error:
        raise AssistantError(
            "TRN-401",
            "合并后的模型文件夹不完整，单独加载失败。",
            next_step="请删除该阶段的输出文件夹后重新运行 merge；若仍失败，请重做 sft。",
            detail=str(error),
        ) from error
