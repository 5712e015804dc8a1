"""sft: supervised fine-tuning by LLaMA-Factory, one step for every flat YAML."""

from pathlib import Path

from pydantic import JsonValue
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from assistant.errors import AssistantError
from trainer import llamafactory
from trainer.config import read_yaml
from trainer.workspace import Workspace

OWN = frozenset({"model_name_or_path", "dataset_dir", "media_dir", "output_dir"})
"""Arguments that a pipeline sets itself, whatever the YAML says for a launch on its own."""


def run(work: Workspace) -> None:
    """Run every step that is not done, each from the one before."""
    for name in work.pipeline.sft:
        _step(work, name)


def check(work: Workspace) -> None:
    """Look for everything wrong in every YAML before an hour is spent.

    Raises:
        AssistantError: TRN-103 naming every problem at once.
    """
    problems: list[str] = []
    kinds: list[object] = []
    for name in work.pipeline.sft:
        arguments = read_yaml(work.configs / name)
        kinds.append(arguments.get("finetuning_type", "lora"))
        problems += llamafactory.check(
            {**arguments, "model_name_or_path": "base", "output_dir": "out"}, name
        )
    if "lora" in kinds[:-1]:
        problems.append("sft：LoRA 只能是最后一步，之后由 merge 合并")
    if problems:
        raise AssistantError(
            "TRN-103",
            "微调配置有误：" + "；".join(problems) + "。",
            next_step="请按 LLaMA-Factory 0.9.5 的参数名改正这些 YAML 后再运行。",
        )


def model_and_adapter(work: Workspace) -> tuple[str, str | None]:
    """Stages that hold the full weights and, if the last step is LoRA, the adapter."""
    steps = work.pipeline.sft
    last = read_yaml(work.configs / steps[-1])
    if last.get("finetuning_type", "lora") != "lora":
        return _stage(steps[-1]), None
    return (_stage(steps[-2]) if len(steps) > 1 else "base"), _stage(steps[-1])


def _stage(name: str) -> str:
    return f"sft/{Path(name).stem}"


def _step(work: Workspace, name: str) -> None:
    place = work.pipeline.sft.index(name)
    before = "base" if place == 0 else _stage(work.pipeline.sft[place - 1])
    arguments = {k: v for k, v in read_yaml(work.configs / name).items() if k not in OWN}
    inputs = {"synth": work.finished("synth").digest, before: work.finished(before).digest}
    config: dict[str, JsonValue] = {"arguments": _plain(arguments), "seed": work.pipeline.seed}
    job = work.begin(_stage(name), inputs=inputs, config=config)
    if job.done is not None:
        return
    data = work.folder("synth").resolve()
    given = {
        "seed": work.pipeline.seed % 2**31,
        "report_to": "none",
        **arguments,
        "model_name_or_path": str(work.folder(before).resolve()),
        "dataset_dir": str(data),
        "media_dir": str(data),
    }
    with Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.completed}/{task.total} 步  损失 {task.fields[loss]}"),
        TimeRemainingColumn(),
        console=work.console,
    ) as bar:
        task = bar.add_task(_stage(name), total=None, loss="…")

        def report(step: llamafactory.Step) -> None:
            loss = "…" if step.loss is None else f"{step.loss:.3f}"
            if step.loss is not None:
                bar.update(task, completed=step.step, total=step.steps, loss=loss)

        llamafactory.train(given, job.folder, resume=job.resumed, report=report)
    work.finish(job, *_results(job.folder))


def _results(folder: Path) -> list[Path]:
    """What a finished step leaves; checkpoints and logs may be deleted."""
    ending = {".safetensors", ".jinja", ".json", ".txt", ".jsonl"}
    return [path for path in folder.iterdir() if path.suffix in ending and path.is_file()]


def _plain(arguments: dict[str, object]) -> dict[str, JsonValue]:
    return {key: str(value) for key, value in arguments.items()}
