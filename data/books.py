"""Books from a CSV file: id,title,author,pages,price and, if it has them, isbn and stock."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Final

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from data.extract import csv_rows
from data.report import CHUNK_DEADLINE_S, Finding, Progress, Report, chunks
from data.transform import FILE_ID_MAX, cents, checked, one_line, separate_authors, whole_number
from domain.books import AUTHORS_MAX, Pages, StockLevel, Title
from domain.isbn import Isbn
from domain.values import Text
from repository import books, transactions
from repository.mongo_connection import Database, Document

COLUMNS: Final = ("id", "title", "author", "pages", "price")
COMPARED: Final = {
    "title": "title",
    "author": "authors",
    "pages": "pages",
    "price": "price_cents",
    "isbn": "isbn",
}
"""Columns and the fields that they fill. Stock is not compared: it moves as copies are sold."""


class BookRow(BaseModel):
    """A book of a file; each row is a copy unless it has a `stock` of its own."""

    model_config = ConfigDict(extra="ignore")

    id: Annotated[int, BeforeValidator(whole_number), Field(le=FILE_ID_MAX)]
    title: Annotated[Title, BeforeValidator(one_line)]
    author: Annotated[list[Text], Field(max_length=AUTHORS_MAX), BeforeValidator(separate_authors)]
    pages: Annotated[Pages, BeforeValidator(whole_number)]
    price: Annotated[int, BeforeValidator(cents)]
    isbn: Isbn | None = None
    stock: Annotated[StockLevel, BeforeValidator(whole_number)] = 1

    def document(self) -> Document:
        """The book as it is kept."""
        return books.book_document(
            self.id,
            title=self.title,
            authors=self.author,
            pages=self.pages,
            price_cents=self.price,
            isbn=self.isbn,
            stock=self.stock,
        )


@dataclass
class _Seen:
    """Which line of the file brought an id or an ISBN first."""

    ids: dict[int, int] = field(default_factory=dict)
    isbns: dict[str, int] = field(default_factory=dict)

    def problem(self, line: int, book: BookRow) -> Finding | None:
        """What the book repeats of the lines before it; if nothing, its own line is noted."""
        if book.id in self.ids:
            return Finding(line, "id", f"stands on line {self.ids[book.id]} already")
        if book.isbn is not None and book.isbn in self.isbns:
            return Finding(line, "isbn", f"stands on line {self.isbns[book.isbn]} already")
        self.ids[book.id] = line
        if book.isbn is not None:
            self.isbns[book.isbn] = line
        return None


async def load(
    database: Database | None, path: Path, progress: Progress, *, dry_run: bool
) -> Report:
    """Load books by id, those that are not there yet: see `Loader`."""
    report = Report()
    for chunk in chunks(_rows(path, report)):
        good = [(line, book) for line, book in chunk if book is not None]
        await _load_chunk(database, good, report, dry_run=dry_run)
        progress(len(chunk))
    return report


def _rows(path: Path, report: Report) -> Iterator[tuple[int, BookRow | None]]:
    """The books of a file with their lines; what is no book goes to the report."""
    seen = _Seen()
    for row in csv_rows(path, COLUMNS):
        report.read += 1
        book = checked(row, BookRow)
        problems = book if isinstance(book, list) else []
        if isinstance(book, BookRow) and (problem := seen.problem(row.line, book)):
            problems = [problem]
        report.rejects += problems
        yield row.line, book if isinstance(book, BookRow) and not problems else None


async def _load_chunk(
    database: Database | None,
    chunk: list[tuple[int, BookRow]],
    report: Report,
    *,
    dry_run: bool,
) -> None:
    if database is None or not chunk:
        report.loaded += len(chunk)
        return
    lines = {book.id: line for line, book in chunk}
    documents = [book.document() for _, book in chunk]
    if dry_run:
        arrival = await books.compare(database, documents)
    else:
        await database.skip_ids(books.BOOKS, max(lines))
        deadline = asyncio.get_running_loop().time() + CHUNK_DEADLINE_S
        arrival = await transactions.run(
            database, lambda attempt: books.add_missing(attempt, documents), deadline=deadline
        )
    report.loaded += len(arrival.missing)
    for document, standing in arrival.present:
        differences = _differences(lines[document["_id"]], document, standing)
        report.differences += differences
        report.unchanged += not differences
    report.rejects += [
        Finding(lines[book_id], "isbn", f"is the ISBN of book {holder} already")
        for book_id, holder in arrival.isbn_holders.items()
    ]


def _differences(line: int, document: Document, standing: Document) -> list[Finding]:
    """What the file says otherwise than the database, which keeps what it has."""
    return [
        Finding(line, column, f"is kept as {standing.get(name)!r}; the file has {document[name]!r}")
        for column, name in COMPARED.items()
        if name in document and document[name] != standing.get(name)
    ]
