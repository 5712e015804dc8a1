"""The base stage where the base is fetched: its files are checked, and stay where they are."""

from assistant.models.card import read_card, verify
from trainer.manifest import write_whole
from trainer.workspace import Workspace


def run(work: Workspace) -> None:
    """Compare every file with the folder's card and note its fingerprint.

    Raises:
        AssistantError: MOD-102 there is no card, MOD-103 or MOD-104 it does not fit.
    """
    folder = work.weights("base")
    fingerprint = read_card(folder).fingerprint
    job = work.begin("base", inputs={"fetched": fingerprint}, config={})
    if job.done is not None:
        return
    with work.console.status("正在核对基座模型的文件 …"):
        card = verify(folder)
    note = job.folder / "fetched.txt"
    write_whole(note, f"{card.name}\n{card.base}\n{fingerprint}\n")
    work.finish(job, note)
