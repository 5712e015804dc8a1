"""A batch's results on disk: CSV, a spreadsheet, a page and JSON, each whole or not at all."""

import csv
import json
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from assistant.batch.cells import COLUMNS, cells
from assistant.batch.database import cannot_write
from assistant.batch.ledger import Ledger
from assistant.batch.page import write_page
from assistant.batch.query import Query
from assistant.batch.workbook import write_workbook
from assistant.errors import AssistantError

CSV = "results.csv"
XLSX = "results.xlsx"
HTML = "results.html"
JSON = "results.json"

URGENT_FIRST = Query("urgency")


def write_results(out: Path, ledger: Ledger) -> None:
    """Write all four from the rows so far, the urgent first; one row in memory at a time.

    Raises:
        AssistantError: BAT-106 a file cannot be replaced; the others are written all the same.
    """
    refusals: list[AssistantError] = []
    for name, write in _WRITERS.items():
        try:
            _replace(out / name, write, ledger)
        except AssistantError as error:
            refusals.append(error)
    if refusals:
        raise refusals[0]


def _write_json(file: BinaryIO, ledger: Ledger) -> None:
    file.write(b"[")
    separator = b"\n"
    for filed in ledger.find(URGENT_FIRST):
        text = json.dumps(filed.row.to_json(), ensure_ascii=False)
        file.write(separator + text.encode("utf-8"))
        separator = b",\n"
    file.write(b"\n]\n")


def _write_csv(file: BinaryIO, ledger: Ledger) -> None:
    text = _Text(file)
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    for filed in ledger.find(URGENT_FIRST):
        writer.writerow(cells(filed.row))


class _Text:
    """What csv writes to: UTF-8 with the mark that makes a spreadsheet read it as such."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        file.write(b"\xef\xbb\xbf")

    def write(self, text: str) -> int:
        return self._file.write(text.encode("utf-8"))


_WRITERS: dict[str, Callable[[BinaryIO, Ledger], None]] = {
    JSON: _write_json,
    CSV: _write_csv,
    XLSX: lambda file, ledger: write_workbook(file, ledger.find(URGENT_FIRST)),
    HTML: write_page,
}


def _replace(path: Path, write: Callable[[BinaryIO, Ledger], None], ledger: Ledger) -> None:
    partial = path.with_name(f"{path.name}.part")
    try:
        with partial.open("wb") as file:
            write(file, ledger)
        partial.replace(path)
    except OSError as error:
        with suppress(OSError):
            partial.unlink()
        raise cannot_write(path.name, error) from error
