"""The library's books and members from JSON files, and the first events of the demo."""

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, Final, TypeVar

from pydantic import AliasChoices, BaseModel, BeforeValidator, ConfigDict, Field

from data.extract import json_row_count, json_rows
from data.report import CHUNK_DEADLINE_S, Finding, Progress, Report, chunks
from data.transform import FILE_ID_MAX, checked, whole_number
from domain.books import BookRow, Title
from domain.circulation import LoanTerms
from domain.emails import Email
from domain.library import Copies
from domain.members import MemberName
from repository import library, library_loading, members
from repository.books import BOOKS
from repository.members import MEMBERS
from repository.mongo.changes import Change
from repository.mongo.core import deadline_in
from repository.storage import Storage

FileId = Annotated[int, BeforeValidator(whole_number), Field(le=FILE_ID_MAX)]
FileCopies = Annotated[Copies, BeforeValidator(whole_number)]

UNKNOWN_AUTHOR: Final = "Unknown"
"""The author of books added to the catalogue: a file of the library has no authors."""


class LibraryBookRow(BaseModel):
    """A book of a file with its copies for loan."""

    model_config = ConfigDict(extra="ignore")

    id: FileId = Field(validation_alias="book_id")
    title: Title = Field(validation_alias="book_name")
    copies: FileCopies = Field(validation_alias=AliasChoices("total_copies", "number_of_copies"))
    available: FileCopies | None = Field(None, validation_alias="available_copies")

    @property
    def copies_here(self) -> int:
        """Copies that can be lent: one that is out without a recorded loan cannot be returned."""
        return self.copies if self.available is None else self.available


class MemberRow(BaseModel):
    """A member of a file."""

    model_config = ConfigDict(extra="ignore")

    id: FileId = Field(validation_alias="member_id")
    name: MemberName = Field(validation_alias="member_name")
    email: Email | None = None


RowModel = TypeVar("RowModel", LibraryBookRow, MemberRow)
Rows = dict[int, tuple[int, RowModel]]
"""Rows by id, each with its number in the file."""


def _rows(
    path: Path, model: type[RowModel], report: Report
) -> Iterator[tuple[int, RowModel | None]]:
    """The rows of a file with their numbers; rows that break a rule go to the report."""
    seen: dict[int, int] = {}
    for row in json_rows(path):
        report.read += 1
        found = checked(row, model)
        if isinstance(found, model) and found.id in seen:
            found = [Finding(row.line, "id", f"is in row {seen[found.id]} already")]
        if isinstance(found, LibraryBookRow) and found.copies_here > found.copies:
            found = [Finding(row.line, "available_copies", "is more than all copies")]
        if isinstance(found, list):
            report.rejects += found
            yield row.line, None
        else:
            seen[found.id] = row.line
            yield row.line, found


async def load(
    storage: Storage | None, books: Path, members: Path, progress: Progress, *, dry_run: bool
) -> Report:
    """Load copies for loan by book id, and members by id; see `Loader`."""
    target = _Target(storage, progress, is_dry=dry_run)
    return Report.of_parts(
        {
            "books": await target.load(books, LibraryBookRow, target.add_books),
            "members": await target.load(members, MemberRow, target.add_members),
        }
    )


def row_count(books: Path, members: Path) -> int:
    """How many rows both files have."""
    return json_row_count(books) + json_row_count(members)


