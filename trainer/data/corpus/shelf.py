"""The files of a folder or a zip."""

import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path, PurePosixPath

from trainer.data.corpus.row import Fetch, MissingError
from trainer.data.corpus.tables import TableError

MOST_BYTES = 512 << 20


Candidates = Mapping[str, list[str]]
"""Paths by a way to write them."""


@dataclass(frozen=True)
class Shelf:
    """The files of a folder or a zip, by POSIX path."""

    path: Path
    names: tuple[str, ...]

    def read(self, name: str) -> bytes:
        """Content of one of ``names``.

        Raises:
            OSError: gone, broken, encrypted or too large to be a picture.
        """
        if self.path.is_dir():
            return (self.path / name).read_bytes()
        try:
            if _archive(self.path).getinfo(name).file_size > MOST_BYTES:
                raise OSError("too large")
            return _archive(self.path).read(name)
        except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError) as error:
            raise OSError(type(error).__name__) from error

    def file(self, name: str) -> Path:
        """The file that holds it: the zip, or its own."""
        return self.path / name if self.path.is_dir() else self.path


def open_shelf(path: Path) -> Shelf:
    """List a folder or a zip.

    Raises:
        TableError: neither, or broken.
    """
    if path.is_dir():
        files = (file for file in path.rglob("*") if file.is_file())
        return Shelf(path, tuple(sorted(file.relative_to(path).as_posix() for file in files)))
    try:
        with _opened(path) as archive:
            names = (info.filename for info in archive.infolist() if not info.is_dir())
            return Shelf(path, tuple(sorted(names)))
    except FileNotFoundError as error:
        raise TableError(f"找不到 {path}") from error
    except (OSError, zipfile.BadZipFile) as error:
        raise TableError(f"{path.name} 既不是文件夹，也不是完整的 zip") from error


@dataclass(frozen=True)
class Ways:
    """How the files of a shelf may be written.

    Attributes:
        tiers: tried in turn: the whole path; its bare name or either without suffix; then both
            in any case.
    """

    tiers: tuple[Candidates, ...]

    def __getitem__(self, written: str) -> str:
        """The path that is meant; "" for none, or for one of several."""
        found = self._candidates(written)
        return found[0] if len(found) == 1 else ""

    def why_not(self, written: str) -> str:
        """What several files there are to choose from, Chinese; "" where there are not."""
        found = self._candidates(written)
        if len(found) < 2:
            return ""
        return f"“{written}”可以是 {len(found)} 个文件：{'、'.join(found[:2])}"

    def _candidates(self, written: str) -> list[str]:
        name = plain(written)
        for tier, key in zip(self.tiers, (name, name, *[name.casefold()] * 2), strict=True):
            if found := tier.get(key):
                return found
        return []


def match_names(shelf: Shelf) -> Ways:
    """Every way to write a path; a way that fits several files leads to none."""
    wholes = {name: [name] for name in shelf.names}
    parts: dict[str, list[str]] = {}
    for name in shelf.names:
        stem = stem_of(name)
        for way in {PurePosixPath(name).name, stem, PurePosixPath(stem).name}:
            parts.setdefault(way, []).append(name)
    return Ways((wholes, parts, _folded(wholes), _folded(parts)))


def plain(written: str) -> str:
    """A path as a shelf writes it."""
    return written.replace("\\", "/").removeprefix("./")


def suffix_of(name: str) -> str:
    """In lower case; "" for one of digits, as a DICOM file that is named by its UID ends.

    >>> suffix_of("CT.1.2.840.2831"), suffix_of("1.2.840.2831.DCM")
    ('', '.dcm')
    """
    suffix = PurePosixPath(name).suffix.lower()
    return "" if suffix[1:].isdecimal() else suffix


def stem_of(name: str) -> str:
    """The path without its suffix, where it has one."""
    return name[: -len(PurePosixPath(name).suffix)] if suffix_of(name) else name


def fetch_from(shelf: Shelf, name: str, why_not: str = "") -> Fetch:
    """Reads one file of a shelf; none where ``name`` is "", for the reason given if any."""

    def fetch() -> bytes | None:
        if not name and why_not:
            raise MissingError(why_not)
        return shelf.read(name) if name else None

    return fetch


def _folded(ways: Candidates) -> Candidates:
    found: dict[str, dict[str, None]] = {}  # a file once, however many of its ways fold to one
    for way, names in ways.items():
        found.setdefault(way.casefold(), {}).update(dict.fromkeys(names))
    return {way: list(names) for way, names in found.items()}


@lru_cache(maxsize=4)
def _archive(path: Path) -> zipfile.ZipFile:
    """Kept open: to open a zip is to read its whole directory."""
    return _opened(path)


def _opened(path: Path) -> zipfile.ZipFile:
    """With the names as Chinese Windows writes them, where the zip does not say UTF-8."""
    try:
        return zipfile.ZipFile(path, metadata_encoding="gbk")
    except UnicodeDecodeError:
        return zipfile.ZipFile(path)
