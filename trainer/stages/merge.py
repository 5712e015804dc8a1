"""merge: adapter and weights become one complete folder that loads on its own."""

import json
import shutil
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from pydantic import JsonValue

from assistant.errors import AssistantError
from assistant.models.card import read_card, write_card
from trainer import endings, llamafactory
from trainer.child import Ending, run_child
from trainer.stages import sft
from trainer.workspace import Workspace, fetched

CARRIED = (
    *("generation_config.json", "preprocessor_config.json", "video_preprocessor_config.json"),
    *("tokenizer.json", "tokenizer_config.json", "special_tokens_map.json"),
    *("vocab.json", "merges.txt", "chat_template.jinja", "chat_template.json"),
)
"""Files that training does not change; those that the export left out come from the base."""

NEEDED = ("config.json", "generation_config.json", "preprocessor_config.json", "tokenizer.json")
PARITY = "parity.json"
_LOG = "parity.log"


def run(work: Workspace) -> None:
    """Export by LLaMA-Factory, fill in what it left out, load the result, compare its logits.

    Raises:
        AssistantError: TRN-401 when the folder does not load on its own, TRN-403 when its
            logits are not those of base and adapter; those of :func:`trainer.endings.refuse`.
    """
    model, adapter = sft.model_and_adapter(work)
    stages = [model] if adapter is None else [model, adapter]
    config: dict[str, JsonValue] = {
        "merge": work.pipeline.merge.model_dump(mode="json"),
        "card": work.pipeline.card.model_dump(mode="json"),
    }
    job = work.begin("merge", inputs={s: work.finished(s).digest for s in stages}, config=config)
    if job.done is not None:
        return
    weights = work.weights(model)
    laid_over = None if adapter is None else work.folder(adapter)
    merged = job.folder / "model"
    with work.console.status("正在合并 …"):
        ending = merge(weights, laid_over, merged, template=sft.template(work))
    with work.console.status("正在单独加载并比较 logits …"):
        figures = compare(weights, laid_over, merged, job.folder)
    refuse_difference(figures, work.pipeline.merge.tolerance)
    describe(work, merged)
    work.console.print(
        f"  logits 与“基座 + 适配器”的相对误差 {figures['logits_error']:.2e}，"
        f"适配器本身带来的变化 {figures['adapter_effect']:.2e}"
    )
    figures = {**figures, "merge_seconds": ending.seconds, "merge_peak_gb": ending.peak_bytes / 1e9}
    work.finish(job, merged, figures={key: _round(value) for key, value in figures.items()})


def merge(weights: Path, adapter: Path | None, merged: Path, *, template: str) -> Ending:
    """Write ``merged``: weights, processor, template and generation config.

    Raises:
        AssistantError: those of :func:`trainer.endings.refuse`; TRN-401 when neither the
            export nor the base has a file that is needed.
    """
    shutil.rmtree(merged, ignore_errors=True)
    arguments: llamafactory.Arguments = {
        "model_name_or_path": str(weights.resolve()),
        "template": template,
        "trust_remote_code": False,
        "export_device": "cpu",
        "export_legacy_format": False,
    }
    if adapter is not None:
        arguments["adapter_name_or_path"] = str(adapter.resolve())
        arguments["finetuning_type"] = "lora"
    ending = llamafactory.export(arguments, merged)
    (merged / "Modelfile").unlink(missing_ok=True)
    for name in CARRIED:
        if not (merged / name).is_file() and (weights / name).is_file():
            shutil.copyfile(weights / name, merged / name)
    missing = [name for name in NEEDED if not (merged / name).is_file()]
    if missing:
        raise _incomplete(f"missing {missing}")
    return ending


def compare(weights: Path, adapter: Path | None, merged: Path, folder: Path) -> dict[str, float]:
    """Load ``merged`` where nothing else can be found, and measure it against what it was.

    Returns:
        the figures of :class:`trainer.parity.Parity` by name, and what taking them took.

    Raises:
        AssistantError: TRN-401 when it does not load or gives no numbers.
    """
    arguments = [str(weights), str(adapter or ""), str(merged), str(folder / PARITY)]
    log = folder / _LOG
    with tempfile.TemporaryDirectory() as nowhere:
        ending = run_child("trainer.parity", arguments, log, environment={"HF_HOME": nowhere})
    try:
        endings.refuse(ending, log, what="合并后的检查")
    except AssistantError as error:
        if error.code in ("TRN-302", "TRN-303"):
            raise
        raise _incomplete(error.detail) from error
    figures: dict[str, float] = json.loads((folder / PARITY).read_text(encoding="utf-8"))
    return {
        **figures,
        "parity_seconds": ending.seconds,
        "parity_peak_gb": ending.peak_bytes / 1e9,
    }


def refuse_difference(figures: dict[str, float], tolerance: float) -> None:
    """TRN-403 when merging changed the logits, or lost what the adapter changed."""
    error, effect = figures["logits_error"], figures["adapter_effect"]
    if error <= tolerance and (effect == 0.0 or error < effect):
        return
    raise AssistantError(
        "TRN-403",
        f"合并后的模型与“基座 + 适配器”不一致：logits 相对误差 {error:.2e}（允许 {tolerance:g}），"
        f"适配器本身带来的变化 {effect:.2e}。",
        next_step="请删除 merge 的输出后重新运行；若仍不一致，请核对适配器是否训练自这个基座，"
        "训练是否过短（变化小于 16 位的舍入）。",
    )


def describe(work: Workspace, merged: Path) -> None:
    """Write the merged folder's model card."""
    pipeline = work.pipeline
    write_card(
        merged,
        name=f"{pipeline.name}-merged"[:64],
        title=f"{pipeline.card.title}（合并后，未量化）",
        base=base_of(work),
        format="bf16",
        demo=pipeline.card.demo,
        trained_on=pipeline.card.trained_on,
        use=pipeline.card.use,
        limits=pipeline.card.limits,
        created=datetime.now(UTC).date().isoformat(),
    )


def base_of(work: Workspace) -> str:
    """What the model was trained from, for its card."""
    settings = work.pipeline.base
    if settings.folder is None:
        start = work.finished("base").inputs.get("start")
        origin = f"a model of fingerprint {start[:12]}" if start else "random weights"
        return f"qwen2_vl, from {origin}"
    card = read_card(fetched(settings.folder))
    return f"{card.name} ({card.base}), fingerprint {card.fingerprint[:12]}"


def _incomplete(detail: str) -> AssistantError:
    return AssistantError(
        "TRN-401",
        "合并后的模型文件夹不完整，单独加载失败。",
        next_step="请删除该阶段的输出文件夹后重新运行 merge；若仍失败，请重做 sft。",
        detail=detail,
    )


def _round(value: float) -> float:
    return float(f"{value:.3g}")
