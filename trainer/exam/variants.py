"""The forms of a model on its way from the base to 4 bits, as they lie in a run's folder."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from pathlib import Path, PurePosixPath

from assistant.dialogue.prompts import Prompts
from assistant.engine.base import Engine
from assistant.engine.loader import load_engine
from assistant.models.card import CARD, read_card
from assistant.models.catalog import ModelFolder
from trainer.exam.settings import Evaluate
from trainer.manifest import Manifest, read_manifest
from trainer.stages.sft import model_and_adapter
from trainer.workspace import Workspace


@dataclass(frozen=True)
class Variant:
    """One form.

    Attributes:
        key: "base", "sft", "merged", "nf4" or "int4".
        title: for people.
        before: key of the form that it was made of; "" for the base.
        digest: of the weights.
        load: into the engine that runs it.
        folder: of the weights.
    """

    key: str
    title: str
    before: str
    digest: str
    load: Callable[[], Engine]
    folder: Path

    def sitter(self, prompts: Prompts, settings: Evaluate) -> str:
        """Digest of all that decides its answers, under which they are kept."""
        decisive = settings.model_dump_json(
            include={"max_tokens", "another_question", "yes_no_question", "abnormal_answer"}
        )
        whole = f"{self.key}\n{self.digest}\n{prompts.model_dump_json()}\n{decisive}"
        return sha256(whole.encode()).hexdigest()


def variants_of(work: Workspace) -> tuple[Variant, ...]:
    """Those that the run's folder has, from the base on; the last is what clinicians run."""
    return tuple(_found(work))


def quantized(folder: Path, *, before: str = "merged") -> Variant:
    """A folder with a card, as ``quantize`` writes it and the assistant loads it.

    Raises:
        AssistantError: MOD-102, MOD-103 when it has no card.
    """
    card = read_card(folder)
    key = {"openvino-int4": "int4", "nf4": "nf4", "bf16": "merged"}[card.format]
    title = {"int4": "INT4（OpenVINO）", "nf4": "NF4", "merged": "合并后"}[key]
    load = partial(load_engine, ModelFolder(folder, card))
    return Variant(key, title, before, card.fingerprint, load, folder)


def _found(work: Workspace) -> Iterator[Variant]:
    model, adapter = model_and_adapter(work)
    base, merge = (read_manifest(work.folder(stage)) for stage in ("base", "merge"))
    if base is not None:
        yield _stored("base", "基座", "", base.digest, work.weights("base"))
    tuned = [read_manifest(work.folder(stage)) for stage in (model, adapter) if stage]
    if all(tuned):
        digest = "+".join(one.digest for one in tuned if one)
        laid_over = None if adapter is None else work.folder(adapter)
        yield _stored("sft", "SFT（合并前）", "base", digest, work.weights(model), laid_over)
    if merge is not None:
        yield _stored(
            "merged", "合并后", "sft", _but_for_card(merge), work.folder("merge") / "model"
        )
    for name in ("nf4", "model"):
        folder = work.folder("quantize") / name
        if (folder / CARD).is_file():
            yield quantized(folder)


def _but_for_card(manifest: Manifest) -> str:
    """Digest of a stage's outputs: what its card says changes no answer."""
    outputs = {k: v for k, v in manifest.outputs.items() if PurePosixPath(k).name != CARD}
    return manifest.model_copy(update={"outputs": outputs}).digest


def _stored(
    key: str, title: str, before: str, digest: str, folder: Path, adapter: Path | None = None
) -> Variant:
    """Weights that are not quantised, an adapter laid over them."""
    return Variant(key, title, before, digest, partial(_open, folder, adapter), folder)


def _open(folder: Path, adapter: Path | None) -> Engine:
    from assistant.engine.transformers import TransformersEngine

    return TransformersEngine(folder, model_name=folder.name, adapter=adapter)
