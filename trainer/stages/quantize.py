"""quantize: OpenVINO with 4-bit language weights and an 8-bit vision tower."""

import os
import shutil
from datetime import UTC, datetime
from pathlib import Path

from pydantic import JsonValue

from assistant.errors import AssistantError
from trainer.config import Pipeline, Quantize
from trainer.llamafactory import OFFLINE
from trainer.manifest import Manifest
from trainer.workspace import Workspace

_NOT_SHIPPED = ("openvino_config.json", "vocab.json", "merges.txt", "added_tokens.json")
"""Export by-products: the exporter's own record, and the tokenizer a second time."""


def run(work: Workspace) -> None:
    """Export the merged folder to ``quantize/model``, ready for the engine.

    Raises:
        AssistantError: TRN-402 when the result is larger than the configuration allows.
    """
    settings = work.pipeline.quantize
    merged = work.finished("merge")
    config: dict[str, JsonValue] = {
        "quantize": settings.model_dump(mode="json"),
        "card": work.pipeline.card.model_dump(mode="json"),
        "name": work.pipeline.name,
    }
    job = work.begin("quantize", inputs={"merge": merged.digest}, config=config)
    if job.done is not None:
        return
    folder = job.folder / "model"
    shutil.rmtree(folder, ignore_errors=True)
    with work.console.status("正在转换并量化为 OpenVINO INT4 …"):
        export(work.folder("merge") / "model", folder, settings)
    describe(folder, work.pipeline, merged, {})
    size = sum(path.stat().st_size for path in folder.iterdir()) / 1e6
    if size > settings.most_mb:
        raise AssistantError(
            "TRN-402",
            f"量化后的模型有 {size:.1f} MB，超过配置允许的 {settings.most_mb:g} MB。",
            next_step="请减小 base.shape，或调大 quantize.most_mb 后再运行。",
        )
    work.console.print(f"  量化后 {size:.1f} MB")
    work.finish(job, folder)


def export(merged: Path, folder: Path, settings: Quantize) -> None:
    """Write the OpenVINO parts, tokenizer and processor of a merged model."""
    os.environ.update(OFFLINE)
    import openvino
    from openvino_tokenizers import convert_tokenizer
    from optimum.intel import OVModelForVisualCausalLM, OVWeightQuantizationConfig
    from optimum.intel.openvino import OVPipelineQuantizationConfig
    from transformers import AutoProcessor

    eight = OVWeightQuantizationConfig(bits=8, sym=True)
    four = OVWeightQuantizationConfig(
        bits=4, sym=settings.symmetric, group_size=settings.group, ratio=1.0
    )
    parts = {
        "lm_model": four,
        "text_embeddings_model": eight,
        "vision_embeddings_model": eight,
        "vision_embeddings_merger_model": eight,
    }
    model = OVModelForVisualCausalLM.from_pretrained(
        merged,
        export=True,
        compile=False,
        local_files_only=True,
        quantization_config=OVPipelineQuantizationConfig(quantization_configs=parts),
    )
    model.save_pretrained(folder)
    processor = AutoProcessor.from_pretrained(merged, local_files_only=True)
    processor.save_pretrained(folder)
    encoder, decoder = convert_tokenizer(processor.tokenizer, with_detokenizer=True)
    openvino.save_model(encoder, folder / "openvino_tokenizer.xml")
    openvino.save_model(decoder, folder / "openvino_detokenizer.xml")
    for name in _NOT_SHIPPED:
        (folder / name).unlink(missing_ok=True)


def describe(folder: Path, pipeline: Pipeline, merged: Manifest, metrics: dict[str, float]) -> None:
    """Write the folder's model card, hashing every file; call it last."""
    from assistant.models.card import write_card

    write_card(
        folder,
        name=pipeline.name,
        title=pipeline.card.title,
        base=f"qwen2_vl, from random weights; merge {merged.digest[:12]}",
        format="openvino-int4",
        demo=pipeline.card.demo,
        trained_on=pipeline.card.trained_on,
        use=pipeline.card.use,
        limits=pipeline.card.limits,
        metrics=metrics,
        created=datetime.now(UTC).date().isoformat(),
    )
