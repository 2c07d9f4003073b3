"""The report of a load, and the protocol of all loaders."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Final, Protocol, Self, TypeVar

from repository.storage import Storage

CHUNK_ROWS: Final = 500
"""Rows per transaction."""

CHUNK_DEADLINE_S: Final = 60.0
"""For one transaction's rows."""

Item = TypeVar("Item")
Progress = Callable[[int], object]
"""Is called with the number of further rows that are done."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A remark on one row: its first line, the column (empty: the whole row), the problem.

    `value` is what the column holds, as it is shown.
    """

    line: int
    column: str
    problem: str
    place: str = ""
    """The place in a file without useful lines, such as `store 7, book 3`."""

    value: str = ""


@dataclass
class Report:
    """What became of the rows of a file: each is loaded, unchanged, kept or rejected.

    `unchanged` rows equal those in the database. `kept` ones differ from those in the database,
    which do not change. `rejects` break a rule; one row may break several. `notes` are remarks on
    loaded rows.
    """

    read: int = 0
    loaded: int = 0
    unchanged: int = 0
    differences: list[Finding] = field(default_factory=list)
    rejects: list[Finding] = field(default_factory=list)
    notes: list[Finding] = field(default_factory=list)
    parts: dict[str, "Report"] = field(default_factory=dict)
    """The reports of each kind of row, if the files have several; this one is then their sum."""

    @property
    def kept(self) -> int:
        """Rows that differ from those in the database, which did not change."""
        if self.parts:
            return sum(part.kept for part in self.parts.values())
        return len({finding.line for finding in self.differences})

    @property
    def rejected(self) -> int:
        """Rejected rows."""
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
        self, storage: Storage | None, path: Path, progress: Progress, *, dry_run: bool
    ) -> Report:
        """Load the missing rows; without storage, only check the file.

        Loading a file again changes nothing; after an interruption it resumes where it was. A dry
        run reports the same and writes nothing. Raises UnreadableFileError, or an OctavoError when
        the database refuses it.
        """


def chunks(items: Iterable[Item], size: int = CHUNK_ROWS) -> Iterator[list[Item]]:
    """The items in order, in lists of `size`."""
    iterator = iter(items)
    while chunk := list(islice(iterator, size)):
        yield chunk
