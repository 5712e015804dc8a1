"""A 4-bit copy of any model folder that has a card, outside a training run."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path

from assistant.errors import AssistantError
from assistant.models.card import verify, write_card
from assistant.models.shrink import FourBit, copy_name, source_of
from trainer.child import Ending
from trainer.sections import Quantize
from trainer.stages.quantize import make_nf4, make_openvino

_MAKERS: Mapping[FourBit, Callable[[Path, Path, Quantize], Ending]] = {
    "openvino-int4": make_openvino,
    "nf4": make_nf4,
}


def shrink(source: Path, folder: Path, kind: str) -> None:
    """Make ``folder`` from ``source`` and write its card last.

    Raises:
        AssistantError: TRN-409 the source is 4-bit already, or the format is none of ours;
            those of ``card.verify`` and of the children that do the work.
    """
    card = verify(source)
    form = next((known for known in _MAKERS if known == kind), None)
    if card.format != "bf16" or form is None:
        raise AssistantError(
            "TRN-409",
            f"不能从 {card.format} 量化为 {kind}。",
            next_step="请从 bf16 模型量化为 openvino-int4 或 nf4。",
        )
    _MAKERS[form](source, folder, Quantize())
    write_card(
        folder,
        name=copy_name(card, form),
        title=f"{card.title}（4 位）",
        base=source_of(card),
        format=form,
        demo=card.demo,
        trained_on=card.trained_on,
        use=card.use,
        limits=card.limits,
        created=datetime.now(UTC).date().isoformat(),
    )
