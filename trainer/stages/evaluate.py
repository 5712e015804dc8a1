"""evaluate: the quantised model through the assistant's own engine, on slices it never saw."""

import json
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from threading import Event

import numpy as np
from rich.progress import track

from assistant.dialogue.conversation import Conversation
from assistant.dialogue.prompts import load_prompts
from assistant.engine.base import Engine, Options
from assistant.engine.loader import load_engine
from assistant.errors import AssistantError
from assistant.imaging.slice import RenderedImage, SliceRef
from assistant.models.card import read_card
from assistant.models.catalog import ModelFolder
from trainer.manifest import write_whole
from trainer.metrics.page import table
from trainer.metrics.summary import Summary, summarize
from trainer.metrics.verdict import Known, judge
from trainer.stages.quantize import describe
from trainer.workspace import Workspace

Case = tuple[Known, RenderedImage]


def run(work: Workspace) -> None:
    """Write ``evaluation.json``, ``evaluation.md`` and ``model``, the folder with its figures.

    Raises:
        AssistantError: TRN-601 when fewer answers are right than the goal asks for.
    """
    settings = work.pipeline.evaluate
    quantized = work.finished("quantize")
    job = work.begin(
        "evaluate",
        inputs={"quantize": quantized.digest},
        config=settings.model_dump(mode="json"),
    )
    if job.done is not None:
        return
    source = work.folder("quantize") / "model"
    engine = load_engine(ModelFolder(source, read_card(source)))
    prompts = load_prompts()
    try:
        ask = _asker(engine, prompts.system, prompts.default_question)
        cases = list(_cases(work))
        answers = [ask(picture) for _, picture in track(cases, "考试中", console=work.console)]
        blank = ask(_picture(np.zeros((256, 256, 3), np.uint8)))
        strangers = [ask(picture) for picture in _strangers(work)]
    finally:
        engine.close()
    known = [truth for truth, _ in cases]
    summary = summarize(known, answers, blank, strangers)
    page = table(summary)
    record = {"summary": _plain(summary), "answers": _records(known, answers), "blank": blank}
    text = json.dumps(record, ensure_ascii=False, indent=1)
    write_whole(job.folder / "evaluation.json", text + "\n")
    write_whole(job.folder / "evaluation.md", page)
    work.console.print(page)
    if summary.right.value < settings.goal:
        raise AssistantError(
            "TRN-601",
            f"完全正确率 {summary.right.value:.1%}，低于配置要求的 {settings.goal:.0%}。",
            next_step="请增加 synth.count 或训练步数后重新运行；逐例结果在 evaluation.json 中。",
        )
    _publish(work, source, job.folder / "model", summary, page)
    work.finish(
        job, job.folder / "evaluation.json", job.folder / "evaluation.md", job.folder / "model"
    )


def _asker(engine: Engine, system: str, question: str) -> Callable[[RenderedImage], str]:
    def ask(picture: RenderedImage) -> str:
        conversation = Conversation.new(system).ask(question, (picture,))
        text = "".join(c.text for c in engine.stream(conversation, Options(), Event()))
        engine.forget(conversation.id)
        return text

    return ask


def _cases(work: Workspace) -> Iterator[Case]:
    """Slices of seeds that no training picture has, through windows in clinical use."""
    from trainer.data.phantom.case import make_case
    from trainer.data.viewing import show

    settings, recipe = work.pipeline.evaluate, work.pipeline.phantoms
    for index in track(range(settings.pictures), "生成考题", console=work.console):
        seed = settings.seed + index
        phantom = make_case(seed, size=recipe.size, normal=recipe.normal, among=recipe.signs)
        view = show(phantom, np.random.default_rng([seed, 3]))
        yield Known(view.truth.region, view.truth.findings), view.picture


def _strangers(work: Workspace) -> Iterator[RenderedImage]:
    from trainer.data.not_ct import draw_not_ct

    settings = work.pipeline.evaluate
    for index in range(settings.strangers):
        rng = np.random.default_rng([settings.seed + index, 5])
        yield _picture(draw_not_ct(rng, work.pipeline.phantoms.size))


def _picture(pixels: np.ndarray) -> RenderedImage:
    from hashlib import sha256

    digest = sha256(str(pixels.shape).encode() + pixels.tobytes()).hexdigest()
    return RenderedImage(pixels, None, "", SliceRef(), digest)


def _records(known: Sequence[Known], answers: Sequence[str]) -> list[dict[str, object]]:
    verdicts = [judge(truth, text) for truth, text in zip(known, answers, strict=True)]
    return [
        {
            "region": verdict.known.region,
            "findings": [asdict(finding) for finding in verdict.known.findings],
            "stated_region": verdict.region,
            "stated": [asdict(finding) for finding in verdict.stated],
            "right": verdict.right,
            "text": text,
        }
        for verdict, text in zip(verdicts, answers, strict=True)
    ]


def _plain(summary: Summary) -> dict[str, object]:
    return asdict(summary)


def _metrics(summary: Summary) -> dict[str, float]:
    shares = {
        "right": summary.right,
        "region": summary.region,
        "normal": summary.normal,
        "urgent": summary.urgent,
        "size_within_30_percent": summary.size,
        "not_ct_refused": summary.not_ct,
        "majority_class": summary.majority,
        "blank_picture": summary.blank,
        "shuffled_pictures": summary.shuffled,
    }
    figures = {name: round(share.value, 4) for name, share in shares.items()}
    return {"slices": float(summary.right.of), **figures}


def _publish(work: Workspace, source: Path, folder: Path, summary: Summary, page: str) -> None:
    """The quantised folder with its figures: README first, card last."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(source, folder)
    card = work.pipeline.card
    size = sum(path.stat().st_size for path in source.iterdir()) / 1e6
    readme = (
        f"# {card.title}\n\n"
        f"- 架构：Qwen2-VL，从随机权重训练，OpenVINO INT4（视觉部分 INT8），共 {size:.1f} MB\n"
        f"- 训练数据：{card.trained_on}\n- 用途：{card.use}\n- 局限：{card.limits}\n"
        f"- 训练方法：`python launcher.py train run configs/train/{work.pipeline.name}.yaml`\n"
        "- 许可：Apache-2.0\n\n"
        f"## 结果\n\n在 {summary.right.of} 幅种子未用于训练的模拟层面上，"
        "由助手自己的推理引擎贪心解码回答默认问题，再从文字中提取征象与真值比较：\n\n"
        f"{page}"
    )
    write_whole(folder / "README.md", readme)
    describe(folder, work.pipeline, work.finished("merge"), _metrics(summary))
