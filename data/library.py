"""The library's books and members from JSON files, and how the demo's circulation starts."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Final, Protocol, TypeVar

from pydantic import AliasChoices, BaseModel, BeforeValidator, ConfigDict, Field

from data.extract import json_row_count, json_rows
from data.report import CHUNK_DEADLINE_S, Finding, Progress, Report, chunks
from data.transform import FILE_ID_MAX, checked, whole_number
from domain.books import Title
from domain.circulation import LoanTerms
from domain.emails import Email
from domain.library import Copies
from domain.members import MemberName
from domain.words import sort_key
from repository import books, circulation, library, members, transactions
from repository.instants import now
from repository.mongo_connection import Database, Document, Documents
from repository.transactions import Transaction

FileId = Annotated[int, BeforeValidator(whole_number), Field(le=FILE_ID_MAX)]
FileCopies = Annotated[Copies, BeforeValidator(whole_number)]

UNKNOWN_AUTHOR: Final = "Unknown"
"""A file of the library has no authors; a book that the catalogue lacks is added with this."""


class LibraryBookRow(BaseModel):
    """A book of a file with its copies for loan."""

    model_config = ConfigDict(extra="ignore")

    id: FileId = Field(validation_alias="book_id")
    title: Title = Field(validation_alias="book_name")
    copies: FileCopies = Field(validation_alias=AliasChoices("total_copies", "number_of_copies"))
    available: FileCopies | None = Field(None, validation_alias="available_copies")

    @property
    def copies_here(self) -> int:
        """Copies that can be lent: one that is out without a loan on record cannot come back."""
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
    """The rows of a file by their number; what breaks a rule goes to the report."""
    seen: dict[int, int] = {}
    for row in json_rows(path):
        report.read += 1
        found = checked(row, model)
        if isinstance(found, model) and found.id in seen:
            found = [Finding(row.line, "id", f"stands in row {seen[found.id]} already")]
        if isinstance(found, LibraryBookRow) and found.copies_here > found.copies:
            found = [Finding(row.line, "available_copies", "is more than all copies")]
        if isinstance(found, list):
            report.rejects += found
            yield row.line, None
        else:
            seen[found.id] = row.line
            yield row.line, found


async def load(
    database: Database | None, books: Path, members: Path, progress: Progress, *, dry_run: bool
) -> Report:
    """Load copies for loan by book id, and members by theirs, as every `Loader` does."""
    return Report.of_parts(
        {
            "books": await _load(_BooksLoad(), database, books, progress, dry_run=dry_run),
            "members": await _load(_MembersLoad(), database, members, progress, dry_run=dry_run),
        }
    )


def row_count(books: Path, members: Path) -> int:
    """How many rows both files have."""
    return json_row_count(books) + json_row_count(members)


class _Load(Protocol[RowModel]):
    """What is particular about loading one kind of row."""

    model: type[RowModel]
    ids_of: str

    async def judge(
        self, documents: Documents, rows: Rows[RowModel], report: Report
    ) -> list[RowModel]:
        """The rows that are to be added; all others go to the report."""

    async def add(self, transaction: Transaction, rows: list[RowModel]) -> None:
        """Add rows that are not there yet."""


async def _load(
    load: _Load[RowModel],
    database: Database | None,
    path: Path,
    progress: Progress,
    *,
    dry_run: bool,
) -> Report:
    report = Report()
    for chunk in chunks(_rows(path, load.model, report)):
        good = {row.id: (line, row) for line, row in chunk if row is not None}
        if database is None or not good:
            report.loaded += len(good)
        elif dry_run:
            report.loaded += len(await load.judge(database, good, report))
        else:
            await database.skip_ids(load.ids_of, max(good))
            report.add(await _load_chunk(load, database, good))
        progress(len(chunk))
    return report


async def _load_chunk(load: _Load[RowModel], database: Database, rows: Rows[RowModel]) -> Report:
    async def work(transaction: Transaction) -> Report:
        report = Report()
        missing = await load.judge(transaction, rows, report)
        await load.add(transaction, missing)
        report.loaded = len(missing)
        return report

    deadline = asyncio.get_running_loop().time() + CHUNK_DEADLINE_S
    return await transactions.run(database, work, deadline=deadline)


class _BooksLoad:
    model = LibraryBookRow
    ids_of = books.BOOKS

    async def judge(
        self, documents: Documents, rows: Rows[LibraryBookRow], report: Report
    ) -> list[LibraryBookRow]:
        wanted = {"_id": {"$in": list(rows)}}
        titles = {row["_id"]: row["title"] for row in await documents.find(books.BOOKS, wanted)}
        totals = {
            row["_id"]: row["total"] for row in await documents.find(circulation.HOLDINGS, wanted)
        }
        missing = []
        for line, row in rows.values():
            title = titles.get(row.id, row.title)
            if sort_key(title) != sort_key(row.title):
                problem = f"is {row.title!r}; book {row.id} of the catalogue is {title!r}"
                report.rejects.append(Finding(line, "book_name", problem))
            elif row.id not in totals:
                missing.append(row)
                report.notes += _copies_out(line, row)
            elif totals[row.id] == row.copies_here:
                report.unchanged += 1
            else:
                problem = f"are kept as {totals[row.id]}; the file has {row.copies_here}"
                report.differences.append(Finding(line, "copies", problem))
        return missing

    async def add(self, transaction: Transaction, rows: list[LibraryBookRow]) -> None:
        wanted = {"_id": {"$in": [row.id for row in rows]}}
        present = {row["_id"] for row in await transaction.find(books.BOOKS, wanted)}
        for row in rows:
            if row.id not in present:
                transaction.append(books.BOOKS, _catalogue_entry(row))
            await library.first_copies(transaction, row.id, row.copies_here, now())


def _copies_out(line: int, row: LibraryBookRow) -> list[Finding]:
    if row.copies_here == row.copies:
        return []
    problem = f"{row.copies_here} of {row.copies} are here; only these are for loan"
    return [Finding(line, "available_copies", problem)]


def _catalogue_entry(row: LibraryBookRow) -> Document:
    """A book that the catalogue lacks: for loan only, to be completed with books.update."""
    return books.book_document(
        row.id,
        title=row.title,
        authors=[UNKNOWN_AUTHOR],
        pages=1,
        price_cents=0,
        isbn=None,
        stock=0,
    )


class _MembersLoad:
    model = MemberRow
    ids_of = members.MEMBERS

    async def judge(
        self, documents: Documents, rows: Rows[MemberRow], report: Report
    ) -> list[MemberRow]:
        names = await members.present_of(documents, list(rows))
        for member_id, name in names.items():
            line, row = rows[member_id]
            if name == row.name:
                report.unchanged += 1
            else:
                problem = f"is kept as {name!r}; the file has {row.name!r}"
                report.differences.append(Finding(line, "member_name", problem))
        return [row for _, row in rows.values() if row.id not in names]

    async def add(self, transaction: Transaction, rows: list[MemberRow]) -> None:
        for row in rows:
            member = members.member_document(row.id, row.name, row.email, now())
            transaction.append(members.MEMBERS, member)


DEMO_EVENTS: Final = (
    (library.checkout, 2, 44),
    (library.checkout, 3, 45),
    (library.checkout, 3, 46),
    (library.reserve, 4, 46),
    (library.return_copy, 3, 46),
    (library.checkout, 6, 47),
    (library.reserve, 5, 47),
    (library.checkout, 6, 48),
    (library.reserve, 5, 48),
    (library.reserve, 7, 48),
    (library.return_copy, 6, 48),
    (library.checkout, 6, 49),
)
"""Member and book of what has happened when the demo starts: something of everything to look at."""


async def begin_demo(database: Database) -> None:
    """Let the demo's first events happen, unless something has circulated already."""

    async def begin(transaction: Transaction) -> None:
        last = DEMO_EVENTS[-1]
        of_last = {"book_id": last[2], "number": {"$gt": 1}}
        if await transaction.find_one(circulation.EVENTS, of_last) is not None:
            return
        for happen, member_id, book_id in DEMO_EVENTS:
            await happen(transaction, member_id, book_id, LoanTerms(), now())

    deadline = asyncio.get_running_loop().time() + CHUNK_DEADLINE_S
    await transactions.run(database, begin, deadline=deadline)
