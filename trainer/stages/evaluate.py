"""evaluate: the model through the assistant's own engine, on slices it never saw."""

import math
import shutil
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from pydantic import JsonValue
from rich.console import Console
from rich.markup import escape

from assistant.dialogue.prompts import load_prompts
from assistant.errors import AssistantError
from assistant.models.card import read_card
from trainer.config import Pipeline
from trainer.exam import questions
from trainer.exam.gate import METRICS
from trainer.exam.journal import Journal
from trainer.exam.page import render
from trainer.exam.paper import Case, draw_strangers
from trainer.exam.record import as_json, as_markdown, card_metrics
from trainer.exam.result import Examination, Standing, assess, graded, standing
from trainer.exam.sitting import Candidate
from trainer.exam.variants import Variant, quantized, variants_of
from trainer.manifest import begin, write_whole
from trainer.metrics.text import overlap
from trainer.stages.quantize import describe
from trainer.weights import shapes_of
from trainer.workspace import Workspace, finished

RECORD, TABLE, PAGE = "evaluation.json", "evaluation.md", "evaluation.html"


def run(work: Workspace) -> None:
    """Write the record, the table, the page and ``model``, the folder with its figures.

    Raises:
        AssistantError: TRN-601 when fewer answers are right than the goal asks for, TRN-602
            when a step lost more than it may; both after the page is written.
    """
    work.finished("quantize")
    variants = variants_of(work)
    config = _config(work.pipeline)
    inputs = {variant.key: variant.digest for variant in variants}
    if work.pipeline.evaluate.questions == "held_out":
        inputs["prepare"] = work.finished("prepare").digest
    job = work.begin("evaluate", inputs=inputs, config=config)
    if job.done is not None:
        return
    found = _examine(work.pipeline, variants, work.console, job.folder, work.data)
    outputs = _write(found, work.pipeline, variants[-1], job.folder, work.console)
    _refuse(found, work.pipeline)
    model = job.folder / "model"
    _publish(work, variants[-1].folder, model, found)
    work.finish(job, *outputs, model)


def examine_folder(
    pipeline: Pipeline, model: Path, out: Path, console: Console, data: Path
) -> None:
    """Examine a finished model folder alone, with a pipeline's examination.

    Args:
        data: folder of prepared data, for questions that are held out.

    Raises:
        AssistantError: MOD-102, MOD-103 when it has no card; TRN-122 when the data are not
            prepared; TRN-601 as :func:`run`.
    """
    variant = quantized(model.resolve(), before="")
    inputs = {variant.key: variant.digest}
    if pipeline.evaluate.questions == "held_out":
        inputs["prepare"] = finished(data, "prepare").digest
    job = begin(out, "evaluate", inputs=inputs, config=_config(pipeline))
    if job.done is not None:
        console.print(f"已评测过，见 {PAGE}。")
        return
    found = _examine(pipeline, (variant,), console, job.folder, data)
    outputs = _write(found, pipeline, variant, job.folder, console)
    _refuse(found, pipeline)
    job.finish(outputs)


def _config(pipeline: Pipeline) -> dict[str, JsonValue]:
    """What decides the answers, the figures and what is published with them."""
    return {
        "card": pipeline.card.model_dump(mode="json"),
        "evaluate": pipeline.evaluate.model_dump(mode="json"),
        "slices": pipeline.phantoms.model_dump(
            mode="json", include={"size", "normal", "signs", "prone", "rare", "stray", "regions"}
        ),
        "prompts": load_prompts().model_dump(mode="json", include={"system", "default_question"}),
    }


def _examine(
    pipeline: Pipeline, variants: Sequence[Variant], console: Console, folder: Path, data: Path
) -> Examination:
    """Every variant answers; what was answered before a kill is not asked again."""
    settings = pipeline.evaluate
    cases = questions.draw(pipeline, data, console)
    *others, clinical = variants
    candidate = _candidate(pipeline, clinical, console, folder)
    try:
        sheet = candidate.sit(cases, draw_strangers(settings, pipeline.phantoms))
    finally:
        candidate.close()
    few = cases[: settings.variant_pictures]
    standings = [_stand(pipeline, one, few, console, folder) for one in others if few]
    last = standing(clinical.key, clinical.title, clinical.before, graded(cases, sheet.reports))
    words = overlap([case.reference for case in cases], sheet.reports)
    return assess(cases, sheet, [*standings, last], settings, words)


