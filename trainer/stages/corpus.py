"""The ``prepare`` stage of a pipeline: what ``train prepare`` does, in the pipeline's folder."""

from trainer.data.corpus.preparation import load_preparation
from trainer.exam.held_out import draw_held_out
from trainer.hub import open_hub_for
from trainer.stages.prepare import prepare
from trainer.workspace import Workspace


def run(work: Workspace) -> None:
    """Fill the stage's folder from the preparation that the pipeline names.

    Raises:
        AssistantError: those of :func:`trainer.stages.prepare.prepare`; TRN-603 when the
            examination is to ask about held-out pictures and none will do: before training.
    """
    assert work.pipeline.prepare is not None
    wanted = load_preparation(work.configs / work.pipeline.prepare)
    open_hub_for(wanted)
    prepare(wanted, work.folder("prepare"), console=work.console)
    if work.pipeline.evaluate.questions == "held_out":
        draw_held_out(work.folder("prepare"), 1)
