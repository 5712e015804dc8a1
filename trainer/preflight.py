"""What can be known to go wrong before hours are spent, all of it at once."""

import json
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from assistant.errors import AssistantError
from assistant.models.kind import format_of
from trainer import endings
from trainer.adapter import misfit
from trainer.child import run_child
from trainer.config import read_yaml
from trainer.hub import open_hub_for
from trainer.llamafactory import OUTPUT, TEMPLATES, Arguments
from trainer.manifest import read_manifest
from trainer.mixture import problems_of_mix
from trainer.room import needed_bytes
from trainer.stages.sft import arguments_as_recorded
from trainer.workspace import Workspace

RUNS_AS = {"openvino-int4": ("qwen2_vl",), "nf4": ("qwen2_vl", "qwen2_5_vl")}
"""By format, the architectures that the assistant's engines run."""


def check(work: Workspace, names: Sequence[str]) -> None:
    """Look at everything that the stages named will need; finished ones are not asked again.

    Raises:
        AssistantError: TRN-103 naming every problem at once.
    """
    problems = list(_problems(work, names))
    if problems:
        listed = "\n".join(f"· {problem}" for problem in problems)
        raise AssistantError(
            "TRN-103",
            f"开始之前发现 {len(problems)} 处问题：\n{listed}\n",
            next_step="请逐条改正后再运行；参数名以 LLaMA-Factory 0.9.5 为准。",
        )


def _problems(work: Workspace, names: Sequence[str]) -> Iterator[str]:
    steps = [f"sft/{Path(name).stem}" for name in work.pipeline.sft]
    wanted = zip(steps, work.pipeline.sft, strict=True) if "sft" in names else ()
    todo = [stage for stage, name in wanted if not _done_so(work, stage, name)]
    if "prepare" in names and not _done(work, "prepare"):
        yield from _of_corpus(work)
    if "sft" in names:
        yield from problems_of_mix(work)
    if todo:
        yield from _of_arguments(work)
    if todo or ("base" in names and not _done(work, "base")):
        yield from _of_base(work)
    yield from _of_room(work, names)


def _done(work: Workspace, stage: str) -> bool:
    return read_manifest(work.folder(stage)) is not None


def _done_so(work: Workspace, stage: str, name: str) -> bool:
    """Whether a step has been done with the arguments that its file holds now."""
    manifest = read_manifest(work.folder(stage))
    try:
        return manifest is not None and manifest.config["arguments"] == arguments_as_recorded(
            work, name
        )
    except AssistantError:
        return False


def _of_corpus(work: Workspace) -> Iterator[str]:
    """Missing columns, broken files, endpoints: what the preparation itself looks for."""
    from trainer.data.corpus import preflight
    from trainer.data.corpus.preparation import load_preparation

    if work.pipeline.prepare is None:
        yield "prepare：这个配置用的是模拟数据（synth），没有 prepare 阶段"
        return
    try:
        wanted = load_preparation(work.configs / work.pipeline.prepare)
        if work.pipeline.mix is not None and wanted.layout == "shards":
            yield "mix：不能混合 layout: shards 的数据；请在 prepare 的配置中写 layout: recipe"
        open_hub_for(wanted)
        preflight.check(wanted, work.folder("prepare"))
    except AssistantError as error:
        yield f"prepare：{error.message.strip()}"


def _of_arguments(work: Workspace) -> Iterator[str]:
    """What LLaMA-Factory would reject, and what the order of steps does not allow."""
    files: dict[str, Arguments] = {}
    for name in work.pipeline.sft:
        try:
            files[name] = read_yaml(work.configs / name)
        except AssistantError as error:
            yield error.message
    yield from checked(files)
    kinds = [files.get(name, {}).get("finetuning_type", "lora") for name in work.pipeline.sft]
    if "lora" in kinds[:-1]:
        yield "sft：LoRA 只能是最后一步，之后由 merge 合并"
    if any(kind not in ("lora", "full", "freeze") for kind in kinds):
        yield "sft：finetuning_type 只能是 lora、full 或 freeze"
    for name, arguments in files.items():
        yield from (f"{name}：{line}" for line in _each(arguments))


def _each(arguments: Arguments) -> Iterator[str]:
    yield from _of_card(arguments)
    yield from _left_out(arguments)
    if arguments.get("tokenized_path"):
        yield "写了 tokenized_path，LLaMA-Factory 就不读本流程的数据；请去掉它"


