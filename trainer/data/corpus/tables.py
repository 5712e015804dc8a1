"""Tables that people keep: CSV, XLSX, JSON, JSONL and plain text, as rows of text."""

import csv
import json
import re
from collections.abc import Iterator, Mapping
from io import BytesIO, StringIO
from itertools import zip_longest
from pathlib import Path, PurePath

Record = Mapping[str, object]
SUFFIXES = frozenset({".csv", ".tsv", ".xlsx", ".json", ".jsonl"})


class TableError(Exception):
    """A table that cannot be read; the text says why, in Chinese."""


def read_table(name: str, data: bytes) -> list[Record]:
    """Rows of a table, told apart by its suffix; keys are stripped and in lower case.

    CSV may be UTF-8 or GB18030, as spreadsheets in Chinese write it. A JSON object that maps
    names to texts becomes rows with ``image`` and ``caption``.

    Raises:
        TableError: it is not what its suffix says.
    """
    suffix = Path(name).suffix.lower()
    try:
        if suffix == ".xlsx":
            return list(_xlsx(data))
        text = decode(data)
        if suffix == ".json":
            return _json(json.loads(text))
        if suffix == ".jsonl":
            # Other ends of lines, such as U+2028, are legal inside a text of JSON.
            return _json([json.loads(line) for line in text.split("\n") if line.strip()])
        return list(_csv(name, text, csv.excel_tab if suffix == ".tsv" else csv.excel))
    except TableError:
        raise
    except csv.Error as error:
        raise TableError(f"{name} 的引号不成对，请补全后再用") from error
    except Exception as error:  # a broken XLSX fails in a dozen ways inside zip and XML
        raise TableError(f"{name} 无法读取（{type(error).__name__}）") from error


def decode(data: bytes) -> str:
    """Text of a file in UTF-8, with or without a mark, or GB18030.

    Raises:
        TableError: neither.
    """
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise TableError("文字编码既不是 UTF-8 也不是 GB18030")


def pick(record: Record, names: tuple[str, ...]) -> object:
    """The first of these columns that the row fills, "" if none."""
    for name in names:
        value = record.get(name)
        if value not in (None, ""):
            return value
    return ""


def text_of(value: object) -> str:
    """A cell as text: 12.0 in a spreadsheet means 12; a list or mapping of JSON is no text."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return "" if value is None or isinstance(value, list | dict) else str(value).strip()


def _csv(name: str, text: str, dialect: type[csv.Dialect]) -> Iterator[Record]:
    """Rows of a CSV, none of them cut short or run together."""
    lines = csv.reader(StringIO(text, newline=""), dialect=dialect, strict=True)
    header = next(lines, [])
    while True:
        place = lines.line_num + 1
        cells = next(lines, None)
        if cells is None:
            return
        if any(cell.strip() for cell in cells[len(header) :]):
            raise TableError(
                f"{name} 第 {place} 行有 {len(cells)} 格，表头只有 {len(header)} 格；"
                "文字里有逗号的，请用双引号括起整格"
            )
        if _swallows(cells, dialect.delimiter):
            raise TableError(f"{name} 第 {place} 行的一格里含有后面的行，请补全这一格的双引号")
        if cells:
            yield _record(dict(zip_longest(header, cells[: len(header)])))


def _swallows(cells: list[str], delimiter: str) -> bool:
    """A line within a cell begins as its own row does and has as many cells."""
    return any(
        line.count(delimiter) == len(cells) - 1
        and _shape(line.partition(delimiter)[0]) == _shape(cells[0])
        for cell in cells[1:]
        for line in cell.splitlines()[1:]
    )


def _shape(name: str) -> str:
    """A file's suffix, and else the text without its digits."""
    return PurePath(name.strip()).suffix.lower() or re.sub(r"\d+", "0", name.strip())


def _json(content: object) -> list[Record]:
    if isinstance(content, dict):
        lists = [value for value in content.values() if isinstance(value, list)]
        if content and all(isinstance(value, str) for value in content.values()):
            return [{"image": name, "caption": text} for name, text in content.items()]
        if len(lists) == 1:
            content = lists[0]
    if not isinstance(content, list) or not all(isinstance(row, dict) for row in content):
        raise TableError("最外层应为记录的列表")
    return [_record(row) for row in content]


def _xlsx(data: bytes) -> Iterator[Record]:
    from openpyxl import load_workbook  # slow to import, seldom needed

    book = load_workbook(BytesIO(data), read_only=True, data_only=True)
    try:
        rows = book.worksheets[0].iter_rows(values_only=True)
        header = [text_of(cell) for cell in next(rows, ())]
        for cells in rows:
            if any(cell not in (None, "") for cell in cells):
                yield _record(dict(zip(header, cells, strict=False)))
    finally:
        book.close()


def _record(row: Mapping[str, object]) -> Record:
    return {str(key or "").strip().lower(): value for key, value in row.items()}
