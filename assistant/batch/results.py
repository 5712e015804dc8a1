"""A batch's results on disk: a journal that survives a kill, then CSV and JSON."""

import csv
import io
import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from assistant.batch.row import Row
from assistant.errors import AssistantError
from assistant.report.findings import Finding

JOURNAL = "results.jsonl"
CSV = "results.csv"
JSON = "results.json"
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True)
class Journal:
    """Rows already known, one JSON object a line, appended as each is done.

    Attributes:
        path: the file.
        job: digest of what was asked and of whom; answers to anything else are not reused.
    """

    path: Path
    job: str

    def answers(self) -> Mapping[str, Row]:
        """Answered rows of this job by the sha256 of their file; a torn line is left out."""
        known: dict[str, Row] = {}
        if not self.path.exists():
            return known
        for line in self.path.read_text(encoding="utf-8", errors="replace").splitlines():
            try:
                values = json.loads(line)
                row = Row.from_json(values["row"])
            except (ValueError, TypeError, KeyError):
                continue
            if values["job"] == self.job and row.status == "done":
                known[row.sha256] = row
        return known

    def append(self, row: Row) -> None:
        """Add a row and see it onto the disk.

        Raises:
            AssistantError: BAT-106 the disk does not take it.
        """
        line = json.dumps({"job": self.job, "row": row.to_json()}, ensure_ascii=False)
        try:
            with self.path.open("ab+") as file:
                if file.tell() and not _ends_a_line(file):
                    file.write(b"\n")
                file.write(line.encode("utf-8") + b"\n")
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise _cannot_write(JOURNAL, error) from error


def open_journal(out: Path, job: str) -> Journal:
    """The journal in a results folder, which is made if need be.

    Raises:
        AssistantError: BAT-105 the folder cannot be made or written.
    """
    try:
        out.mkdir(parents=True, exist_ok=True)
        with (out / JOURNAL).open("ab"):
            return Journal(out / JOURNAL, job)
    except OSError as error:
        raise AssistantError(
            "BAT-105",
            "输出文件夹无法创建或写入。",
            next_step="请换一个有写入权限的文件夹。",
            detail=type(error).__name__,
        ) from error


def write_results(out: Path, rows: Iterable[Row]) -> None:
    """``results.csv`` for a spreadsheet and ``results.json``, each whole or not at all.

    Raises:
        AssistantError: BAT-106 a file cannot be replaced.
    """
    rows = tuple(rows)
    _replace(out / JSON, _as_json(rows).encode("utf-8"))
    _replace(out / CSV, _as_csv(rows).encode("utf-8-sig"))


def describe(finding: Finding) -> str:
    """One finding in words, for example "左侧基底节区脑出血（有，23 mm）"."""
    side = {"左": "左侧", "右": "右侧"}.get(finding.side, finding.side)
    site = "" if finding.site and finding.site in finding.sign else finding.site
    size = "" if finding.size_mm is None else f"，{finding.size_mm:g} mm"
    return f"{side}{site}{finding.sign}（{finding.status}{size}）"


def _as_json(rows: tuple[Row, ...]) -> str:
    return json.dumps([row.to_json() for row in rows], ensure_ascii=False, indent=1) + "\n"


def _as_csv(rows: tuple[Row, ...]) -> str:
    columns = [field.name for field in fields(Row)]
    text = io.StringIO()
    writer = csv.DictWriter(text, columns)
    writer.writeheader()
    for row in rows:
        cells: dict[str, Any] = {column: getattr(row, column) for column in columns}
        cells["findings"] = "；".join(describe(finding) for finding in row.findings)
        writer.writerow({column: _harmless(str(cell)) for column, cell in cells.items()})
    return text.getvalue()


def _harmless(cell: str) -> str:
    """A spreadsheet takes some first characters for a formula and would run it."""
    return f"'{cell}" if cell.startswith(_FORMULA_STARTS) else cell


def _ends_a_line(file: io.BufferedRandom) -> bool:
    file.seek(-1, os.SEEK_END)
    return file.read(1) == b"\n"


def _replace(path: Path, content: bytes) -> None:
    partial = path.with_name(f"{path.name}.part")
    try:
        partial.write_bytes(content)
        partial.replace(path)
    except OSError as error:
        raise _cannot_write(path.name, error) from error


def _cannot_write(name: str, error: OSError) -> AssistantError:
    return AssistantError(
        "BAT-106",
        f"{name} 写不进去，可能磁盘已满，或文件正被其他程序（如 Excel）打开。",
        next_step="请关闭该文件或腾出空间后重新运行，已完成的结果会直接沿用。",
        detail=type(error).__name__,
    )