def _stand(
    pipeline: Pipeline, variant: Variant, cases: Sequence[Case], console: Console, folder: Path
) -> Standing:
    """A variant's reports; one that this machine cannot load is left out, with the reason."""
    candidate = _candidate(pipeline, variant, console, folder)
    try:
        reports = candidate.reports(cases)
    except AssistantError as error:
        console.print(f"  {variant.title}：{escape(f'[{error.code}]')} {escape(error.message)}")
        return standing(variant.key, variant.title, variant.before, (), error.message)
    finally:
        candidate.close()
    return standing(variant.key, variant.title, variant.before, graded(cases, reports))


def _candidate(pipeline: Pipeline, variant: Variant, console: Console, folder: Path) -> Candidate:
    """Beside the stage's folder, so that other settings of the gate ask nothing again."""
    settings, prompts = pipeline.evaluate, load_prompts()
    sitter = variant.sitter(prompts, settings)
    journal = Journal(folder.with_name(f".{folder.name}.answers.jsonl"), sitter)
    return Candidate(variant.load, journal, prompts, settings, console, variant.title)


def _write(
    found: Examination, pipeline: Pipeline, variant: Variant, folder: Path, console: Console
) -> list[Path]:
    """The three forms of the result."""
    today = datetime.now(UTC).date().isoformat()
    about = (
        f"{questions.describe(pipeline, len(found.cases))}，由助手自己的推理引擎贪心解码回答；"
        f"考核的形式是 {variant.title}，{today}。"
    )
    title, demo = pipeline.card.title, pipeline.card.demo
    page = render(found, pipeline.evaluate, title=title, about=about, demo=demo)
    texts = {RECORD: as_json(found), TABLE: as_markdown(found), PAGE: page}
    for name, text in texts.items():
        write_whole(folder / name, text)
    console.print(texts[TABLE])
    console.print(f"  评测页面：{PAGE}")
    return [folder / name for name in texts]


def _refuse(found: Examination, pipeline: Pipeline) -> None:
    right, goal = found.summary.right.value, pipeline.evaluate.goal
    if right < goal:
        raise AssistantError(
            "TRN-601",
            f"完全正确率 {right:.1%}，低于配置要求的 {goal:.0%}。",
            next_step="请增加 synth.count 或训练步数后重新运行；逐例结果在 evaluation.json 中。",
        )
    if found.failed:
        titles = {one.key: one.title for one in found.standings}
        lost = "；".join(
            f"{titles[loss.before]} → {titles[loss.after]} 的{METRICS[loss.metric]}降了 "
            f"{loss.lost.value * 100:.1f} 个百分点（允许 {loss.allowed * 100:g}）"
            for loss in found.failed
        )
        raise AssistantError(
            "TRN-602",
            f"一致性门没有通过：{lost}。",
            next_step="请检查这一步（量化可调小 quantize.group），或在 evaluate.losses 放宽；"
            "页面 evaluation.html 已写好，再次运行不会重新提问。",
        )


def _publish(work: Workspace, source: Path, folder: Path, found: Examination) -> None:
    """The quantised folder with its figures: README first, card last."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(source, folder)
    card, kind = work.pipeline.card, read_card(source).format
    size = sum(path.stat().st_size for path in source.iterdir()) / 1e6
    stored = {"openvino-int4": "OpenVINO INT4（视觉部分 INT8）", "nf4": "NF4"}.get(kind, kind)
    history = f"- 来历：{card.history}\n" if card.history else ""
    readme = (
        f"# {card.title}\n\n"
        f"- 架构：Qwen2-VL，{_scale(work.folder('merge') / 'model')}{stored}，共 {size:.1f} MB\n"
        f"- 训练数据：{card.trained_on}\n- 用途：{card.use}\n- 局限：{card.limits}\n"
        f"- 训练方法：`python launcher.py train run configs/train/{work.pipeline.name}.yaml`\n"
        f"{history}"
        "- 许可：Apache-2.0\n\n"
        f"## 结果\n\n{questions.describe(work.pipeline, len(found.cases))}，"
        "由助手自己的推理引擎贪心解码回答默认问题，再从文字中提取征象与真值比较：\n\n"
        f"{as_markdown(found)}"
    )
    write_whole(folder / "README.md", readme)
    describe(folder, work, card_metrics(found), kind=kind)


def _scale(merged: Path) -> str:
    """How many parameters the model has, tied ones once; "" where it is not at hand."""
    count = sum(math.prod(shape) for shape in shapes_of(merged).values())
    if count == 0:
        return ""
    return f"{count / 1e8:.1f} 亿参数，" if count >= 1e8 else f"{count / 1e4:.0f} 万参数，"
