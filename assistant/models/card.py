"""The model card: what a model folder says about itself, and whether it is intact."""

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from assistant.errors import AssistantError

CARD = "model.json"
Format = Literal["openvino-int4", "nf4", "bf16"]


class ModelCard(BaseModel):
    """Provenance of a model folder, kept in its ``model.json``.

    Attributes:
        name: short, without spaces; also its folder under the data folder's ``models``.
        title: for people, Chinese.
        base: what it was trained from.
        format: how the weights are stored.
        demo: a demonstration model, which it says where it speaks.
        trained_on: data, Chinese.
        use: what it may be used for, Chinese.
        limits: what it must not be used for or cannot do, Chinese.
        metrics: measured figures by name, for example ``{"right": 0.93, "slices": 500}``.
        created: ISO 8601 date.
        files: sha256 hex digest per file, by path relative to the folder with ``/``.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")
    title: str
    base: str
    format: Format
    demo: bool = False
    trained_on: str
    use: str
    limits: str
    metrics: dict[str, float] = Field(default_factory=dict)
    created: str
    files: dict[str, str] = Field(min_length=1)

    @property
    def fingerprint(self) -> str:
        """Sha256 over all file names and digests, hex: the same only for the same weights."""
        whole = "".join(f"{name}\0{digest}\n" for name, digest in sorted(self.files.items()))
        return hashlib.sha256(whole.encode()).hexdigest()


def read_card(folder: Path) -> ModelCard:
    """Read ``folder/model.json``.

    Raises:
        AssistantError: MOD-102 when there is none, MOD-103 when it is not a card.
    """
    path = folder / CARD
    if not path.is_file():
        raise AssistantError(
            "MOD-102",
            f"文件夹 {folder.name} 里没有模型说明 {CARD}，来源不明，未加载。",
            next_step="请使用训练器导出的模型文件夹，或 --model demo 使用内置演示模型。",
        )
    try:
        return ModelCard.model_validate_json(path.read_bytes())
    except (OSError, ValidationError) as error:
        raise AssistantError(
            "MOD-103",
            f"模型说明 {CARD} 不完整，或是本版本不认识的格式。",
            next_step="请重新导出模型，或升级本软件后再试。",
            detail=str(error),
        ) from error


def write_card(
    folder: Path,
    *,
    name: str,
    title: str,
    base: str,
    format: Format,
    trained_on: str,
    use: str,
    limits: str,
    created: str,
    demo: bool = False,
    metrics: dict[str, float] | None = None,
) -> ModelCard:
    """Hash every file of the folder and write its card last.

    Raises:
        pydantic.ValidationError: when a field is not acceptable, as when there are no files.
    """
    card = ModelCard(
        name=name,
        title=title,
        base=base,
        format=format,
        demo=demo,
        trained_on=trained_on,
        use=use,
        limits=limits,
        metrics=metrics or {},
        created=created,
        files={path.relative_to(folder).as_posix(): digest(path) for path in _files(folder)},
    )
    partial = folder / f".{CARD}.part"
    partial.write_text(card.model_dump_json(indent=2) + "\n", encoding="utf-8", newline="\n")
    partial.replace(folder / CARD)
    return card


def verify(folder: Path) -> ModelCard:
    """Read the card and compare every file with it.

    Raises:
        AssistantError: as :func:`read_card`; MOD-104 when a file is missing, altered or added.
    """
    card = read_card(folder)
    present = {path.relative_to(folder).as_posix(): path for path in _files(folder)}
    missing = sorted(card.files.keys() - present.keys())
    added = sorted(present.keys() - card.files.keys())
    altered = sorted(
        name for name in card.files.keys() & present.keys()
        if digest(present[name]) != card.files[name]
    )  # fmt: skip
    if missing or added or altered:
        raise AssistantError(
            "MOD-104",
            f"模型 {card.name} 的文件与说明不符（缺 {len(missing)} 个，"
            f"变动 {len(altered)} 个，多出 {len(added)} 个），未加载。",
            next_step="请重新复制或重新导出完整的模型文件夹。",
            detail=f"missing={missing} altered={altered} added={added}",
        )
    return card


def digest(path: Path) -> str:
    """Sha256 of a file, hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _files(folder: Path) -> Iterator[Path]:
    """Files of a model; hidden ones and what file managers leave behind do not count."""
    for path in sorted(folder.rglob("*")):
        parts = path.relative_to(folder).parts
        hidden = any(part.startswith(".") for part in parts)
        if path.is_file() and not hidden and path.name not in {CARD, "Thumbs.db", "desktop.ini"}:
            yield path
