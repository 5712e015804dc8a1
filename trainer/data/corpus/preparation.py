"""What ``prepare`` is asked for: sources, selection, languages, split and layout."""

import re
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from assistant.errors import AssistantError
from trainer.config import describe, read_yaml

RECIPE_MOST_ROWS = 200_000
"""Above this many source rows ``layout: auto`` writes shards: LLaMA-Factory reads a JSON array
whole into memory, and a folder of more files than this is slow on every file system."""


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ParquetSource(_Section):
    """A folder of MedTrinity parquet shards, or one shard.

    Attributes:
        path: the folder, relative to the configuration file.
        image, id, caption: names of the columns.
        modality: ``stated``: the caption must say CT; ``ct``: the owner vouches for it.
    """

    kind: Literal["parquet"]
    path: Path
    image: str = "image"
    id: str = "id"
    caption: str = "caption"
    modality: Literal["stated", "ct"] = "stated"


class HubSource(_Section):
    """A data set of the hub, streamed by ``datasets``; ``name`` may be a local folder.

    Attributes:
        subset: configuration of the data set, for example ``25M_demo``.
        revision: commit or tag; pinned, a resumed run sees the same rows.
    """

    kind: Literal["hub"]
    name: str
    subset: str | None = None
    split: str = "train"
    revision: str | None = None
    image: str = "image"
    id: str = "id"
    caption: str = "caption"
    modality: Literal["stated", "ct"] = "stated"


class PicturesSource(_Section):
    """A folder or zip of pictures (JPG, PNG, DICOM …) with captions.

    Attributes:
        captions: csv, xlsx, json, jsonl or txt beside the pictures; found by itself if left out.
        window: how DICOM is shown, as on the assistant's page.
    """

    kind: Literal["pictures"]
    path: Path
    captions: str | None = None
    window: str = "auto"
    modality: Literal["stated", "ct"] = "ct"


class DialoguesSource(_Section):
    """Doctors' dialogues in JSON, JSONL, CSV or XLSX.

    Attributes:
        pictures: folder the picture paths are relative to; the file's own by default.
    """

    kind: Literal["dialogues"]
    path: Path
    pictures: Path | None = None
    window: str = "auto"
    modality: Literal["stated", "ct"] = "ct"


Source = Annotated[
    ParquetSource | HubSource | PicturesSource | DialoguesSource, Field(discriminator="kind")
]


class Select(_Section):
    """What a row must be to stay.

    Attributes:
        unstated: a caption that names no modality, where the source asks for one.
        min_words: of an English caption. min_characters: of a Chinese one.
        min_side: shorter side of a picture in pixels.
        boxes: rectangles drawn into the picture.
        duplicates: ``row``: same pictures and same text; ``picture``: same pictures.
    """

    unstated: Literal["reject", "keep"] = "reject"
    min_words: int = Field(default=8, ge=1)
    min_characters: int = Field(default=12, ge=1)
    min_side: int = Field(default=64, ge=1)
    boxes: Literal["reject", "keep"] = "reject"
    duplicates: Literal["row", "picture"] = "row"


class Translate(_Section):
    """An OpenAI-compatible endpoint that writes the Chinese captions.

    Attributes:
        endpoint: base address up to and including ``/v1``.
        model: name sent with each request.
        key_variable: environment variable that holds the key, if one is needed.
        workers: requests at a time. attempts: per text, when the checker refuses.
        retries: per request, when the network or the server fails.
        cache: file of accepted translations, relative to the configuration file.
    """

    endpoint: str = Field(pattern=r"^https?://[^/\s]+(/\S*)?$")
    model: str = Field(min_length=1)
    key_variable: str | None = None
    workers: int = Field(default=4, ge=1, le=256)
    attempts: int = Field(default=3, ge=1, le=10)
    retries: int = Field(default=4, ge=0, le=20)
    timeout_s: float = Field(default=120.0, gt=0)
    max_tokens: int = Field(default=1024, ge=16)
    cache: Path = Path("translations.sqlite")


class Split(_Section):
    """Shares of source pictures that are held out.

    Attributes:
        source_pattern: regular expression; its first group (else the match) on the row's id
            names the source, for example the volume of a slice. Rows of one case stay together
            whatever it finds. Without either each distinct picture is a source of its own.
    """

    validation: float = Field(default=0.01, ge=0, lt=0.5)
    test: float = Field(default=0.01, ge=0, lt=0.5)
    seed: int = 0
    source_pattern: str | None = None

    @field_validator("source_pattern")
    @classmethod
    def _compiles(cls, value: str | None) -> str | None:
        if value is not None:
            try:
                re.compile(value)
            except re.error as error:
                raise ValueError(str(error)) from error
        return value


class Preparation(_Section):
    """Every setting of ``prepare``.

    Attributes:
        language: of the answers. ``mixed`` makes ``chinese_share`` of the rows Chinese.
        layout: ``recipe``: pictures and one JSON; ``shards``: parquet that LLaMA-Factory streams.
        workers: processes; 0 takes every core.
        batch_rows: rows committed at once; what a kill can cost.
        jpeg_quality: of pictures that are not JPEG already.
    """

    name: str = Field(default="medtrinity", pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")
    sources: tuple[Source, ...] = Field(min_length=1)
    select: Select = Select()
    language: Literal["en", "zh", "mixed"] = "en"
    chinese_share: float = Field(default=0.5, gt=0, lt=1)
    question_en: str = "Please describe this image and give your diagnosis."
    translate: Translate | None = None
    split: Split = Split()
    layout: Literal["auto", "recipe", "shards"] = "auto"
    workers: int = Field(default=0, ge=0, le=256)
    batch_rows: int = Field(default=512, ge=1, le=8192)
    jpeg_quality: int = Field(default=92, ge=50, le=100)

    @model_validator(mode="after")
    def _holds_out_less_than_it_keeps(self) -> "Preparation":
        if self.split.validation + self.split.test >= 0.9:
            raise ValueError("validation + test")
        return self


def load_preparation(path: Path) -> Preparation:
    """Read and check a preparation; its paths come back absolute.

    Raises:
        AssistantError: TRN-101 when it cannot be read, TRN-501 naming every wrong entry at once.
    """
    try:
        wanted = Preparation.model_validate(read_yaml(path))
    except ValidationError as error:
        problems = "；".join(describe(problem) for problem in error.errors())
        raise AssistantError(
            "TRN-501",
            f"数据配置 {path.name} 有 {error.error_count()} 处不对：{problems}。",
            next_step="请对照 configs/train/prepare.yaml 与 docs/prepare.md 改正后再运行。",
            detail=str(error),
        ) from error
    return _resolved(wanted, path.resolve().parent)


def _resolved(wanted: Preparation, base: Path) -> Preparation:
    sources: list[Source] = []
    for source in wanted.sources:
        changes: dict[str, object] = {}
        if not isinstance(source, HubSource):
            changes["path"] = base / source.path
        elif (base / source.name).is_dir():
            changes["name"] = str(base / source.name)
        if isinstance(source, DialoguesSource):
            changes["pictures"] = base / (source.pictures or source.path.parent)
        sources.append(source.model_copy(update=changes))
    translate = wanted.translate and wanted.translate.model_copy(
        update={"cache": base / wanted.translate.cache}
    )
    return wanted.model_copy(update={"sources": tuple(sources), "translate": translate})
