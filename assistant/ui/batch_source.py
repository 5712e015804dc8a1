"""What a batch goes through: a folder on this machine, or files sent by the browser."""

import io
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from assistant.errors import AssistantError
from assistant.ui.uploads import Upload

MOST_UNPACKED = 4 * 2**30
"""Bytes that an archive may unpack to, together."""

_ZIP = b"PK\x03\x04"
_UTF8_NAME = 0x800


@dataclass(frozen=True)
class Source:
    """Where the files lie.

    Attributes:
        folder: what to go through.
        names: name to show for each file, by its name in the folder; empty when they are the same.
    """

    folder: Path
    names: Mapping[str, str]

    def shown(self, file: str) -> str:
        """The name that the person who sent the file knows it by."""
        return self.names.get(file, file)


def typed_folder(path: str) -> Source:
    """A folder on this machine, as a person typed or pasted it."""
    return Source(Path(path.strip().strip("\"'")).expanduser(), {})


def put_down(uploads: Iterable[Upload], folder: Path, *, most: int) -> Source:
    """Write sent files, and those inside sent archives, under numbers instead of names.

    Raises:
        AssistantError: BAT-131 an archive cannot be unpacked, BAT-132 too many files,
            BAT-133 an archive unpacks to too much.
    """
    folder.mkdir()
    names: dict[str, str] = {}
    left = MOST_UNPACKED
    for upload in uploads:
        for name, content in _members(upload, left):
            if len(names) >= most:
                raise AssistantError(
                    "BAT-132",
                    f"文件超过 {most} 个。",
                    next_step="请分批处理，或调大设置项 max_batch_files。",
                )
            number = f"{len(names) + 1:06d}"
            (folder / number).write_bytes(content)
            names[number] = name
            left -= len(content)
    return Source(folder, names)


def _members(upload: Upload, left: int) -> Iterator[tuple[str, bytes]]:
    if not upload.content.startswith(_ZIP):
        yield upload.name, upload.content
        return
    try:
        with zipfile.ZipFile(io.BytesIO(upload.content)) as archive:
            for member in archive.infolist():
                if member.is_dir():
                    continue
                left -= member.file_size
                if left < 0:
                    raise AssistantError(
                        "BAT-133",
                        f"压缩包展开后超过 {MOST_UNPACKED // 2**30} GB。",
                        next_step="请解压到文件夹，再填写文件夹路径。",
                    )
                yield _name(member), archive.read(member)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, EOFError) as error:
        # RuntimeError is how an encrypted member announces itself.
        raise AssistantError(
            "BAT-131",
            "压缩包已损坏、已加密，或压缩方式不受支持。",
            next_step="请解压后直接选择文件，或重新打包为普通 ZIP。",
            detail=type(error).__name__,
        ) from error


def _name(member: zipfile.ZipInfo) -> str:
    """The member's name; Windows in Chinese writes GBK without saying so."""
    if member.flag_bits & _UTF8_NAME:
        return member.filename
    try:
        return member.filename.encode("cp437").decode("gbk")
    except UnicodeError:
        return member.filename
