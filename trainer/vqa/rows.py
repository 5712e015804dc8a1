"""Rows of the published files: JSON lists, parquet shards, pickles of plain values."""

import json
import pickle
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

Record = Mapping[str, Any]


class RowsError(Exception):
    """A file that cannot be read; the text says why, in Chinese."""


def json_rows(path: Path) -> list[Record]:
    """A JSON list of objects.

    Raises:
        RowsError: it is not.
    """
    if not path.is_file():
        raise RowsError(f"没有 {path.name}，文件夹的布局与发布的不同")
    try:
        return _records(path, json.loads(path.read_text(encoding="utf-8-sig")))
    except (OSError, ValueError) as error:
        raise RowsError(f"{path.name} 读不出来（{type(error).__name__}）") from error


def pickle_rows(path: Path) -> list[Record]:
    """A pickle of a list of dictionaries; one that would load any class is refused.

    Raises:
        RowsError: it is not.
    """
    try:
        with path.open("rb") as file:
            return _records(path, _Plain(file).load())
    except Exception as error:  # a broken pickle fails in a dozen ways
        raise RowsError(f"{path.name} 读不出来（{type(error).__name__}）") from error


def parquet_rows(paths: list[Path], columns: tuple[str, ...]) -> Iterator[Record]:
    """Rows of shards in order, with these columns.

    Raises:
        RowsError: a shard is broken or lacks a column.
    """
    import pyarrow
    import pyarrow.parquet

    for path in paths:
        try:
            shard = pyarrow.parquet.ParquetFile(path)
            lacking = [name for name in columns if name not in shard.schema_arrow.names]
            if lacking:
                raise RowsError(f"{path.name} 缺少列 {'、'.join(lacking)}")
            for batch in shard.iter_batches(64, columns=list(columns)):
                yield from batch.to_pylist()
        except (pyarrow.ArrowException, OSError) as error:
            raise RowsError(f"{path.name} 读不出来（{type(error).__name__}）") from error


def lacking(rows: list[Record], keys: tuple[str, ...]) -> list[str]:
    """One line for each key that rows lack."""
    counts = {key: sum(key not in row for row in rows) for key in keys}
    return [f"{count} 行缺少 {key}" for key, count in counts.items() if count]


class _Plain(pickle.Unpickler):
    """Numbers, texts, lists and dictionaries only: nothing that could run."""

    def find_class(self, module_name: str, global_name: str, /) -> Any:
        """Refuse every class.

        Raises:
            pickle.UnpicklingError: always.
        """
        raise pickle.UnpicklingError(f"{module_name}.{global_name}")


def _records(path: Path, content: object) -> list[Record]:
    if not isinstance(content, list) or not all(isinstance(row, dict) for row in content):
        raise RowsError(f"{path.name} 的最外层应为记录的列表")
    return content
