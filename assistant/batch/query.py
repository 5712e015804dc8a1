"""Which rows, and in what order."""

from dataclasses import dataclass
from typing import Literal

Order = Literal["urgency", "file", "arrival"]

_ORDERS = {
    # urgent findings first, then by P(异常)
    "urgency": "rank, suspicion DESC, name",
    "file": "name",
    "arrival": "arrived DESC",
}
_READ = (  # what a person reads of a row; its JSON has keys and digests besides
    "name || char(10) || json_extract(row, '$.text') || char(10) || json_extract(row, '$.region')"
    " || (SELECT coalesce(group_concat(char(10) || json_extract(value, '$.side')"
    " || json_extract(value, '$.site') || json_extract(value, '$.sign'), ''), '')"
    " FROM json_each(row, '$.findings'))"
)
_ESCAPED = str.maketrans({"%": "\\%", "_": "\\_", "\\": "\\\\"})


@dataclass(frozen=True)
class Query:
    """Filter and order of a table of rows.

    Attributes:
        order: "urgency" the most urgent first, "file" by name, "arrival" the newest first.
        kind: an urgency (紧急, 需复核, 关注, 常规), a status (refused, failed, skipped), or ""
            for all.
        text: what must stand in file name, findings or answer.
    """

    order: Order = "urgency"
    kind: str = ""
    text: str = ""

    @property
    def ordering(self) -> str:
        """The SQL after ORDER BY."""
        return _ORDERS[self.order]

    def condition(self) -> tuple[str, tuple[str, ...]]:
        """The SQL after the first condition, and its values."""
        sql, values = "", []
        if self.kind:
            sql += " AND (urgency = ? OR (status = ? AND status <> 'done'))"
            values += [self.kind, self.kind]
        if self.text.strip():
            sql += f" AND ({_READ} LIKE ? ESCAPE '\\')"
            values.append(f"%{self.text.strip().translate(_ESCAPED)}%")
        return sql, tuple(values)
