"""The ``prepare`` stage of a pipeline: what ``train prepare`` does, in the pipeline's folder."""

from trainer.data.corpus.preparation import load_preparation
from trainer.hub import open_hub_for
from trainer.stages.prepare import prepare
from trainer.workspace import Workspace


def run(work: Workspace) -> None:
    """Fill the stage's folder from the preparation that the pipeline names.

    Raises:
        AssistantError: those of :func:`trainer.stages.prepare.prepare`.
    """
    assert work.pipeline.prepare is not None
    wanted = load_preparation(work.configs / work.pipeline.prepare)
    open_hub_for(wanted)
    prepare(wanted, work.folder("prepare"), console=work.console)
