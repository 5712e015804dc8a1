"""The ``synth`` verb: generated slices under a manifest, like every other stage."""

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from assistant.dialogue.prompts import load_prompts
from trainer.stages.synth import synth
from trainer.workspace import Workspace


def run(work: Workspace) -> None:
    """Fill the stage's folder with pictures, conversations and truth."""
    recipe = work.pipeline.phantoms
    config = recipe.model_dump(mode="json") | {"prompts": asked_by_the_page()}
    job = work.begin("synth", inputs={}, config=config)
    if job.done is not None:
        return
    with Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=work.console,
    ) as bar:
        synth(recipe, job.folder, progress=bar)
    work.finish(job, *(path for path in job.folder.iterdir() if not path.name.startswith(".")))


def asked_by_the_page() -> dict[str, str]:
    """The page's own sentences that stand in every training conversation."""
    wanted = {"default_question", "report", "plain"}
    found: dict[str, str] = load_prompts().model_dump(include=wanted)
    return found
