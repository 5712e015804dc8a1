"""Tables that people keep: CSV, XLSX, JSON, JSONL and plain text, as rows of text."""

import csv
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO, StringIO
from itertools import zip_longest
from pathlib import Path, PurePath

Record = Mapping[str, object]
SUFFIXES = frozenset({".csv", ".tsv", ".xlsx", ".json", ".jsonl"})


class TableError(Exception):
    """A table that cannot be read; the text says why, in Chinese."""


@dataclass(frozen=True)
class Sheet:
    """Rows that stand below one another.

    Attributes:
        name: "" where the table has no sheets.
        merges: a cell left empty may be the lower part of a merged one; not so in JSON.
    """

    name: str
    rows: tuple[Record, ...]
    merges: bool = True

    def down(self, names: tuple[str, ...]) -> list[str]:
        """The text of the first of these columns that is filled in each row, or above it."""
        found: list[str] = []
        last: dict[str, str] = {}
        for row in self.rows:
            told = {name: text for name in names if (text := text_of(row.get(name)))}
            last = {**last, **told} if self.merges else told
            found.append(next((last[name] for name in names if name in last), ""))
        return found


def read_table(name: str, data: bytes) -> list[Record]:
    """Rows of a table, of all its sheets; see :func:`read_sheets`."""
    return [row for sheet in read_sheets(name, data) for row in sheet.rows]


def read_sheets(name: str, data: bytes) -> list[Sheet]:
    """A table, told apart by its suffix; keys are stripped and in lower case.

    CSV may be UTF-8 or GB18030, as spreadsheets in Chinese write it. A JSON object that maps
    names to texts becomes rows with ``image`` and ``caption``. Sheets without rows are left out.

    Raises:
        TableError: it is not what its suffix says, or its sheets do not have the same columns.
    """
    suffix = Path(name).suffix.lower()
    try:
        if suffix == ".xlsx":
            return _xlsx(name, data)
        text = decode(data)
        if suffix == ".json":
            return [Sheet("", tuple(_json(json.loads(text))), merges=False)]
        if suffix == ".jsonl":
            # Other ends of lines, such as U+2028, are legal inside a text of JSON.
            lines = [json.loads(line) for line in text.split("\n") if line.strip()]
            return [Sheet("", tuple(_json(lines)), merges=False)]
        dialect = csv.excel_tab if suffix == ".tsv" else csv.excel
        return [Sheet("", tuple(_csv(name, text, dialect)))]
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


def need_one(name: str, rows: Sequence[Record], columns: tuple[str, ...], what: str) -> None:
    """Refuse a table that fills several columns of which only one would be taken.

    Raises:
        TableError: naming them.
    """
    filled = [column for column in columns if any(text_of(row.get(column)) for row in rows)]
    if len(filled) > 1:
        count = "两" if len(filled) == 2 else f" {len(filled)} "
        raise TableError(f"{name} 有{count}列{what}：{'、'.join(filled)}；请合并或改名")


def text_of(value: object) -> str:
    """A cell as text: 12.0 in a spreadsheet means 12; a list or mapping of JSON is no text."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return "" if value is None or isinstance(value, list | dict) else str(value).strip()


def _csv(name: str, text: str, dialect: type[csv.Dialect]) -> Iterator[Record]:
    """Rows of a CSV, none of them cut short or run together."""
    lines = csv.reader(StringIO(text, newline=""), dialect=dialect, strict=True)
    header = next(lines, [])
    _refuse_twice(name, header)
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


def _xlsx(name: str, data: bytes) -> list[Sheet]:
    from openpyxl import load_workbook  # slow to import, seldom needed

    book = load_workbook(BytesIO(data), read_only=True, data_only=True)
    sheets: list[Sheet] = []
    columns: set[str] = set()
    try:
        for page in book.worksheets:
            lines = page.iter_rows(values_only=True)
            header = [text_of(cell) for cell in next(lines, ())]
            filled = (cells for cells in lines if any(cell not in (None, "") for cell in cells))
            rows = tuple(_record(dict(zip(header, cells, strict=False))) for cells in filled)
            if not rows:
                continue
            _refuse_twice(f"{name} 的工作表“{page.title}”", header)
            found = {column for column in _record(dict.fromkeys(header)) if column}
            if sheets and found != columns:
                hidden = "" if page.sheet_state == "visible" else "，已隐藏"
                raise TableError(
                    f"{name} 的工作表“{page.title}”（{len(rows)} 行{hidden}）与“{sheets[0].name}”"
                    "的表头不同，请统一表头，或把它删去、另存为一个文件"
                )
            columns = found
            sheets.append(Sheet(page.title, rows))
    finally:
        book.close()
    return sheets


def _record(row: Mapping[str, object]) -> Record:
    return {_key(key): value for key, value in row.items()}


def _key(name: object) -> str:
    return str(name or "").strip().lower()


def _refuse_twice(where: str, header: Iterable[str]) -> None:
    """Of two columns with one name only the last would be read."""
    counts = Counter(_key(name) for name in header)
    twice = [f"“{name}”" for name, count in counts.items() if name and count > 1]
    if twice:
        raise TableError(f"{where} 的表头中有重复的列名：{'、'.join(twice)}；请合并或改名")
