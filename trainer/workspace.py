"""Where a pipeline's stages live, and what one may rely on of another."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import JsonValue
from rich.console import Console

from assistant.errors import AssistantError
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

    def finished(self, stage: str) -> Manifest:
        """The manifest of an earlier stage.

        Raises:
            AssistantError: TRN-122 when it has not been finished.
        """
        manifest = read_manifest(self.folder(stage))
        if manifest is None:
            raise AssistantError(
                "TRN-122",
                f"前一阶段 {stage} 还没有完成，缺少它的清单。",
                next_step=f"请先运行 python launcher.py train {stage.split('/')[0]}，"
                "或用 train run 依次完成所有阶段。",
            )
        return manifest

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

    def finish(self, job: Job, *outputs: Path) -> Manifest:
        """Write the manifest of a stage and say how long it took."""
        manifest = job.finish(outputs)
        self.console.print(f"[green]✓[/] {job.stage}：完成，用时 {manifest.seconds:.0f} 秒。")
        return manifest
