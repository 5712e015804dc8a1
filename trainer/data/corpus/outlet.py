"""Where the rows of a split go: lines of JSON, or a shard of parquet with the pictures inside."""

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

SHARDS = "mllm_med"
_MESSAGES = pa.list_(pa.struct([("role", pa.string()), ("content", pa.string())]))
SCHEMA = pa.schema(
    [
        ("messages", _MESSAGES),
        ("images", pa.list_(pa.struct([("bytes", pa.binary()), ("path", pa.string())]))),
    ]
)
_BUFFERED_ROWS = 256


class Outlet:
    """Rows of one split of one group.

    Args:
        path: a JSON lines file, or the shard, which is there only when it is complete.
        sharded: which of the two.
    """

    def __init__(self, path: Path, *, sharded: bool) -> None:
        self._shard = path
        self._partial = path.with_suffix(".part")
        self._parquet: pq.ParquetWriter | None = None
        self._held: list[dict[str, object]] = []
        self._lines = None if sharded else path.open("w", encoding="utf-8", newline="\n")

    def write(
        self, messages: list[dict[str, str]], names: list[str], jpegs: tuple[bytes, ...]
    ) -> None:
        """Add a row: its messages, its pictures' names and, for a shard, their files."""
        if self._lines is not None:
            row = {"messages": messages, "images": names}
            self._lines.write(json.dumps(row, ensure_ascii=False) + "\n")
            return
        images = [{"bytes": jpeg, "path": None} for jpeg in jpegs]
        self._held.append({"messages": messages, "images": images})
        if len(self._held) >= _BUFFERED_ROWS:
            self._flush()

    def close(self, *, failed: bool) -> None:
        """Complete the file; after a failure leave the shard away."""
        if self._lines is not None:
            self._lines.close()
            return
        if not failed:
            self._flush()
        if self._parquet is not None:
            self._parquet.close()
            if not failed:
                self._partial.replace(self._shard)

    def _flush(self) -> None:
        if not self._held:
            return
        if self._parquet is None:
            self._partial.parent.mkdir(parents=True, exist_ok=True)
            # JPEG does not shrink further; text does, but is small beside it.
            self._parquet = pq.ParquetWriter(self._partial, SCHEMA, compression="none")
        self._parquet.write_table(pa.Table.from_pylist(self._held, schema=SCHEMA))
        self._held.clear()
