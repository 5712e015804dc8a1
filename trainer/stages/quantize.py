"""quantize: 4-bit folders for the engines, OpenVINO INT4 and NF4, each made once."""

import json
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from pydantic import JsonValue

from assistant.errors import AssistantError
from assistant.models.card import CARD, Format, write_card
from trainer import endings
from trainer.child import Ending, run_child
from trainer.manifest import write_whole
from trainer.sections import Quantize
from trainer.stages.merge import base_of
from trainer.workspace import Workspace

FOLDERS: Mapping[str, str] = {"openvino-int4": "model", "nf4": "nf4"}
"""Folder of each format below the stage's."""

_COST = ".cost.json"
_LOG = "quantize.log"


@dataclass(frozen=True)
class Cost:
    """What making a format took.

    Attributes:
        seconds: wall-clock. peak_bytes: most resident memory of any one process.
        bytes: size of the folder.
    """

    seconds: float
    peak_bytes: int
    bytes: int


def run(work: Workspace) -> None:
    """Fill ``quantize/model`` (OpenVINO INT4) and ``quantize/nf4``, with their cards.

    Raises:
        AssistantError: TRN-402 when the OpenVINO folder is larger than the configuration
            allows; those of :func:`trainer.endings.refuse`.
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
    source = work.folder("merge") / "model"
    made = [job.folder / FOLDERS[kind] for kind in settings.formats]
    figures: dict[str, float] = {}
    for kind, folder in zip(settings.formats, made, strict=True):
        cost = _format(work, kind, source, folder)
        figures.update(
            {
                f"{kind}_seconds": round(cost.seconds, 1),
                f"{kind}_peak_gb": round(cost.peak_bytes / 1e9, 2),
                f"{kind}_gb": round(cost.bytes / 1e9, 3),
            }
        )
        work.console.print(
            f"  {kind}：{cost.bytes / 1e6:.1f} MB，用时 {cost.seconds:.0f} 秒，"
            f"内存峰值 {cost.peak_bytes / 1e9:.1f} GB"
        )
        if kind == "openvino-int4":
            _refuse_large(cost.bytes / 1e6, settings.most_mb)
    work.finish(job, *made, figures=figures)


def _format(work: Workspace, kind: Format, source: Path, folder: Path) -> Cost:
    """One format; what an earlier, killed run has finished is kept."""
    note = folder.parent / f"{_COST}.{kind}"
    if (folder / CARD).is_file() and note.is_file():
        return Cost(**json.loads(note.read_text(encoding="utf-8")))
    make = _MAKERS[kind]
    with work.console.status(f"正在量化为 {kind} …"):
        ending = make(source, folder, work.pipeline.quantize)
    describe(folder, work, {}, kind=kind)
    size = sum(path.stat().st_size for path in folder.iterdir())
    cost = Cost(ending.seconds, ending.peak_bytes, size)
    write_whole(note, json.dumps(cost.__dict__))
    return cost


def make_nf4(merged: Path, folder: Path, settings: Quantize) -> Ending:
    """NF4 by bitsandbytes, as a child.

    Raises:
        AssistantError: those of :func:`trainer.endings.refuse`.
    """
    del settings
    return _child("trainer.model.nf4", [str(merged), str(folder)], folder.parent)


def make_openvino(merged: Path, folder: Path, settings: Quantize) -> Ending:
    """OpenVINO INT4: convert, compress part by part, measure the pictures; each step a child.

    Raises:
        AssistantError: those of :func:`trainer.endings.refuse`.
    """
    plain = folder.with_name(f"{folder.name}.plain")
    module = "trainer.model.export"
    first = _child(module, ["convert", str(merged), str(plain)], folder.parent)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    given = json.dumps({"group": settings.group, "symmetric": settings.symmetric})
    second = _child(module, ["compress", str(plain), str(folder), given], folder.parent)
    for path in sorted(plain.iterdir()):
        path.replace(folder / path.name)
    plain.rmdir()
    third = _child("trainer.model.eightbit", [str(folder)], folder.parent)
    steps = (first, second, third)
    return Ending(0, sum(one.seconds for one in steps), max(one.peak_bytes for one in steps))


_MAKERS: Mapping[str, Callable[[Path, Path, Quantize], Ending]] = {
    "nf4": make_nf4,
    "openvino-int4": make_openvino,
}


def _child(module: str, arguments: list[str], folder: Path) -> Ending:
    log = folder / _LOG
    ending = run_child(module, arguments, log)
    endings.refuse(ending, log, what="量化")
    return ending


def _refuse_large(size_mb: float, most_mb: float | None) -> None:
    if most_mb is not None and size_mb > most_mb:
        raise AssistantError(
            "TRN-402",
            f"量化后的模型有 {size_mb:.1f} MB，超过配置允许的 {most_mb:g} MB。",
            next_step="请减小 base.shape，或调大 quantize.most_mb 后再运行。",
        )


def describe(
    folder: Path,
    work: Workspace,
    metrics: dict[str, float],
    *,
    kind: Format = "openvino-int4",
) -> None:
    """Write the folder's model card, hashing every file; call it last."""
    pipeline, merged = work.pipeline, work.finished("merge")
    write_card(
        folder,
        name=pipeline.name,
        title=pipeline.card.title,
        base=f"{base_of(work)}; merge {merged.digest[:12]}",
        format=kind,
        demo=pipeline.card.demo,
        trained_on=pipeline.card.trained_on,
        use=pipeline.card.use,
        limits=pipeline.card.limits,
        metrics=metrics,
        created=datetime.now(UTC).date().isoformat(),
    )