@dataclass
class _Target:
    """Loads rows into storage, compares them in a dry run, or only counts them without storage."""

    storage: Storage | None
    progress: Progress
    is_dry: bool

    async def load(
        self,
        path: Path,
        model: type[RowModel],
        add: Callable[[Storage, Rows[RowModel], Report], Awaitable[None]],
    ) -> Report:
        """Load the rows of one file; `add` loads some of them, or compares them in a dry run."""
        report = Report()
        for chunk in chunks(_rows(path, model, report)):
            good = {row.id: (line, row) for line, row in chunk if row is not None}
            if self.storage is None or not good:
                report.loaded += len(good)
            else:
                await add(self.storage, good, report)
            self.progress(len(chunk))
        return report

    async def add_books(self, storage: Storage, rows: Rows[LibraryBookRow], report: Report) -> None:
        """Give their copies to the books that have none."""
        if self.is_dry:
            found = await library_loading.copies_of(storage.database, list(rows))
            before = list(found.values())
        else:
            await storage.database.skip_ids(BOOKS, max(rows))
            copies = [(_catalogue_entry(row), row.copies_here) for _, row in rows.values()]
            change = library_loading.add_copies(copies)
            before = await storage.core.submit(change, deadline=deadline_in(CHUNK_DEADLINE_S))
        for (line, row), (book, total) in zip(rows.values(), before, strict=True):
            _report_copies(line, row, book, total, report)

    async def add_members(self, storage: Storage, rows: Rows[MemberRow], report: Report) -> None:
        """Add the members that are missing."""
        if self.is_dry:
            names = await members.names_of(storage.database, list(rows))
        else:
            await storage.database.skip_ids(MEMBERS, max(rows))
            wanted = [(row.id, row.name, row.email) for _, row in rows.values()]
            change = members.add_missing(wanted)
            names = await storage.core.submit(change, deadline=deadline_in(CHUNK_DEADLINE_S))
        report.loaded += len(rows) - len(names)
        for member_id, name in names.items():
            line, row = rows[member_id]
            if name == row.name:
                report.unchanged += 1
            else:
                problem = f"is stored as {name!r}; the file has {row.name!r}"
                report.differences.append(Finding(line, "member_name", problem))


def _report_copies(
    line: int, row: LibraryBookRow, book: BookRow | None, total: int | None, report: Report
) -> None:
    """Report what became of a row, from what was stored before."""
    if book is not None and not book.has_title(row.title):
        problem = f"is {row.title!r}; book {row.id} of the catalogue is {book.title!r}"
        report.rejects.append(Finding(line, "book_name", problem))
    elif total is None:
        report.loaded += 1
        report.notes += _copies_out(line, row)
    elif total == row.copies_here:
        report.unchanged += 1
    else:
        problem = f"are stored as {total}; the file has {row.copies_here}"
        report.differences.append(Finding(line, "copies", problem))


def _copies_out(line: int, row: LibraryBookRow) -> list[Finding]:
    if row.copies_here == row.copies:
        return []
    problem = f"{row.copies_here} of {row.copies} are here; only these are for loan"
    return [Finding(line, "available_copies", problem)]


def _catalogue_entry(row: LibraryBookRow) -> BookRow:
    """The row for a book that the catalogue lacks: for loan only, to be completed later."""
    return BookRow(row.id, row.title, [UNKNOWN_AUTHOR], pages=1, price_cents=0, stock=0)


DEMO_TERMS: Final = LoanTerms(fine_per_day_cents=50, fine_cents_max=200)
LONG_AGO: Final = datetime(2025, 12, 24, 18, tzinfo=UTC)


def _was_due_long_ago(member_id: int, book_id: int, terms: LoanTerms) -> Change[Any]:
    return library.set_due_date(member_id, book_id, LONG_AGO, terms)


DEMO_EVENTS: Final[tuple[tuple[int, Callable[..., Change[Any]], int, int], ...]] = (
    (2, library.checkout, 2, 44),
    (2, library.checkout, 3, 45),
    (2, library.checkout, 3, 46),
    (3, library.reserve, 4, 46),
    (4, library.return_copy, 3, 46),
    (2, library.checkout, 6, 47),
    (3, library.reserve, 5, 47),
    (2, library.checkout, 6, 48),
    (3, library.reserve, 5, 48),
    (4, library.reserve, 7, 48),
    (5, library.return_copy, 6, 48),
    (2, library.checkout, 6, 49),
    (2, library.checkout, 1, 50),
    (3, _was_due_long_ago, 1, 50),
    (4, library.return_copy, 1, 50),
)
"""The demo's first events, of every kind: the number of the event in its book's log, the kind, the
member and the book."""


async def begin_demo(storage: Storage) -> None:
    """Make the demo's first events happen, each once, even if other processes do so too."""
    for number, happen, member_id, book_id in DEMO_EVENTS:
        change = library.as_event(number, book_id, happen(member_id, book_id, DEMO_TERMS))
        await storage.core.submit(change, deadline=deadline_in(CHUNK_DEADLINE_S))
