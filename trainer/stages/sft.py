"""sft: supervised fine-tuning by LLaMA-Factory, one step for every flat YAML."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from pydantic import JsonValue
from rich.progress import BarColumn, Progress, TextColumn

from trainer import llamafactory
from trainer.config import read_yaml
from trainer.cutoff import check_cutoff
from trainer.losscurve import draw
from trainer.manifest import Job, write_whole
from trainer.mixture import inputs_of_mix, mix
from trainer.progress import Step, read_history
from trainer.workspace import Workspace

OWN = frozenset({"model_name_or_path", "dataset_dir", "media_dir", "output_dir"})
"""Arguments that a pipeline sets itself, whatever the YAML says for a launch on its own."""

CURVE = "loss.svg"


def run(work: Workspace) -> None:
    """Run every step that is not done, each from the one before."""
    for name in work.pipeline.sft:
        _step(work, name)


def model_and_adapter(work: Workspace) -> tuple[str, str | None]:
    """Stages that hold the full weights and, if the last step is LoRA, the adapter."""
    steps = work.pipeline.sft
    if _arguments(work, steps[-1]).get("finetuning_type", "lora") != "lora":
        return _stage(steps[-1]), None
    return (_stage(steps[-2]) if len(steps) > 1 else "base"), _stage(steps[-1])


def template(work: Workspace) -> str:
    """LLaMA-Factory's name for the way prompts were written in training."""
    return str(_arguments(work, work.pipeline.sft[-1])["template"])


def _stage(name: str) -> str:
    return f"sft/{Path(name).stem}"


def _arguments(work: Workspace, name: str) -> llamafactory.Arguments:
    return {k: v for k, v in read_yaml(work.configs / name).items() if k not in OWN}


def _step(work: Workspace, name: str) -> None:
    place = work.pipeline.sft.index(name)
    before = "base" if place == 0 else _stage(work.pipeline.sft[place - 1])
    arguments = _arguments(work, name)
    recorded = arguments_as_recorded(work, name)
    data = work.pipeline.data
    inputs = {data: work.finished(data).digest, before: work.finished(before).digest}
    config: dict[str, JsonValue] = {"arguments": recorded, "seed": work.pipeline.seed}
    if work.pipeline.mix is not None:
        inputs.update(inputs_of_mix(work))
        config["mix"] = work.pipeline.mix.model_dump(mode="json")
    job = work.begin(_stage(name), inputs=inputs, config=config)
    if job.done is not None:
        return
    given: llamafactory.Arguments = {
        "seed": work.pipeline.seed % 2**31,
        "report_to": "none",
        **arguments,
        "model_name_or_path": str(work.weights(before).resolve()),
        "dataset_dir": str(work.data.resolve()),
        "media_dir": str(work.data.resolve()),
    }
    if work.pipeline.mix is not None:
        folder = job.folder / ".mix"
        given.update(mix(work, folder))
        given["dataset_dir"] = str(folder.resolve())
    check_cutoff(Path(str(given["dataset_dir"])), given)
    with _shown(work, job, _samples_a_step(arguments)) as report:
        ending = llamafactory.train(given, job.folder, resume=job.resumed, report=report)
    figures = {"train_seconds": round(ending.seconds, 1), "peak_gb": ending.peak_bytes / 1e9}
    work.finish(job, *_results(job.folder), figures=figures)


@contextmanager
def _shown(work: Workspace, job: Job, samples: int) -> Iterator[Callable[[Step], None]]:
    """One bar with loss, speed and time left; the curve is drawn however it ends."""
    steps: list[Step] = []
    earlier = read_history(llamafactory.last_checkpoint(job.folder)) if job.resumed else []
    with Progress(
        TextColumn("  {task.description}"),
        BarColumn(),
        TextColumn("{task.completed}/{task.total} 步  {task.fields[state]}"),
        console=work.console,
    ) as bar:
        task = bar.add_task(job.stage, total=None, state="正在载入模型与数据 …")

        def report(step: Step) -> None:
            steps.append(step)
            if step.loss is not None:
                bar.update(
                    task, completed=step.step, total=step.steps, state=_state(steps, samples)
                )

        try:
            yield report
        finally:
            write_whole(job.folder / CURVE, draw([*earlier, *steps], job.stage))


def _state(steps: list[Step], samples: int) -> str:
    """Loss, speed and time left, from the steps of this run."""
    first, last = steps[0], steps[-1]
    shown = f"损失 {last.loss:.3f}"
    done, seconds = last.step - first.step, last.elapsed_s - first.elapsed_s
    if done <= 0 or seconds <= 0:
        return shown
    speed = done / seconds
    left = timedelta(seconds=round((last.steps - last.step) / speed))
    return f"{shown} · {speed * samples:.2f} 条/秒 · 还需 {left}"


def _samples_a_step(arguments: llamafactory.Arguments) -> int:
    """Rows that one step of one process takes."""
    batch = int(str(arguments.get("per_device_train_batch_size", 8)))
    return batch * int(str(arguments.get("gradient_accumulation_steps", 1)))


def _results(folder: Path) -> list[Path]:
    """What a finished step leaves; checkpoints and logs may be deleted."""
    ending = {".safetensors", ".jinja", ".json", ".txt", ".jsonl", ".svg"}
    return [path for path in folder.iterdir() if path.suffix in ending and path.is_file()]


def arguments_as_recorded(work: Workspace, name: str) -> dict[str, JsonValue]:
    """A step's arguments as its manifest keeps them.

    Raises:
        AssistantError: TRN-101 when its file cannot be read.
    """
    return {key: str(value) for key, value in _arguments(work, name).items()}
