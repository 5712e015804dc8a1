"""A row as text for a table: findings in words, and nothing that a spreadsheet would run."""

import re
from dataclasses import fields

from assistant.batch.row import Row
from assistant.report.findings import Finding

COLUMNS = tuple(field.name for field in fields(Row))

_FORMULA_STARTS = tuple("=+-@\t\r\n＝＋－＠")
_LONGEST = 32000  # a cell of a spreadsheet holds 32767 characters
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def describe(finding: Finding) -> str:
    """One finding in words, for example "左侧基底节区脑出血（有，23 mm）"."""
    side = {"左": "左侧", "右": "右侧"}.get(finding.side, finding.side)
    site = "" if finding.site and finding.site in finding.sign else finding.site
    size = "" if finding.size_mm is None else f"，{finding.size_mm:g} mm"
    return f"{side}{site}{finding.sign}（{finding.status}{size}）"


def cells(row: Row) -> list[str]:
    """The row's texts in the order of ``COLUMNS``, each harmless in a spreadsheet."""
    findings = "；".join(describe(finding) for finding in row.findings)
    values = {column: getattr(row, column) for column in COLUMNS} | {"findings": findings}
    return [_harmless(str(values[column])) for column in COLUMNS]


def _harmless(cell: str) -> str:
    """A spreadsheet takes some first characters for a formula and would run it."""
    plain = _UNPRINTABLE.sub("", cell)[:_LONGEST]
    return f"'{plain}" if plain.startswith(_FORMULA_STARTS) else plain
