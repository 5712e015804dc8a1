"""The trainer's command line: one verb a stage, and ``run`` for all of them in order."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

from assistant.errors import AssistantError
from trainer.workspace import Workspace

STAGES = ("synth", "base", "sft", "merge", "quantize", "evaluate")
MODULES = {"synth": "phantoms"}
RUNS = Path("runs")

app = typer.Typer(
    help="训练器：从模拟 CT 到可直接使用的 4 位模型。", no_args_is_help=True, add_completion=False
)

Config = Annotated[Path, typer.Argument(metavar="CONFIG", help="训练配置（YAML）")]
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
        from trainer.data.corpus.preparation import load_preparation
        from trainer.stages.prepare import prepare as stage

        wanted = load_preparation(config)
        folder = out if out is not None else RUNS / wanted.name / "prepare"
        stage(wanted, folder.resolve(), console=console)


@app.command()
def base(config: Config, out: Out = None) -> None:
    """建立小型 Qwen2-VL 与分词器，并预训练其视觉部分。"""
    _stages(config, out, ("base",))


@app.command()
def sft(config: Config, out: Out = None) -> None:
    """调用 LLaMA-Factory 微调：先全参数，再 LoRA。"""
    _stages(config, out, ("sft",))


@app.command()
def merge(config: Config, out: Out = None) -> None:
    """把适配器并入权重，导出完整的模型文件夹。"""
    _stages(config, out, ("merge",))


@app.command()
def quantize(config: Config, out: Out = None) -> None:
    """转换为 OpenVINO，语言部分 INT4，视觉部分 INT8。"""
    _stages(config, out, ("quantize",))


@app.command()
def evaluate(config: Config, out: Out = None) -> None:
    """用助手的推理引擎在未见过的模拟层面上考核模型。"""
    _stages(config, out, ("evaluate",))


@app.command()
def run(config: Config, out: Out = None) -> None:
    """依次完成所有阶段；做完的跳过，中断的续做。"""
    _stages(config, out, STAGES)


def _stages(config: Path, out: Path | None, names: tuple[str, ...]) -> None:
    from trainer.config import load_pipeline

    console = Console(stderr=True)
    with _told(console):
        pipeline = load_pipeline(config)
        root = out if out is not None else RUNS / pipeline.name
        work = Workspace(pipeline, config.resolve().parent, root.resolve(), console)
        _check(work, names)
        for name in names:
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


def _check(work: Workspace, names: tuple[str, ...]) -> None:
    """Find wrong arguments before hours are spent; not again when the step is done."""
    from trainer.manifest import read_manifest
    from trainer.stages import sft as step

    steps = (f"sft/{Path(name).stem}" for name in work.pipeline.sft)
    if "sft" in names and any(read_manifest(work.folder(one)) is None for one in steps):
        step.check(work)


def _run(work: Workspace, name: str) -> None:
    from importlib import import_module

    import_module(f"trainer.stages.{MODULES.get(name, name)}").run(work)


if __name__ == "__main__":
    sys.exit(app())
