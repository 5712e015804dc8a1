"""What can be known to go wrong before hours are spent, all of it at once."""

import shutil
import time
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from assistant.errors import AssistantError
from trainer.data.corpus import sources
from trainer.data.corpus.endpoint import Endpoint
from trainer.data.corpus.judge import Rules, judge
from trainer.data.corpus.origin import name_in
from trainer.data.corpus.preparation import HubSource, Preparation
from trainer.data.corpus.row import Unit
from trainer.data.corpus.sift import is_sharded
from trainer.data.corpus.terminology import load_terminology

_TRIED_UNITS = 8
_TRIED_ROWS = 32
_TOLD = 20
_ROW_BYTES = 3000
_SPARE_BYTES = 200 << 20


@dataclass(frozen=True)
class Forecast:
    """What a few rows say of all.

    Attributes:
        rows: in all sources; None where only reading tells.
        kept: share that stays. bytes_needed: on disk. seconds: of one process.
    """

    rows: int | None
    kept: float
    bytes_needed: int
    seconds: float


def check(wanted: Preparation, out: Path) -> None:
    """Look at every source, every table, the endpoint and the output folder's place.

    Raises:
        AssistantError: TRN-502 naming everything at once.
    """
    told = sources.problems(wanted.sources)
    told += [
        f"sources.{number}：输出文件夹在这个来源之内，会被当作来源"
        for number, source in enumerate(wanted.sources)
        if sources.holds(source, out)
    ]
    told += [] if told else _misfit(wanted)
    try:
        load_terminology()
    except AssistantError as error:
        told.append(error.message)
    if wanted.translate is not None and wanted.language != "en":
        endpoint = Endpoint(wanted.translate)
        told += endpoint.problems()
        endpoint.close()
    if told:
        more = f"\n· ……另有 {len(told) - _TOLD} 处" if len(told) > _TOLD else ""
        listed = "\n".join(f"· {problem}" for problem in told[:_TOLD])
        raise AssistantError(
            "TRN-502",
            f"数据来源有 {len(told)} 处问题，尚未开始处理：\n{listed}{more}\n",
            next_step="请逐条改正后再运行。",
        )


def _misfit(wanted: Preparation) -> list[str]:
    """A ``source_pattern`` that finds a name in no row, though some have no other."""
    pattern = wanted.split.source_pattern
    read = [sources.names(source) for source in wanted.sources] if pattern else []
    example = None
    for names in read:
        if names is None:
            return []
        for case, id_ in names:
            if name_in(pattern, id_):
                return []
            example = example if case or example else id_
    if example is None:
        return []
    return [f"split.source_pattern（{pattern}）与所有编号都不相符，例如“{example}”"]


def forecast(wanted: Preparation, units: list[Unit]) -> Forecast:
    """Judge a few rows of units spread over all sources, and multiply."""
    tried = [unit for unit in units if not isinstance(wanted.sources[unit.source], HubSource)]
    step = max(1, len(tried) // _TRIED_UNITS)
    seen = kept = size = 0
    start = time.perf_counter()
    for unit in tried[::step][:_TRIED_UNITS]:
        source = wanted.sources[unit.source]
        window = sources.window_of(source)
        rules = Rules(wanted.select, source.modality == "ct", window, wanted.jpeg_quality)
        for row in islice(sources.read(source, unit), _TRIED_ROWS):
            verdict = judge(row, rules, sampled=False)
            seen += 1
            kept += verdict.reason is None
            size += _ROW_BYTES + sum(len(picture.jpeg) for picture in verdict.pictures)
    seconds = time.perf_counter() - start
    rows = None if any(unit.rows is None for unit in units) else sum(u.rows or 0 for u in units)
    scale = (rows or 0) / max(seen, 1)
    # Shards are written from parts that lie beside them until their group is done.
    twice = 1.1 if is_sharded(wanted, units) else 1.0
    needed = int(size * scale * twice) + _SPARE_BYTES
    return Forecast(rows, kept / max(seen, 1), needed, seconds * scale)


def check_room(found: Forecast, folder: Path, done: float) -> None:
    """Compare what is needed with what the disk has.

    Args:
        done: share that an earlier run has written already.

    Raises:
        AssistantError: TRN-507 when it will not fit.
    """
    needed = int(found.bytes_needed * (1 - done))
    free = shutil.disk_usage(folder).free
    if needed > free:
        raise AssistantError(
            "TRN-507",
            f"磁盘空间不够：约需 {needed / 1e9:.1f} GB，只剩 {free / 1e9:.1f} GB。",
            next_step="请用 --out 换一个磁盘，或减少数据来源后再运行。",
        )
