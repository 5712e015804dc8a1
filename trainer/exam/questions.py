"""What an examination asks about: phantoms, or real pictures that were held out."""

from pathlib import Path

from rich.console import Console
from rich.progress import track

from trainer.config import Pipeline
from trainer.exam.held_out import draw_held_out
from trainer.exam.paper import Case, draw_cases


def draw(pipeline: Pipeline, data: Path, console: Console) -> tuple[Case, ...]:
    """As many cases as the settings want, or as there are.

    Args:
        data: folder of prepared data, for questions that are held out.

    Raises:
        AssistantError: TRN-603 when nothing that was held out can be asked about.
    """
    settings = pipeline.evaluate
    if settings.questions == "held_out":
        return draw_held_out(data, settings.pictures)
    drawn = draw_cases(settings, pipeline.phantoms)
    return tuple(track(drawn, "生成考题", settings.pictures, console=console))


def describe(pipeline: Pipeline, count: int) -> str:
    """What was asked about, and how its truth is known, as the beginning of a sentence."""
    if pipeline.evaluate.questions == "held_out":
        return f"{count} 幅未用于训练的真实图像（真值读自随图的说明，未经核对）"
    return f"{count} 幅种子未用于训练的模拟 CT 层面"
