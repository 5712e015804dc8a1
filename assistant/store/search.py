"""Looking conversations up."""

import sqlite3

from assistant.store.exchange import Heading

MOST_LISTED = 300
_MOST_WORDS = 8
_CONTAINS = (
    " AND (title LIKE ? ESCAPE '\\' OR EXISTS (SELECT 1 FROM exchange e WHERE e.conversation=c.id"
    " AND (e.question LIKE ? ESCAPE '\\' OR e.answer LIKE ? ESCAPE '\\')))"
)


def find(connection: sqlite3.Connection, owner: str, search: str) -> tuple[Heading, ...]:
    """The owner's conversations that contain every word of ``search``, newest first."""
    words = search.split()[:_MOST_WORDS]
    values = [pattern for word in words for pattern in [_pattern(word)] * 3]
    found = connection.execute(
        "SELECT id, title, changed FROM conversation c WHERE owner=?"
        + _CONTAINS * len(words)
        + " ORDER BY changed DESC, rowid DESC LIMIT ?",
        (owner, *values, MOST_LISTED),
    )
    return tuple(Heading(*row) for row in found)


def _pattern(word: str) -> str:
    return "%" + "".join(f"\\{sign}" if sign in "\\%_" else sign for sign in word) + "%"
