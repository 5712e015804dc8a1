"""Where a pipeline's stages live, and what one may rely on of another."""

import errno
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout
from pydantic import JsonValue
from rich.console import Console

from assistant.errors import AssistantError
from assistant.settings import load_settings
from trainer.config import Pipeline
from trainer.manifest import Job, Manifest, begin, read_manifest


@dataclass(frozen=True)
class Workspace:
    """A pipeline at work.

    Attributes:
        pipeline: its settings.
        configs: folder of its YAML files.
        root: folder of its outputs, one below it for every stage.
        console: where progress is shown.
    """

    pipeline: Pipeline
    configs: Path
    root: Path
    console: Console

    def folder(self, stage: str) -> Path:
        """Folder of a stage; ``sft/NAME`` is one of several steps."""
        return self.root / stage

    @property
    def data(self) -> Path:
        """Folder of the training data, ``dataset_info.json`` and all."""
        return self.folder(self.pipeline.data)

    def weights(self, stage: str) -> Path:
        """Folder of the weights that a stage answers for: a fetched base is not copied.

        Raises:
            AssistantError: TRN-125 when a fetched base is not there.
        """
        if stage == "base" and self.pipeline.base.folder is not None:
            return fetched(self.pipeline.base.folder)
        return self.folder(stage)

    def finished(self, stage: str) -> Manifest:
        """The manifest of an earlier stage.

        Raises:
            AssistantError: TRN-122 when it has not been finished.
        """
        return finished(self.folder(stage), stage)

    def begin(
        self, stage: str, *, inputs: Mapping[str, str], config: Mapping[str, JsonValue]
    ) -> Job:
        """Open a stage and say how it stands."""
        job = begin(self.folder(stage), stage, inputs=inputs, config=config)
        if job.done is not None:
            self.console.print(f"[green]✓[/] {stage}：已完成，输入与配置未变，跳过。")
        elif job.resumed:
            self.console.print(f"[yellow]↻[/] {stage}：接着上次中断处继续。")
        else:
            self.console.print(f"[cyan]▶[/] {stage}：开始。")
        return job

    def finish(
        self, job: Job, *outputs: Path, figures: Mapping[str, float] | None = None
    ) -> Manifest:
        """Write the manifest of a stage and say how long it took."""
        manifest = job.finish(outputs, figures or {})
        self.console.print(f"[green]✓[/] {job.stage}：完成，用时 {manifest.seconds:.0f} 秒。")
        return manifest


def finished(folder: Path, stage: str) -> Manifest:
    """The manifest of a stage's folder.

    Raises:
        AssistantError: TRN-122 when it has not been finished.
    """
    manifest = read_manifest(folder)
    if manifest is None:
        raise AssistantError(
            "TRN-122",
            f"前一阶段 {stage} 还没有完成，缺少它的清单。",
            next_step=f"请先运行 python launcher.py train {stage.split('/')[0]}，"
            "或用 train run 依次完成所有阶段。",
        )
    return manifest


def fetched(name: str) -> Path:
    """The folder of a fetched base, by name or as given; its files are not hashed here.

    Raises:
        AssistantError: TRN-125 when there is none.
    """
    named = load_settings().models_dir / name
    for folder in (named, Path(name).expanduser()):
        if folder.is_dir():
            return folder.resolve()
    raise AssistantError(
        "TRN-125",
        f"找不到基座模型“{Path(name).name}”。",
        next_step="请先运行 python launcher.py models fetch，或在 base.folder 写明它的文件夹。",
    )


@contextmanager
def claimed(root: Path) -> Iterator[None]:
    """An output folder for this process alone; the claim ends with the process.

    Raises:
        AssistantError: TRN-123 when another run has it, TRN-124 when it cannot be written.
    """
    lock = FileLock(root.parent / f".{root.name}.lock", timeout=0)
    try:
        root.mkdir(parents=True, exist_ok=True)
        lock.acquire()
    except Timeout as error:
        raise AssistantError(
            "TRN-123",
            f"另一个训练正在使用输出文件夹“{root.name}”。",
            next_step="请等它结束，或先停止它；要同时训练请用 --out 另选一个文件夹。",
        ) from error
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise
        raise AssistantError(
            "TRN-124",
            f"不能在输出文件夹“{root.name}”里写。",
            next_step="请核对它的位置与权限，或用 --out 换一个可以写的文件夹。",
            detail=str(error),
        ) from error
    try:
        yield
    finally:
        lock.release()
