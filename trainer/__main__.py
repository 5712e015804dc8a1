"""The trainer's command line: one verb a stage, and ``run`` for all of them in order."""

from assistant import interrupt

if __name__ == "__main__":  # before what takes its time to load
    interrupt.quietly()

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

from assistant.errors import AssistantError
from trainer.watched import end_with_input
from trainer.workspace import Workspace, claimed

STAGES = ("base", "sft", "merge", "quantize", "followup", "evaluate")
"""What follows the data, in order."""

MODULES = {"synth": "phantoms", "prepare": "corpus"}
RUNS = Path("runs")

app = typer.Typer(
    help="训练器：从模拟 CT 到可直接使用的 4 位模型。",
    no_args_is_help=True,
    add_completion=False,
    context_settings={"help_option_names": ["--help", "-h"]},
)

Config = Annotated[Path, typer.Argument(metavar="CONFIG", help="训练配置（YAML）")]
Model = Annotated[
    Path | None, typer.Option("--model", help="只考核这一个做好的模型文件夹，不看训练的各个阶段")
]
Out = Annotated[Path | None, typer.Option("--out", help="输出文件夹，默认 runs/<名称>")]


@app.command()
def synth(config: Config, out: Out = None) -> None:
    """生成带精确真值的模拟 CT、对话与数据清单。"""
    _stages(config, out, ("synth",))


@app.command()
def prepare(config: Config, out: Out = None) -> None:
    """从 MedTrinity、图片与说明、医生对话备好训练数据，并附数据卡。"""
    console = Console(stderr=True)
    with _told(console):
        from trainer.config import read_yaml
        from trainer.data.corpus.preparation import load_preparation
        from trainer.hub import open_hub_for
        from trainer.stages.prepare import prepare as stage

        if "card" in read_yaml(config):
            _stages(config, out, ("prepare",))
            return
        wanted = load_preparation(config)
        open_hub_for(wanted)
        folder = (out if out is not None else RUNS / wanted.name / "prepare").resolve()
        with claimed(folder):
            stage(wanted, folder, console=console)


@app.command()
def base(config: Config, out: Out = None) -> None:
    """核对取来的基座模型；或建立小型 Qwen2-VL，并预训练其视觉部分。"""
    _stages(config, out, ("base",))


@app.command()
def sft(config: Config, out: Out = None) -> None:
    """调用 LLaMA-Factory 微调，每个参数文件一步。"""
    _stages(config, out, ("sft",))


@app.command()
def merge(config: Config, out: Out = None) -> None:
    """把适配器并入权重，导出完整的模型文件夹。"""
    _stages(config, out, ("merge",))


@app.command()
def quantize(config: Config, out: Out = None) -> None:
    """量化为 4 位：OpenVINO INT4（CPU）与 NF4（显卡）。"""
    _stages(config, out, ("quantize",))


@app.command()
def shrink(
    source: Annotated[
        Path, typer.Argument(metavar="MODEL", help="带 model.json 的 bf16 模型文件夹")
    ],
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="4 位模型写到哪里")],
    kind: Annotated[str, typer.Option("--format", help="openvino-int4 或 nf4")] = "openvino-int4",
    watched: Annotated[
        bool, typer.Option("--watched", help="标准输入一关闭就结束；“模型”页由此停止它")
    ] = False,
) -> None:
    """把任意模型文件夹量化为 4 位，不经过训练。"""
    if watched:
        end_with_input()
    with _told(Console(stderr=True)):
        from trainer.shrink import shrink as make

        make(source.resolve(), folder.resolve(), kind)


@app.command()
def followup(config: Config, out: Out = None) -> None:
    """多轮追问，量出后面各轮重复第一轮回答的比例。"""
    _stages(config, out, ("followup",))


