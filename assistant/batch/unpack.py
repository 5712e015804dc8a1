"""Sent files and archives, laid down in a folder: under numbers, within limits."""

import errno
import lzma
import shutil
import zipfile
import zlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from assistant.batch.plan import Entry, is_clutter
from assistant.batch.source import Source
from assistant.errors import AssistantError
from assistant.imaging.gate import MAX_FILE_BYTES
from assistant.imaging.slice import Notice

MOST_UNPACKED = 8 * 2**30
"""Bytes that all archives of a batch may unpack to, together."""

SPARE_BYTES = 512 * 2**20
"""Room to leave on the disk."""

TOO_LARGE = Notice("BAT-115", f"超过 {MAX_FILE_BYTES // 2**20} MB，未从压缩包取出。")

# RuntimeError is how an encrypted member announces itself, ValueError a name that is not the
# UTF-8 that it says it is or an offset beyond any file, IndexError a member without a name.
_DAMAGED = (
    *(zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, ValueError),
    *(zlib.error, lzma.LZMAError, IndexError),
)
_UTF8_NAME = 0x800
_BLOCK = 1 << 20


@dataclass(frozen=True)
class Parcel:
    """A file that was sent, or an archive of files; ``name`` is what the sender calls it."""

    path: Path
    name: str


@dataclass(eq=False)
class _Shelf:
    """What has been laid down so far."""

    folder: Path
    most: int
    left: int
    names: dict[str, str] = field(default_factory=dict)
    left_out: list[Entry] = field(default_factory=list)
    known: set[str] = field(default_factory=set)

    def name(self, wanted: str) -> str:
        """A name that no other file has; refuses one file too many."""
        if len(self.known) >= self.most:
            raise AssistantError(
                "BAT-132",
                f"文件超过 {self.most} 个。",
                next_step="请分批处理，或调大设置项 max_batch_files。",
            )
        name, number = wanted, 2
        while name in self.known:
            name, number = f"{wanted} ({number})", number + 1
        self.known.add(name)
        return name

    def put(self, reader: IO[bytes], wanted: str) -> None:
        """Copy a file in under the next number, counting what really comes out."""
        name = self.name(wanted)
        number = f"{len(self.names) + 1:06d}"
        self.names[number] = name
        with (self.folder / number).open("wb") as writer:
            while block := reader.read(_BLOCK):
                self.left -= len(block)
                if self.left < 0:
                    raise too_much()
                writer.write(block)


def unpack(parcels: Iterable[Parcel], folder: Path, *, most: int) -> Source:
    """Lay files down in a new ``folder``, taking archives apart; what is inside keeps no path.

    Raises:
        AssistantError: BAT-131 an archive cannot be unpacked, BAT-132 too many files,
            BAT-133 an archive unpacks to too much, BAT-135 a file cannot be copied.
    """
    folder.mkdir(parents=True)
    free = shutil.disk_usage(folder).free - SPARE_BYTES
    shelf = _Shelf(folder, most, min(MOST_UNPACKED, free))
    try:
        for parcel in parcels:
            with parcel.path.open("rb") as reader:
                if is_archive(reader):
                    _take_apart(parcel.path, shelf)
                else:
                    shelf.put(reader, parcel.name)
    except OSError as error:
        raise AssistantError(
            "BAT-135",
            "文件无法取出，可能磁盘已满，或文件已不在原处。",
            next_step="请腾出空间后重试，或解压到文件夹再填写文件夹路径。",
            detail=type(error).__name__,
        ) from error
    return Source(folder, shelf.names, tuple(shelf.left_out))


def is_archive(reader: IO[bytes]) -> bool:
    """Whether a file begins as a ZIP archive; it is left at its beginning."""
    begins = reader.read(4) == b"PK\x03\x04"
    reader.seek(0)
    return begins


def _take_apart(path: Path, shelf: _Shelf) -> None:
    try:
        with zipfile.ZipFile(path) as archive:
            members = [
                member
                for member in archive.infolist()
                if not member.is_dir() and not is_clutter(member.filename)
            ]
            small = [member for member in members if member.file_size <= MAX_FILE_BYTES]
            # What an archive says of itself is refused before a byte of it is unpacked.
            if sum(member.file_size for member in small) > shelf.left:
                raise too_much()
            for member in members:
                if member.file_size > MAX_FILE_BYTES:
                    name = shelf.name(_name(member))
                    shelf.left_out.append(Entry(path, name, TOO_LARGE))
                    continue
                with archive.open(member) as reader:
                    shelf.put(reader, _name(member))
    except _DAMAGED as error:
        raise _damaged(error) from error
    except OSError as error:
        # Offsets before the file's beginning; bz2 gives no number to what it cannot read.
        if error.errno in (None, errno.EINVAL):
            raise _damaged(error) from error
        raise


def _damaged(error: Exception) -> AssistantError:
    return AssistantError(
        "BAT-131",
        "压缩包已损坏、已加密，或压缩方式不受支持。",
        next_step="请解压后直接选择文件，或重新打包为普通 ZIP。",
        detail=type(error).__name__,
    )


def too_much() -> AssistantError:
    """BAT-133: an archive unpacks to more than it may, or than there is room for."""
    return AssistantError(
        "BAT-133",
        f"压缩包展开后超过 {MOST_UNPACKED // 2**30} GB，或磁盘放不下。",
        next_step="请解压到文件夹，再填写文件夹路径。",
    )


def _name(member: zipfile.ZipInfo) -> str:
    """The member's name; without saying so, macOS writes UTF-8 and Windows in Chinese GBK."""
    if member.flag_bits & _UTF8_NAME:
        return _encodable(member.filename)
    for encoding in ("utf-8", "gbk"):
        try:
            name = member.filename.encode("cp437").decode(encoding)
        except UnicodeError:
            continue
        # Two letters of GBK may happen to be one of UTF-8, but none of those that Chinese has.
        if encoding == "gbk" or name.isascii() or any(letter >= "\u0800" for letter in name):
            return name
    return _encodable(member.filename)


def _encodable(name: str) -> str:
    return name.encode("utf-8", "backslashreplace").decode("utf-8")
