"""LLaMA-Factory: the only file that knows its arguments, its command line and its folders."""

import json
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import yaml

from trainer import endings
from trainer.allocator import KEEPING
from trainer.child import Ending, run_child
from trainer.progress import LOG, Step, StepReader, refuse_nan

Arguments = dict[str, object]

OUTPUT = "llamafactory.log"

TEMPLATES: Mapping[str, tuple[str, ...]] = {
    "qwen2_vl": ("qwen2_vl",),
    "qwen2_5_vl": ("qwen2_vl",),
    "qwen3_vl": ("qwen3_vl", "qwen3_vl_nothink"),
}
"""By ``model_type`` of the base, the templates that write its prompts."""


def check(arguments: Mapping[str, object], name: str) -> list[str]:
    """What LLaMA-Factory would reject, as Chinese sentences; empty when fine.

    Every unknown argument and every value of a wrong kind is named, and the first objection
    of each of its argument classes. A graphics card is not asked for.
    """
    from dataclasses import fields

    from llamafactory.hparams import (
        DataArguments,
        FinetuningArguments,
        GeneratingArguments,
        ModelArguments,
        TrainingArguments,
    )
    from transformers import HfArgumentParser

    classes = [
        *(ModelArguments, DataArguments, TrainingArguments),
        *(FinetuningArguments, GeneratingArguments),
    ]
    known = {field.name for one in classes for field in fields(one)}
    problems = [f"{name}：LLaMA-Factory 没有参数 {key}" for key in sorted(arguments.keys() - known)]
    for one in classes:
        names = {field.name for field in fields(one) if field.init}
        given = {key: value for key, value in arguments.items() if key in names}
        wrong = list(_of_wrong_kind(one, given))
        problems += [f"{name}：{key} 的值 {given[key]} {reason}" for key, reason in wrong]
        for key, _ in wrong:
            del given[key]
        if one is TrainingArguments:
            given = {"output_dir": "out", **given, "use_cpu": True}
        if one is ModelArguments:
            given = {"model_name_or_path": "base", **given}
        try:
            HfArgumentParser(one).parse_dict(given)
        except (ValueError, TypeError, AssertionError) as error:
            problems.append(f"{name}：{error}")
    problems += [f"{name}：缺少 {key}" for key in ("stage", "template") if key not in arguments]
    return problems


def _of_wrong_kind(one: type, given: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    """Arguments whose value is not of the type that the class declares."""
    from typing import get_type_hints

    from pydantic import TypeAdapter, ValidationError
    from pydantic.errors import PydanticUserError

    from trainer.config import reason_of

    hints = get_type_hints(one)
    for key, value in given.items():
        try:
            TypeAdapter(hints[key]).validate_python(value)
        except PydanticUserError:
            continue  # a type that only the class itself understands
        except ValidationError as error:
            yield key, reason_of(error.errors()[0])


def train(
    arguments: Arguments, folder: Path, *, resume: bool, report: Callable[[Step], None]
) -> Ending:
    """Run ``llamafactory-cli train`` into ``folder``, from its last whole checkpoint if resuming.

    Raises:
        AssistantError: TRN-301 loss is not a number; those of :func:`trainer.endings.refuse`.
    """
    checkpoint = last_checkpoint(folder) if resume else None
    given = {
        # Else a loss that is no longer a number is logged as zero.
        "logging_nan_inf_filter": False,
        **arguments,
        "output_dir": str(folder),
        "overwrite_output_dir": True,
    }
    if checkpoint is not None:
        given["resume_from_checkpoint"] = str(checkpoint)
    log = folder / LOG
    log.unlink(missing_ok=True)
    reader = StepReader(log)

    def look() -> None:
        for step in reader.new():
            report(step)
            refuse_nan(step)

    ending = _run("train", given, folder, look)
    endings.refuse(ending, folder / OUTPUT, what="训练", arguments=arguments)
    return ending


def export(arguments: Arguments, folder: Path) -> Ending:
    """Run ``llamafactory-cli export`` into ``folder``.

    Raises:
        AssistantError: those of :func:`trainer.endings.refuse`.
    """
    ending = _run("export", {**arguments, "export_dir": str(folder)}, folder.parent, lambda: None)
    endings.refuse(ending, folder.parent / OUTPUT, what="合并")
    return ending


def _run(verb: str, arguments: Arguments, folder: Path, look: Callable[[], None]) -> Ending:
    folder.mkdir(parents=True, exist_ok=True)
    config = folder / f".{verb}.yaml"
    text = yaml.safe_dump(arguments, allow_unicode=True, sort_keys=False)
    config.write_text(text, encoding="utf-8")
    on_cpu = verb == "train" and bool(arguments.get("use_cpu"))
    return run_child(
        _module(verb, arguments),
        [verb, str(config)],
        folder / OUTPUT,
        look=look,
        environment=KEEPING if on_cpu else None,
    )


def _module(verb: str, arguments: Mapping[str, object]) -> str:
    """LLaMA-Factory's command line, or one of ours around it."""
    if verb == "train" and arguments.get("quantization_bit"):
        return "trainer.in_4bit"
    if verb == "train" and arguments.get("use_cpu"):
        return "trainer.on_cpu"
    return "llamafactory.cli"


def last_checkpoint(folder: Path) -> Path | None:
    """The newest checkpoint that was written whole; half-written ones are removed."""
    found: list[tuple[int, Path]] = []
    for path in folder.glob("checkpoint-*"):
        try:
            # The trainer writes this file last.
            state = json.loads((path / "trainer_state.json").read_text(encoding="utf-8"))
            found.append((int(state["global_step"]), path))
        except (OSError, ValueError, KeyError, TypeError):
            shutil.rmtree(path, ignore_errors=True)
    return max(found)[1] if found else None


def main() -> None:
    """As a child: check the argument files in a JSON, and write the problems beside it."""
    request = Path(sys.argv[1])
    files: dict[str, Arguments] = json.loads(request.read_text(encoding="utf-8"))
    problems = [line for name, arguments in files.items() for line in check(arguments, name)]
    request.with_suffix(".problems").write_text(json.dumps(problems), encoding="utf-8")


if __name__ == "__main__":
    main()
