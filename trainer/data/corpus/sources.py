"""The four kinds of source behind one face."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from hashlib import sha256

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
    roots = [source.path]
    if isinstance(source, DialoguesSource) and source.pictures is not None:
        roots.append(source.pictures)
    for root in roots:
        for path in sorted(root.rglob("*")) if root.is_dir() else [root]:
            if path.is_file():
                state = path.stat()
                name = path.relative_to(root).as_posix()
                total.update(f"{name}\0{state.st_size}\0{state.st_mtime_ns}\n".encode())
    return total.hexdigest()


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
