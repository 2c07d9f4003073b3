"""What a loader says of a file, and the shape that all loaders have."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Final, Protocol, Self, TypeVar

from repository.mongo_connection import Database

CHUNK_ROWS: Final = 500
"""Rows that go into one transaction: all of them or none."""

CHUNK_DEADLINE_S: Final = 60.0

Item = TypeVar("Item")
Progress = Callable[[int], object]
"""Is told how many more rows of the file are done with."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something about one row: the line it starts on, the column (empty: the whole row), what."""

    line: int
    column: str
    problem: str
    place: str = ""
    """Where it stands in a file that has no lines that tell, such as `store 7, book 3`."""


@dataclass
class Report:
    """What became of the rows of a file: each is loaded, unchanged, kept or rejected.

    `unchanged` rows are in the database just so. `kept` ones are there with other values, and what
    is there stays. `rejects` break a rule; one row may break several. `notes` tell what to know of
    rows that were loaded.
    """

    read: int = 0
    loaded: int = 0
    unchanged: int = 0
    differences: list[Finding] = field(default_factory=list)
    rejects: list[Finding] = field(default_factory=list)
    notes: list[Finding] = field(default_factory=list)
    parts: dict[str, "Report"] = field(default_factory=dict)
    """What became of each kind of row, if the files hold several; the rest is then their sum."""

    @property
    def kept(self) -> int:
        """Rows that differ from what is in the database, which was left as it is."""
        if self.parts:
            return sum(part.kept for part in self.parts.values())
        return len({finding.line for finding in self.differences})

    @property
    def rejected(self) -> int:
        """Rows that were left out."""
        if self.parts:
            return sum(part.rejected for part in self.parts.values())
        return len({finding.line for finding in self.rejects})

    @classmethod
    def of_parts(cls, parts: dict[str, "Report"]) -> Self:
        """The sum of what became of each kind of row."""
        whole = cls(parts=parts)
        for part in parts.values():
            whole.add(part)
        return whole

    def add(self, other: "Report") -> None:
        """Add what became of further rows."""
        self.read += other.read
        self.loaded += other.loaded
        self.unchanged += other.unchanged
        self.differences += other.differences
        self.rejects += other.rejects
        self.notes += other.notes


class Loader(Protocol):
    """Loads one kind of file."""

    async def __call__(
        self, database: Database | None, path: Path, progress: Progress, *, dry_run: bool
    ) -> Report:
        """Load the rows that are not there yet; without a database judge the file alone.

        Loading a file again changes nothing; after an interruption it goes on where it was. A dry
        run reports the same and writes nothing. Raises UnreadableFileError, or an OctavoError when
        the database refuses for good.
        """


def chunks(items: Iterable[Item], size: int = CHUNK_ROWS) -> Iterator[list[Item]]:
    """The items in order, in lists of `size`."""
    iterator = iter(items)
    while chunk := list(islice(iterator, size)):
        yield chunk
