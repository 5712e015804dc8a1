"""The ``synth`` verb: generated slices under a manifest, like every other stage."""

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from trainer.stages.synth import synth
from trainer.workspace import Workspace


def run(work: Workspace) -> None:
    """Fill the stage's folder with pictures, conversations and truth."""
    recipe = work.pipeline.phantoms
    job = work.begin("synth", inputs={}, config=recipe.model_dump(mode="json"))
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
