"""A folder or zip of pictures with captions beside them."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path, PurePosixPath

from trainer.data.corpus.preparation import PicturesSource
from trainer.data.corpus.row import RawRow, Turn, Unit
from trainer.data.corpus.shelf import (
    Shelf,
    Ways,
    fetch_from,
    match_names,
    open_shelf,
    stem_of,
    suffix_of,
)
from trainer.data.corpus.tables import (
    SUFFIXES,
    TableError,
    decode,
    need_one,
    pick,
    read_sheets,
    text_of,
)

_PICTURES = frozenset(
    {".jpg", ".jpeg", ".png", ".bmp", ".tif", ".tiff", ".webp", ".dcm", ".dicom", ".ima", ""}
)
_IMAGE = ("image", "images", "file", "file_name", "filename", "picture", "path", "name", "图片",
          "图像", "文件", "文件名", "影像")  # fmt: skip
_CAPTION = ("caption", "text", "report", "description", "findings", "说明", "描述", "报告", "图注",
            "标题", "诊断")  # fmt: skip
_ID = ("id", "编号")
_CASE = ("case", "patient", "study", "source", "病例", "病例号", "检查号")


@dataclass(frozen=True)
class Entry:
    """A picture with its caption; ``picture`` is "" where it is not there, ``why_not`` says why."""

    named: str
    picture: str
    caption: str = ""
    id: str = ""
    case: str = ""
    why_not: str = ""


@dataclass(frozen=True)
class Listing:
    """All of a source: every caption and every picture, matched or not."""

    shelf: Shelf
    entries: tuple[Entry, ...] = ()
    faults: tuple[str, ...] = field(default=())


def problems(source: PicturesSource) -> list[str]:
    """What is wrong with the folder or its captions."""
    try:
        listing = _listing(source)
    except TableError as error:
        return [str(error)]
    if not listing.faults and not listing.entries:
        return [f"{source.path} 中没有图片"]
    return list(listing.faults)


def units(source: PicturesSource, number: int, first: int, size: int) -> list[Unit]:
    """Runs of ``size`` entries."""
    count = len(_listing(source).entries)
    return [
        Unit(first + n, number, source.path.name, start, stop, start, stop - start)
        for n, start in enumerate(range(0, count, size))
        for stop in (min(start + size, count),)
    ]


def read(source: PicturesSource, unit: Unit) -> Iterator[RawRow]:
    """The rows of a unit; ``file`` is the picture's path."""
    listing = _listing(source)
    for number in range(unit.start, unit.stop):
        entry = listing.entries[number]
        turns = (Turn("user", "", 1), Turn("assistant", entry.caption))
        fetch = fetch_from(listing.shelf, entry.picture, entry.why_not)
        yield RawRow(entry.named, number, entry.id or entry.named, turns, (fetch,), entry.case)


def names(source: PicturesSource) -> Iterator[tuple[str, str]]:
    """Every row's case and id."""
    for entry in _listing(source).entries:
        yield entry.case, entry.id or entry.named


def files(source: PicturesSource) -> list[Path]:
    """Every file the rows come from."""
    shelf = open_shelf(source.path)
    suffixes = _PICTURES | SUFFIXES | {".txt"}
    named = (name for name in shelf.names if suffix_of(name) in suffixes)
    found = {shelf.file(name) for name in named}
    if source.captions and source.captions not in shelf.names:
        beside = source.path.parent / source.captions
        found |= {beside} if beside.is_file() else set()
    return sorted(found)


@lru_cache(maxsize=4)
def _listing(source: PicturesSource) -> Listing:
    shelf = open_shelf(source.path)
    tables = [name for name in shelf.names if PurePosixPath(name).suffix.lower() in SUFFIXES]
    if source.captions:
        tables = [name for name in tables if name == source.captions]
        beside = source.path.parent / source.captions
        if not tables and not beside.is_file():
            return Listing(shelf, faults=(f"找不到说明文件 {source.captions}",))
    pictures = _pictures(shelf)
    ways = match_names(Shelf(shelf.path, pictures))
    entries: list[Entry] = []
    faults: list[str] = []
    for name in tables or ([source.captions] if source.captions else []):
        try:
            data = _words(shelf, name) if name in shelf.names else beside.read_bytes()
            entries += _from_table(name, data, ways)
        except TableError as error:
            faults.append(str(error))
    captioned = {entry.picture for entry in entries}
    if not tables:
        entries += _from_texts(shelf, pictures, ways)
        captioned = {entry.picture for entry in entries}
    alone = (name for name in pictures if name not in captioned)
    entries += [Entry(name, name) for name in alone]
    return Listing(shelf, tuple(entries), tuple(faults))


def _words(shelf: Shelf, name: str) -> bytes:
    try:
        return shelf.read(name)
    except OSError as error:
        raise TableError(f"{name} 读不出来，可能已损坏或有密码（{error}）") from error


def _pictures(shelf: Shelf) -> tuple[str, ...]:
    found = (PurePosixPath(name) for name in shelf.names)
    hidden = {"__MACOSX"}
    return tuple(
        path.as_posix()
        for path in found
        if suffix_of(path.name) in _PICTURES
        and not path.name.startswith(".")
        and not hidden.intersection(path.parts)
    )


def _from_table(name: str, data: bytes, ways: Ways) -> list[Entry]:
    sheets = read_sheets(name, data)
    rows = [row for sheet in sheets for row in sheet.rows]
    columns = {key for row in rows[:100] for key in row}
    if not columns.intersection(_IMAGE) or not columns.intersection(_CAPTION):
        listed = "、".join(sorted(columns)) or "无"
        raise TableError(f"{name} 缺少图片列（如 image）或说明列（如 caption），现有：{listed}")
    need_one(name, rows, _CAPTION, "说明")
    entries = []
    cases = (case for sheet in sheets for case in sheet.down(_CASE))
    for row, case in zip(rows, cases, strict=True):
        named = text_of(pick(row, _IMAGE)).replace("\\", "/")
        caption, id_ = text_of(pick(row, _CAPTION)), text_of(pick(row, _ID))
        entries.append(Entry(named, ways[named], caption, id_, case, ways.why_not(named)))
    return entries


def _from_texts(shelf: Shelf, pictures: tuple[str, ...], ways: Ways) -> list[Entry]:
    """A ``name.txt`` beside each picture, or lines of "name<TAB>caption" in any other txt."""
    stems = {stem_of(name): name for name in pictures}
    entries = []
    for name in (name for name in shelf.names if name.lower().endswith(".txt")):
        text = decode(_words(shelf, name))
        picture = stems.get(stem_of(name))
        if picture is not None:
            entries.append(Entry(picture, picture, text.strip()))
            continue
        for line in text.split("\n"):
            named, tab, caption = line.partition("\t")
            if tab:
                named, why_not = named.strip(), ways.why_not(named.strip())
                entries.append(Entry(named, ways[named], caption.strip(), why_not=why_not))
    return entries
