"""Where a batch's files come from: a folder, or an archive unpacked beside it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from assistant.batch.plan import Entry, walk_folder


@dataclass(frozen=True)
class Source:
    """Where the files lie.

    Attributes:
        folder: what to go through.
        names: the name that a person knows a file by, by its name in the folder; empty
            when they are the same.
        left_out: files that are not there, such as an archive's that were too large.
    """

    folder: Path
    names: Mapping[str, str] = field(default_factory=dict)
    left_out: tuple[Entry, ...] = ()

    def entries(self, out: Path | None) -> Iterator[Entry]:
        """Every file under the name it is known by, in no order; those in ``out`` excepted.

        Raises:
            AssistantError: BAT-101, BAT-104.
        """
        found = walk_folder(self.folder, out)
        return self._named(found)

    def _named(self, found: Iterator[Entry]) -> Iterator[Entry]:
        for entry in found:
            yield replace(entry, name=self.names.get(entry.name, entry.name))
        yield from self.left_out


def typed_folder(path: str) -> Source:
    """A folder on this machine, as a person typed or pasted it."""
    return Source(Path(path.strip().strip("\"'")).expanduser())