@app.command()
def evaluate(config: Config, out: Out = None, model: Model = None) -> None:
    """用助手的推理引擎在未见过的模拟层面上考核模型，写成一页 HTML。"""
    if model is None:
        _stages(config, out, ("evaluate",))
        return
    console = Console(stderr=True)
    with _told(console):
        from trainer.config import load_pipeline
        from trainer.stages.evaluate import examine_folder

        folder = (out if out is not None else RUNS / f"evaluate-{model.name}").resolve()
        with claimed(folder):
            pipeline = load_pipeline(config)
            examine_folder(pipeline, model, folder, console, RUNS / pipeline.name / pipeline.data)


@app.command()
def vqa(
    name: Annotated[str, typer.Argument(metavar="SET", help="slake、vqa-rad 或 path-vqa")],
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="数据集解开后的文件夹")],
    model: Annotated[Path, typer.Option("--model", help="做好的模型文件夹")],
    split: Annotated[str, typer.Option("--split", help="test、val 或 train")] = "test",
    limit: Annotated[int, typer.Option("--limit", min=0, help="最多几题，0 为全部")] = 0,
    out: Out = None,
) -> None:
    """在公开的视觉问答集上量正确率，中文与英文分开。"""
    console = Console(stderr=True)
    with _told(console):
        from trainer.vqa.run import Asked
        from trainer.vqa.run import run as stage

        target = (out if out is not None else RUNS / f"vqa-{name}").resolve()
        with claimed(target):
            stage(Asked(name, folder, split, model, limit), target, console)


@app.command()
def agreement(
    labels: Annotated[Path, typer.Argument(metavar="LABELS", help="医师标注表（CSV、XLSX）")],
    answers: Annotated[Path, typer.Argument(metavar="ANSWERS", help="模型的回答，如 results.json")],
    out: Out = None,
) -> None:
    """模型与医师、医师与医师之间的一致性（Cohen κ）。"""
    console = Console(stderr=True)
    with _told(console):
        from trainer.readers.agreement import run as stage

        target = (out if out is not None else RUNS / "agreement").resolve()
        with claimed(target):
            stage(labels, answers, target, console)


@app.command()
def run(config: Config, out: Out = None) -> None:
    """依次完成所有阶段；做完的跳过，中断的续做。"""
    _stages(config, out, ())


def _stages(config: Path, out: Path | None, names: tuple[str, ...]) -> None:
    """Run these stages; none named means all of the pipeline."""
    from trainer.config import load_pipeline
    from trainer.preflight import check

    console = Console(stderr=True)
    with _told(console):
        pipeline = load_pipeline(config)
        root = (out if out is not None else RUNS / pipeline.name).resolve()
        work = Workspace(pipeline, config.resolve().parent, root, console)
        wanted = names or (pipeline.data, *STAGES)
        with claimed(root):
            check(work, wanted)
            for name in wanted:
                _run(work, name)


@contextmanager
def _told(console: Console) -> Iterator[None]:
    """Whatever ends the work is told in Chinese, and by the exit code."""
    try:
        yield
    except AssistantError as error:
        console.print(f"[red]{escape(f'[{error.code}]')}[/] {escape(error.message)}")
        console.print(escape(error.next_step))
        if error.detail:
            console.print(f"[dim]{escape(error.detail)}[/]", highlight=False)
        raise typer.Exit(3) from None
    except KeyboardInterrupt:
        console.print("\n已停止。再次运行同一命令会从断点继续。")
        raise typer.Exit(130) from None
    except OSError as error:
        if error.errno != 28:
            raise
        console.print(f"[red]{escape('[TRN-303]')}[/] 磁盘空间不足，本阶段没有完成。")
        console.print("请清出空间，或用 --out 换一个磁盘后重新运行。")
        raise typer.Exit(3) from None


def _run(work: Workspace, name: str) -> None:
    from importlib import import_module

    module = MODULES.get(name, name)
    if name == "base" and work.pipeline.base.folder is not None:
        module = "adopted"
    import_module(f"trainer.stages.{module}").run(work)


if __name__ == "__main__":
    interrupt.as_usual()
    sys.exit(app())
