"""The book of conversations: each owner's own, searchable, and deleted for good."""

import time
from collections import Counter
from dataclasses import replace
from pathlib import Path
from threading import Lock

from filelock import FileLock, Timeout

from assistant.dialogue.scrub import scrub
from assistant.errors import AssistantError
from assistant.store import rows
from assistant.store.database import FILE, Database
from assistant.store.exchange import Exchange, Heading, Record
from assistant.store.search import find

LOCK = "conversations.lock"
LONGEST_TITLE = 60
_DAY_S = 86400


class Ledger:
    """Conversations in ``conversations.sqlite3``; every call names whose they are.

    Answers that the end of the program cut short are marked as interrupted when the
    file is opened, unless another program that has it open may be writing them.

    Args:
        folder: where the file lies, made when it is not there.

    Raises:
        AssistantError: STO-101 to STO-105, from here and from every method.
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.path = folder / FILE
        self._database = Database(self.path)
        self._revisions: Counter[str] = Counter()
        self._counting = Lock()
        self._alone = FileLock(folder / LOCK, timeout=0)
        try:
            self._alone.acquire()
        except Timeout:
            return
        with self._database.writing() as connection:
            connection.execute("UPDATE exchange SET state='interrupted' WHERE state='running'")

    def revision(self, owner: str) -> int:
        """Changes with everything of this owner's that begins, ends, is renamed or deleted."""
        with self._counting:
            return self._revisions[owner]

    def _changed(self, *owners: str) -> None:
        with self._counting:
            self._revisions.update(owners)

    def headings(self, owner: str, search: str = "") -> tuple[Heading, ...]:
        """The owner's conversations, newest first, at most ``search.MOST_LISTED``.

        Args:
            owner: whose.
            search: words, each of which must occur in the title, a question or an answer,
                in upper or lower case.
        """
        with self._database.reading() as connection:
            return find(connection, owner, search)

    def load(self, owner: str, conversation: str) -> Record:
        """A conversation whole.

        Raises:
            AssistantError: STO-201 the owner has none of this id.
        """
        with self._database.reading() as connection:
            row = connection.execute(
                "SELECT system, title FROM conversation WHERE id=? AND owner=?",
                (conversation, owner),
            ).fetchone()
            if row is None:
                raise _not_there()
            return Record(row[0], rows.select(connection, conversation), row[1], conversation)

    def picture(self, owner: str, conversation: str, sha256: str) -> bytes | None:
        """A picture as PNG, or None when the owner has none such."""
        with self._database.reading() as connection:
            row = connection.execute(
                "SELECT png FROM picture p JOIN conversation c ON c.id = p.conversation"
                " WHERE p.conversation=? AND p.sha256=? AND c.owner=?",
                (conversation, sha256, owner),
            ).fetchone()
        return bytes(row[0]) if row else None

    def begin(self, owner: str, record: Record, exchange: Exchange) -> None:
        """Write down that a question is asked after the exchanges of ``record``.

        What followed them is deleted: the question was edited, or is asked again.

        Raises:
            AssistantError: STO-201 the conversation is another's, or was deleted meanwhile.
        """
        with self._database.writing() as connection:
            found = connection.execute(
                "SELECT owner FROM conversation WHERE id=?", (record.id,)
            ).fetchone()
            if found is None and not record.exchanges:
                connection.execute(
                    "INSERT INTO conversation VALUES (?,?,?,0,?,?)",
                    (record.id, owner, record.title, record.system, time.time()),
                )
            elif found is None or found[0] != owner:
                raise _not_there()
            place = len(record.exchanges)
            cut = connection.execute(
                "DELETE FROM exchange WHERE conversation=? AND place>=?", (record.id, place)
            ).rowcount
            rows.insert(connection, record.id, place, exchange)
            connection.execute(
                "DELETE FROM picture WHERE conversation=? AND sha256 NOT IN (SELECT s.sha256"
                " FROM shown s JOIN exchange e ON e.id=s.exchange WHERE e.conversation=?)",
                (record.id, record.id),
            )
            connection.execute(
                "UPDATE conversation SET changed=? WHERE id=?", (time.time(), record.id)
            )
        if cut:
            self._database.wipe()
        self._changed(owner)

    def write(self, exchange: Exchange) -> None:
        """Write down how far an answer has come; one that was deleted stays deleted."""
        with self._database.writing() as connection:
            connection.execute(rows.UPDATE_EXCHANGE, (*rows.growing(exchange), exchange.id))

    def finish(self, owner: str, conversation: str, exchange: Exchange, title: str) -> None:
        """Write down how an answer ended, and what the conversation is called by itself."""
        self.write(exchange)
        with self._database.writing() as connection:
            connection.execute(
                "UPDATE conversation SET changed=?, title=CASE WHEN named THEN title ELSE ? END"
                " WHERE id=? AND owner=?",
                (time.time(), title, conversation, owner),
            )
        self._changed(owner)

    def adopt(self, owner: str, record: Record) -> None:
        """Keep a conversation that came about elsewhere, its answers complete."""
        for place, exchange in enumerate(record.exchanges):
            self.begin(owner, replace(record, exchanges=record.exchanges[:place]), exchange)

    def rename(self, owner: str, conversation: str, title: str) -> None:
        """Call a conversation something else from now on; what identifies is left out.

        Raises:
            AssistantError: STO-201 it is not there, STO-202 the title is empty.
        """
        short = scrub(" ".join(title.split()))[:LONGEST_TITLE]
        if not short:
            raise AssistantError("STO-202", "名称是空的。", next_step="请写下新的名称。")
        with self._database.writing() as connection:
            changed = connection.execute(
                "UPDATE conversation SET title=?, named=1 WHERE id=? AND owner=?",
                (short, conversation, owner),
            ).rowcount
        if not changed:
            raise _not_there()
        self._changed(owner)

    def delete(self, owner: str, conversation: str) -> None:
        """Delete a conversation and its pictures; nothing of it stays in the file or its log.

        Raises:
            AssistantError: STO-201 it is not there.
        """
        with self._database.writing() as connection:
            gone = connection.execute(
                "DELETE FROM conversation WHERE id=? AND owner=?", (conversation, owner)
            ).rowcount
        if not gone:
            raise _not_there()
        self._database.wipe()
        self._changed(owner)

    def forget(self, owner: str) -> int:
        """Delete for good whatever is this owner's: nobody else can open it. How many went."""
        with self._database.writing() as connection:
            gone = connection.execute("DELETE FROM conversation WHERE owner=?", (owner,)).rowcount
        if gone:
            self._database.wipe()
        self._changed(owner)
        return gone

    def expire(self, keep_days: int) -> int:
        """Delete what was not touched for so many days; 0 keeps everything. How many went."""
        if not keep_days:
            return 0
        oldest = time.time() - keep_days * _DAY_S
        with self._database.writing() as connection:
            due = "FROM conversation WHERE changed < ?"
            owners = connection.execute(f"SELECT DISTINCT owner {due}", (oldest,)).fetchall()
            gone = connection.execute(f"DELETE {due}", (oldest,)).rowcount
        if gone:
            self._database.wipe()
        self._changed(*(owner for (owner,) in owners))
        return gone

    def count(self) -> int:
        """How many conversations there are, of everybody."""
        with self._database.reading() as connection:
            counted: int = connection.execute("SELECT count(*) FROM conversation").fetchone()[0]
            return counted

    def close(self) -> None:
        """Let the file go; the ledger is not used afterwards."""
        self._database.close()
        self._alone.release()


def _not_there() -> AssistantError:
    return AssistantError(
        "STO-201", "这段对话不存在，可能已被删除。", next_step="请从左侧列表中另选一段。"
    )
