"""Accepted translations on disk: what was paid for once is not paid for again."""

import sqlite3
import threading
from hashlib import sha256
from pathlib import Path

from assistant.errors import AssistantError


class TranslationMemory:
    """Translations by text, model and wording of the request.

    Args:
        path: SQLite file; made if it is not there.
        scope: whatever a translation depends on besides the text.

    Raises:
        AssistantError: TRN-512 when the file is no such memory or cannot be written.
    """

    def __init__(self, path: Path, scope: str) -> None:
        self._scope = scope
        self._lock = threading.Lock()
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._base = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
            self._base.execute("PRAGMA journal_mode=WAL")
            self._base.execute(
                "CREATE TABLE IF NOT EXISTS translation"
                " (key BLOB PRIMARY KEY, chinese TEXT NOT NULL) WITHOUT ROWID"
            )
        except (OSError, sqlite3.Error) as error:
            raise AssistantError(
                "TRN-512",
                f"翻译缓存 {path.name} 无法打开或写入。",
                next_step="请在 translate.cache 换一个位置，或删除损坏的缓存文件。",
                detail=str(error),
            ) from error

    def get(self, english: str) -> str | None:
        """The translation, if there is one."""
        with self._lock:
            found = self._base.execute(
                "SELECT chinese FROM translation WHERE key = ?", (self._key(english),)
            ).fetchone()
        return str(found[0]) if found else None

    def put(self, english: str, chinese: str) -> None:
        """Keep a translation that the checker has accepted."""
        with self._lock:
            self._base.execute(
                "INSERT OR REPLACE INTO translation VALUES (?, ?)", (self._key(english), chinese)
            )

    def close(self) -> None:
        """Close the file."""
        self._base.close()

    def _key(self, english: str) -> bytes:
        return sha256(f"{self._scope}\0{english}".encode()).digest()
