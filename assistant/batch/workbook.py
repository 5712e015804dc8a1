"""results.xlsx: one sheet, one row a file, the header fixed and with a filter."""

from collections.abc import Iterable
from typing import BinaryIO

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font, PatternFill

from assistant.batch.cells import COLUMNS, cells
from assistant.batch.ledger import Filed

_WIDTHS = {"file": 36, "sha256": 12, "findings": 40, "window": 22, "model": 18, "text": 80}
_FILLS = {"紧急": "FDE2E0", "需复核": "E3F0F4", "关注": "FDF6E3"}


def write_workbook(file: BinaryIO, rows: Iterable[Filed]) -> None:
    """Write the sheet; every cell is text, none a formula, and rows are not kept in memory."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("results")
    sheet.freeze_panes = "B2"
    for number, column in enumerate(COLUMNS):
        sheet.column_dimensions["ABCDEFGHIJ"[number]].width = _WIDTHS.get(column, 10)
    sheet.auto_filter.ref = f"A1:{'ABCDEFGHIJ'[len(COLUMNS) - 1]}1"
    sheet.append([_cell(sheet, column, font=Font(bold=True)) for column in COLUMNS])
    top = Alignment(vertical="top", wrap_text=True)
    fills = {urgency: PatternFill("solid", fgColor=shade) for urgency, shade in _FILLS.items()}
    for filed in rows:
        fill = fills.get(filed.row.urgency)
        style = {"alignment": top} | ({"fill": fill} if fill else {})
        sheet.append([_cell(sheet, text, **style) for text in cells(filed.row)])
    book.save(file)


def _cell(sheet: object, text: str, **style: object) -> WriteOnlyCell:
    cell = WriteOnlyCell(sheet, text)
    cell.data_type = "s"
    for name, value in style.items():
        setattr(cell, name, value)
    return cell