def _left_out(arguments: Arguments) -> Iterator[str]:
    """Adapters that LLaMA-Factory lays into the base in memory alone, and then trains another."""
    given = str(arguments.get("adapter_name_or_path") or "")
    if "," in given or (given and arguments.get("create_new_adapter")):
        yield (
            "合并时只并入最后训练的适配器：adapter_name_or_path 只能写一个，也不能写 "
            "create_new_adapter；请先把原有的适配器合并成基座"
        )


def checked(files: dict[str, Arguments]) -> list[str]:
    """Every file's arguments against LLaMA-Factory's own classes, in a process of its own.

    Raises:
        AssistantError: TRN-304 when LLaMA-Factory itself cannot be started.
    """
    with tempfile.TemporaryDirectory() as folder:
        request = Path(folder) / "arguments.json"
        request.write_text(json.dumps(files, default=str), encoding="utf-8")
        log = Path(folder) / OUTPUT
        endings.refuse(run_child("trainer.llamafactory", [str(request)], log), log, what="检查")
        found: list[str] = json.loads(request.with_suffix(".problems").read_text(encoding="utf-8"))
    return found


def _of_card(arguments: Arguments) -> Iterator[str]:
    """What needs a card, where there is none."""
    import torch

    if torch.cuda.is_available() or arguments.get("use_cpu"):
        return
    asked = [key for key in ("bf16", "fp16", "quantization_bit") if arguments.get(key)]
    if asked:
        yield (
            f"{'、'.join(asked)} 需要 NVIDIA 显卡，本机没有可用的；"
            "没有显卡时请去掉它并写 use_cpu: true（2B 模型在 CPU 上要以周计）"
        )


def _of_base(work: Workspace) -> Iterator[str]:
    """The base is there, whole and of an architecture that everything after it fits."""
    if work.pipeline.base.folder is None:
        architecture = "qwen2_vl"
    else:
        try:
            folder = work.weights("base")
            config = (folder / "config.json").read_bytes()
            kind = format_of(config, [p.relative_to(folder).as_posix() for p in _files(folder)])
        except (AssistantError, OSError) as error:
            yield f"base：{error.message if isinstance(error, AssistantError) else error}"
            return
        if kind != "bf16":
            yield f"base：{folder.name} 已量化为 {kind}，训练与合并要用未量化的权重"
        architecture = str(json.loads(config)["model_type"])
        for name in work.pipeline.sft:
            yield from _of_adapter(work, name, folder)
    for name in work.pipeline.sft:
        template = _read(work, name).get("template")
        if template is not None and template not in TEMPLATES[architecture]:
            wanted = " 或 ".join(TEMPLATES[architecture])
            yield f"{name}：模板 {template} 与基座的架构 {architecture} 不符，应为 {wanted}"
    for kind_of in work.pipeline.quantize.formats:
        if architecture not in RUNS_AS[kind_of]:
            yield f"quantize.formats：助手的引擎没有 {architecture} 的 {kind_of}"


def _of_adapter(work: Workspace, name: str, base: Path) -> Iterator[str]:
    """An adapter or checkpoint to start from must have been trained on this base."""
    arguments = _read(work, name)
    for key in ("adapter_name_or_path", "resume_from_checkpoint"):
        given = arguments.get(key)
        if isinstance(given, str) and given.lower() not in ("true", "false"):
            for folder in given.split(","):
                why = misfit(Path(folder.strip()).expanduser(), base)
                if why:
                    yield f"{name}：{key} 不能用于这个基座：{why}"


def _of_room(work: Workspace, names: Sequence[str]) -> Iterator[str]:
    needed = needed_bytes(work, names)
    place = next(folder for folder in (work.root, *work.root.parents) if folder.is_dir())
    free = shutil.disk_usage(place).free
    if needed > free:
        yield (
            f"磁盘空间：估计还需 {needed / 1e9:.1f} GB，只剩 {free / 1e9:.1f} GB；"
            "请清理，或用 --out 换一个磁盘"
        )


def _read(work: Workspace, name: str) -> Arguments:
    try:
        return read_yaml(work.configs / name)
    except AssistantError:
        return {}  # told of elsewhere


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in folder.rglob("*") if path.is_file())
