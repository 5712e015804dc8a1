"""Answers already given, kept as they come, so that a killed examination goes on."""

import json
import os
from pathlib import Path

Value = str | float


class Journal:
    """One model's answers in a file of JSON lines that several models may share.

    Args:
        path: the file; made when the first answer is kept.
        sitter: digest of the model and of what decides its answers; others' are not read.
    """

    def __init__(self, path: Path, sitter: str) -> None:
        self._path, self._sitter = path, sitter
        self._known: dict[str, Value] = {}
        if path.exists():
            # Not splitlines: an answer may hold what Unicode takes for the end of a line.
            for line in path.read_text(encoding="utf-8", errors="replace").split("\n"):
                self._take(line)

    def _take(self, line: str) -> None:
        try:
            entry = json.loads(line)
            if entry["sitter"] == self._sitter:
                self._known[entry["key"]] = entry["value"]
        except (ValueError, TypeError, KeyError):
            return  # a line that a kill has torn

    def get(self, key: str) -> Value | None:
        """The answer to a question, None when it has not been asked."""
        return self._known.get(key)

    def put(self, key: str, value: Value) -> None:
        """Keep an answer and see it onto the disk."""
        self._known[key] = value
        entry = {"sitter": self._sitter, "key": key, "value": value}
        line = json.dumps(entry, ensure_ascii=False).encode("utf-8") + b"\n"
        with self._path.open("ab+") as file:
            if file.tell():
                file.seek(-1, os.SEEK_END)
                line = line if file.read(1) == b"\n" else b"\n" + line
            file.write(line)
