"""The four kinds of source behind one face."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from hashlib import sha256
from pathlib import Path

from assistant.errors import AssistantError
from assistant.imaging.window import parse_window
from trainer.data.corpus import dialogues, hub, medtrinity, pictures
from trainer.data.corpus.preparation import (
    DialoguesSource,
    HubSource,
    ParquetSource,
    PicturesSource,
    Source,
)
from trainer.data.corpus.row import RawRow, Unit


def problems(sources: tuple[Source, ...]) -> list[str]:
    """Everything wrong with every source, each told with its place in the configuration."""
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(_problems, sources))
    return [
        f"sources.{number}（{source.kind}）：{problem}"
        for number, (source, told) in enumerate(zip(sources, found, strict=True))
        for problem in told
    ]


def units(sources: tuple[Source, ...], batch_rows: int) -> list[Unit]:
    """All sources cut into pieces of work, numbered in order."""
    planned: list[Unit] = []
    for number, source in enumerate(sources):
        first = len(planned)
        if isinstance(source, ParquetSource):
            planned += medtrinity.units(source, number, first, batch_rows)
        elif isinstance(source, HubSource):
            planned += hub.units(source, number, first)
        elif isinstance(source, PicturesSource):
            planned += pictures.units(source, number, first, batch_rows)
        else:
            planned += dialogues.units(source, number, first, batch_rows)
    return planned


def read(source: Source, unit: Unit) -> Iterator[RawRow]:
    """The rows of a unit, in order, the same each time."""
    if isinstance(source, ParquetSource):
        return medtrinity.read(source, unit)
    if isinstance(source, HubSource):
        return hub.read(source, unit)
    if isinstance(source, PicturesSource):
        return pictures.read(source, unit)
    return dialogues.read(source, unit)


def names(source: Source) -> Iterator[tuple[str, str]] | None:
    """Every row's case, "" if none, and id; None where only reading it all would tell."""
    if isinstance(source, HubSource):
        return None
    if isinstance(source, ParquetSource):
        return (("", name) for name in medtrinity.names(source))
    return pictures.names(source) if isinstance(source, PicturesSource) else dialogues.names(source)


def window_of(source: Source) -> str:
    """How the source's DICOM is shown."""
    return source.window if isinstance(source, PicturesSource | DialoguesSource) else "auto"


def fingerprint(source: Source) -> str:
    """Changes when a file of the source does: sha256 over names, sizes and times.

    Reading terabytes to hash them would cost more than preparing them.
    """
    total = sha256(source.model_dump_json().encode())
    if isinstance(source, HubSource):
        return total.hexdigest()
    if isinstance(source, ParquetSource):
        found = medtrinity.shards(source)
    else:
        found = (
            pictures.files(source)
            if isinstance(source, PicturesSource)
            else dialogues.files(source)
        )
    for path in found:
        state = path.stat()
        total.update(f"{path.as_posix()}\0{state.st_size}\0{state.st_mtime_ns}\n".encode())
    return total.hexdigest()


def holds(source: Source, folder: Path) -> bool:
    """A folder lies inside the source's, so that its files would be taken for rows."""
    if isinstance(source, HubSource | DialoguesSource):
        return False
    return folder.resolve().is_relative_to(source.path.resolve())


def _problems(source: Source) -> list[str]:
    look: Callable[[], list[str]]
    if isinstance(source, ParquetSource):
        look = partial(medtrinity.problems, source)
    elif isinstance(source, HubSource):
        look = partial(hub.problems, source)
    elif isinstance(source, PicturesSource):
        look = partial(pictures.problems, source)
    else:
        look = partial(dialogues.problems, source)
    told = look()
    try:
        parse_window(window_of(source))
    except AssistantError as error:
        told.append(error.message)
    return told
