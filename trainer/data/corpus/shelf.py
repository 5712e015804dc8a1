"""The files of a folder or a zip."""

import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path, PurePosixPath

from trainer.data.corpus.row import Fetch
from trainer.data.corpus.tables import TableError

MOST_BYTES = 512 << 20


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


def fetch_from(shelf: Shelf, name: str) -> Fetch:
    """Reads one file of a shelf; none where ``name`` is ""."""

    def fetch() -> bytes | None:
        return shelf.read(name) if name else None

    return fetch


def match_names(shelf: Shelf) -> Mapping[str, str]:
    """Path by every way to write it: whole, bare name, without suffix, in any case.

    A way that fits several files leads to none.
    """
    found: dict[str, str] = {}
    for name in shelf.names:
        path = PurePosixPath(name)
        for way in {name, path.name, path.with_suffix("").as_posix(), path.stem}:
            other = found.setdefault(way.casefold(), name)
            if other != name and way != name:
                found[way.casefold()] = ""
    return {**found, **{name.casefold(): name for name in shelf.names}}


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
