"""A data set of the hub, streamed by ``datasets``; nothing is downloaded twice or kept."""

import os
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

import pyarrow as pa

from assistant.errors import AssistantError
from trainer.data.corpus.medtrinity import of_wrong_type, rows_of
from trainer.data.corpus.preparation import HubSource
from trainer.data.corpus.row import RawRow, Unit

_READ_ROWS = 128
_SILENT = {"HF_UPDATE_DOWNLOAD_COUNTS": "0", "HF_HUB_DISABLE_TELEMETRY": "1", "DO_NOT_TRACK": "1"}
"""Read when ``datasets`` is imported: nothing but the data is asked for."""


def problems(source: HubSource) -> list[str]:
    """Why it cannot be streamed, or what it lacks."""
    try:
        columns = _open(source).column_names or list(next(iter(_open(source))))
    except StopIteration:
        return [f"{source.name} 的 {source.split} 部分是空的"]
    except Exception as error:  # every hub client fails in its own way
        return [_explain(source, error)]
    wanted = (source.image, source.id, source.caption)
    missing = [name for name in wanted if name not in columns]
    if missing:
        return [f"{source.name} 缺少列 {'、'.join(missing)}（现有 {'、'.join(columns)}）"]
    features = _open(source).features  # None where only reading tells
    found = of_wrong_type(features.arrow_schema, *wanted) if features else []
    return [f"{source.name} {line}" for line in found]


def units(source: HubSource, number: int, first: int) -> list[Unit]:
    """One unit for every file of the data set; how many rows it has only reading tells."""
    shards = _open(source).num_shards
    return [
        Unit(first + shard, number, f"{source.split}-{shard:05d}", shard, shards, 0, None)
        for shard in range(shards)
    ]


def read(source: HubSource, unit: Unit) -> Iterator[RawRow]:
    """The rows of one file.

    Raises:
        AssistantError: TRN-509 when the stream breaks off.
    """
    number = 0
    for batch in _batches(source, unit):
        for row in rows_of(batch, source.image, source.id, source.caption, Path()):
            yield RawRow(unit.file, number, *row)
            number += 1


def _batches(source: HubSource, unit: Unit) -> Iterator[pa.RecordBatch]:
    try:
        shard = _open(source).shard(unit.stop, unit.start, contiguous=True)
        for table in shard.with_format("arrow").iter(_READ_ROWS):
            yield from table.combine_chunks().to_batches()
    except Exception as error:  # every hub client fails in its own way
        raise AssistantError(
            "TRN-509",
            f"从数据集站点读取 {unit.file} 时中断（{type(error).__name__}）。",
            next_step="请检查网络后用同样的命令再运行，会从停下处继续。",
            detail=str(error),
        ) from error


@lru_cache(maxsize=4)
def _open(source: HubSource):  # type: ignore[no-untyped-def]  # datasets ships no types
    os.environ.update(_SILENT)
    from datasets import Image, load_dataset
    from datasets.utils import tqdm

    # Sources are looked at side by side, and tqdm's pools delete a lock that they had to make
    # themselves while another pool is at it; with one that is there they do not.
    tqdm.get_lock()
    stream = load_dataset(
        source.name,
        source.subset,
        split=source.split,
        revision=source.revision,
        streaming=True,
    )
    features = stream.features or {}
    if isinstance(features.get(source.image), Image):
        stream = stream.cast_column(source.image, Image(decode=False))
    return stream


def _explain(source: HubSource, error: Exception) -> str:
    kind = type(error).__name__
    offline = os.environ.get("HF_HUB_OFFLINE", "").upper() in {"1", "ON", "YES", "TRUE"}
    if offline and not Path(source.name).exists():
        return f"{source.name}：已设为离线（HF_HUB_OFFLINE=1），本机缓存中没有它（{kind}）"
    if kind in {"DatasetNotFoundError", "RepositoryNotFoundError", "GatedRepoError"}:
        return f"{source.name}：没有这个数据集，或未被授权下载（{kind}）"
    if isinstance(error, ValueError):
        return f"{source.name}：没有子集 {source.subset} 或部分 {source.split}（{kind}）"
    return f"{source.name}：无法连接数据集站点（{kind}），请检查网络、代理或 HF_ENDPOINT"
