"""``models fetch`` and ``models list``."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bar
from rich.progress import TransferSpeedColumn as Speed

from assistant.models.carry import carry_in
from assistant.models.catalog import ModelFolder, list_models
from assistant.models.download import download_model
from assistant.models.hub import HubName
from assistant.models.shelf import Progress, Report
from assistant.models.transfer import cancelled
from assistant.settings import load_settings

app = typer.Typer(help="获取模型，列出已有的模型。", no_args_is_help=True)

DataOption = Annotated[
    Path | None, typer.Option("--data", help="数据文件夹（默认为系统的用户数据位置）。")
]


@app.command()
def fetch(
    name: Annotated[
        str, typer.Argument(metavar="NAME|FOLDER", help="模型名，或已有的模型文件夹。")
    ],
    source: Annotated[HubName, typer.Option("--from", help="从哪个站点下载。")] = "modelscope",
    data: DataOption = None,
) -> None:
    """下载模型，或从文件夹导入；中断后再次运行会续传，全部文件核对校验值。"""
    models_dir = load_settings(data_dir=data).models_dir
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), Speed())
    try:
        with Bar(*columns, TimeRemainingColumn(), console=console) as bar:
            report = _reporter(bar)
            folder = _folder(name)
            if folder is not None:
                model = carry_in(folder, models_dir, report=report)
            else:
                model = download_model(name, models_dir, source, report=report)
    except KeyboardInterrupt as error:
        raise cancelled() from error
    typer.echo(f"模型 {model.card.name} 已就绪，{len(model.card.files)} 个文件全部核对无误。")


@app.command("list")
def list_(data: DataOption = None) -> None:
    """列出内置与数据文件夹中的模型。"""
    for model in list_models(load_settings(data_dir=data).data_dir):
        typer.echo(_line(model))


def _folder(name: str) -> Path | None:
    path = Path(name).expanduser()
    try:
        return path if path.is_dir() else None
    except (OSError, ValueError):  # a name that no file system can hold
        return None


def _reporter(bar: Bar) -> Report:
    task = bar.add_task("准备", total=None)

    def report(progress: Progress) -> None:
        name = progress.file or "核对"
        bar.update(task, description=name, completed=progress.done, total=progress.total)

    return report


def _line(model: ModelFolder) -> str:
    size = sum(
        (model.path / name).stat().st_size
        for name in model.card.files
        if (model.path / name).is_file()
    )
    demo = "（演示模型）" if model.card.demo else ""
    return f"{model.card.name}\t{model.card.format}\t{size / 1e6:.0f} MB\t{model.card.title}{demo}"
