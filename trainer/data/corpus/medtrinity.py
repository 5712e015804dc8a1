"""MedTrinity as parquet shards with ``image``, ``id`` and ``caption``."""

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from trainer.data.corpus.preparation import ParquetSource
from trainer.data.corpus.reasons import BROKEN_FILE
from trainer.data.corpus.row import Fetch, RawRow, Turn, Unit

_READ_ROWS = 128
_BROKEN = (OSError, pa.ArrowException)


def shards(source: ParquetSource) -> list[Path]:
    """The parquet files, sorted; one where the path is a file."""
    return [source.path] if source.path.is_file() else sorted(source.path.rglob("*.parquet"))


def problems(source: ParquetSource) -> list[str]:
    """Every shard that cannot be read and every column that is missing."""
    if not source.path.exists():
        return [f"找不到 {source.path}"]
    found = shards(source)
    if not found:
        return [f"{source.path} 中没有 .parquet 文件"]
    told = []
    for shard in found:
        try:
            schema = pq.read_schema(shard)
        except _BROKEN:
            told.append(f"{shard.name} 不是完整的 parquet（可能没有下载完）")
            continue
        columns = (source.image, source.id, source.caption)
        missing = [name for name in columns if name not in schema.names]
        if missing:
            told.append(
                f"{shard.name} 缺少列 {'、'.join(missing)}（现有 {'、'.join(schema.names)}）"
            )
        else:
            told += [f"{shard.name} {line}" for line in of_wrong_type(schema, *columns)]
    return told


def of_wrong_type(schema: pa.Schema, image: str, id_: str, caption: str) -> list[str]:
    """Columns that hold no pictures, names or texts, Chinese."""
    pictures = schema.field(image).type
    told = []
    if pa.types.is_struct(pictures):
        names = [field.name for field in pictures]
        held = pictures.field("bytes").type if "bytes" in names else pa.null()
        where = pictures.field("path").type if "path" in names else pa.string()
        fine = _is_binary(held) and (_is_text(where) or pa.types.is_null(where))
    else:
        fine = _is_binary(pictures) or _is_text(pictures)
    if not fine:
        told.append(f"的列 {image} 是 {pictures}，不是图片（二进制、路径，或含 bytes 的结构）")
    if pa.types.is_nested(schema.field(id_).type):
        told.append(f"的列 {id_} 是 {schema.field(id_).type}，不是编号")
    words = schema.field(caption).type
    if not _is_text(words.value_type if pa.types.is_dictionary(words) else words):
        told.append(f"的列 {caption} 是 {words}，不是文字")
    return told


def _is_binary(kind: pa.DataType) -> bool:
    return bool(pa.types.is_binary(kind) or pa.types.is_large_binary(kind))


def _is_text(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))


def units(source: ParquetSource, number: int, first: int, least: int) -> list[Unit]:
    """Whole row groups, as many together as hold at least ``least`` rows."""
    planned: list[Unit] = []
    for shard in shards(source):
        groups = pq.read_metadata(shard)
        name = shard.relative_to(source.path).as_posix() if source.path.is_dir() else shard.name
        start = rows = seen = 0
        for group in range(groups.num_row_groups):
            rows += groups.row_group(group).num_rows
            if rows >= least or group + 1 == groups.num_row_groups:
                unit = Unit(first + len(planned), number, name, start, group + 1, seen, rows)
                planned.append(unit)
                start, seen, rows = group + 1, seen + rows, 0
    return planned


def read(source: ParquetSource, unit: Unit) -> Iterator[RawRow]:
    """The rows of a unit; a row group that breaks off yields the rest of its rows as broken."""
    path = source.path / unit.file if source.path.is_dir() else source.path
    number = unit.first
    with pq.ParquetFile(path, pre_buffer=False) as shard:
        for group in range(unit.start, unit.stop):
            stop = number + shard.metadata.row_group(group).num_rows
            try:
                for batch in shard.iter_batches(
                    _READ_ROWS,
                    row_groups=[group],
                    columns=[source.image, source.id, source.caption],
                    use_threads=False,
                ):
                    for row in rows_of(batch, source.image, source.id, source.caption, path.parent):
                        yield RawRow(unit.file, number, *row)
                        number += 1
            except _BROKEN as error:
                for lost in range(number, stop):
                    yield RawRow(unit.file, lost, "", fault=(BROKEN_FILE, type(error).__name__))
            number = stop


def names(source: ParquetSource) -> Iterator[str]:
    """Every row's id, without reading anything else."""
    for path in shards(source):
        try:
            with pq.ParquetFile(path) as shard:
                for batch in shard.iter_batches(columns=[source.id], use_threads=False):
                    yield from (str(_told(name) or "") for name in batch.column(source.id))
        except _BROKEN:  # told, row by row, when they are read
            continue


def rows_of(
    batch: pa.RecordBatch, image: str, id_: str, caption: str, folder: Path
) -> Iterator[tuple[str, tuple[Turn, ...], tuple[Fetch, ...]]]:
    """Id, turns and picture of each row; pictures are not copied before they are wanted."""
    pictures = batch.column(image)
    paths = None
    if pa.types.is_struct(pictures.type):
        names = [field.name for field in pictures.type]
        paths = pictures.field("path") if "path" in names else None
        pictures = pictures.field("bytes")
    elif pa.types.is_string(pictures.type) or pa.types.is_large_string(pictures.type):
        paths, pictures = pictures, pa.nulls(len(pictures), pa.binary())
    for place, (name, text) in enumerate(
        zip(batch.column(id_), batch.column(caption), strict=True)
    ):
        words = _told(text)
        turns = (Turn("user", "", 1), Turn("assistant", words if isinstance(words, str) else ""))
        path = paths[place].as_py() if paths is not None else None
        yield str(_told(name) or ""), turns, (_fetch(pictures, place, path, folder),)


def _told(cell: pa.Scalar) -> object:
    """What a cell says; parquet does not keep writers from other encodings than UTF-8."""
    try:
        return cell.as_py()
    except UnicodeDecodeError:
        return cell.as_buffer().to_pybytes().decode("gb18030", errors="replace")


def _fetch(pictures: pa.Array, place: int, path: str | None, folder: Path) -> Fetch:
    def fetch() -> bytes | None:
        data = pictures[place].as_py()
        if data or path is None:
            return data or None
        # A path inside the shard's folder only: a shard must not reach for other files.
        beside = (folder / path).resolve()
        inside = beside.is_relative_to(folder.resolve()) and beside.is_file()
        return beside.read_bytes() if inside else None

    return fetch
