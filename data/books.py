"""Books from a CSV file: id,title,author,pages,price and, if it has them, isbn and stock."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Final

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from data.extract import csv_rows
from data.report import CHUNK_DEADLINE_S, Finding, Progress, Report, chunks
from data.transform import FILE_ID_MAX, cents, checked, separate_authors, whole_number
from domain.books import AUTHORS_MAX, BookRow, Pages, StockLevel, Title
from domain.isbn import Isbn
from domain.money import number_from_cents
from domain.values import Text
from repository import books
from repository.mongo.core import deadline_in
from repository.storage import Storage

COLUMNS: Final = ("id", "title", "author", "pages", "price")
COMPARED: Final = {
    "title": "title",
    "author": "authors",
    "pages": "pages",
    "price": "price_cents",
    "isbn": "isbn",
}
"""Columns and the fields that they fill. Stock is not compared: it moves as copies are sold."""


class FileBook(BaseModel):
    """A book of a file; a row without `stock` is one copy."""

    model_config = ConfigDict(extra="ignore")

    id: Annotated[int, BeforeValidator(whole_number), Field(le=FILE_ID_MAX)]
    title: Title
    author: Annotated[list[Text], Field(max_length=AUTHORS_MAX), BeforeValidator(separate_authors)]
    pages: Annotated[Pages, BeforeValidator(whole_number)]
    price: Annotated[int, BeforeValidator(cents)]
    isbn: Isbn | None = None
    stock: Annotated[StockLevel, BeforeValidator(whole_number)] = 1

    def row(self) -> BookRow:
        """The book as a row of the database."""
        return BookRow(
            id=self.id,
            title=self.title,
            authors=self.author,
            pages=self.pages,
            price_cents=self.price,
            isbn=self.isbn,
            stock=self.stock,
        )


@dataclass
class _Seen:
    """The first line of the file with each id and each ISBN."""

    ids: dict[int, int] = field(default_factory=dict)
    isbns: dict[str, int] = field(default_factory=dict)

    def problem(self, line: int, book: FileBook) -> Finding | None:
        """What the book repeats of earlier lines; if nothing, note its line."""
        if book.id in self.ids:
            return Finding(line, "id", f"is on line {self.ids[book.id]} already")
        if book.isbn is not None and book.isbn in self.isbns:
            return Finding(line, "isbn", f"is on line {self.isbns[book.isbn]} already")
        self.ids[book.id] = line
        if book.isbn is not None:
            self.isbns[book.isbn] = line
        return None


async def load(storage: Storage | None, path: Path, progress: Progress, *, dry_run: bool) -> Report:
    """Load the books that are missing, by id; see `Loader`."""
    report = Report()
    for chunk in chunks(_rows(path, report)):
        good = [(line, book) for line, book in chunk if book is not None]
        await _load_chunk(storage, good, report, dry_run=dry_run)
        progress(len(chunk))
    return report


def _rows(path: Path, report: Report) -> Iterator[tuple[int, FileBook | None]]:
    """The books of a file with their lines; invalid rows go to the report."""
    seen = _Seen()
    for row in csv_rows(path, COLUMNS):
        report.read += 1
        book = checked(row, FileBook)
        problems = book if isinstance(book, list) else []
        if isinstance(book, FileBook) and (problem := seen.problem(row.line, book)):
            problems = [problem]
        report.rejects += problems
        yield row.line, book if isinstance(book, FileBook) and not problems else None


async def _load_chunk(
    storage: Storage | None, chunk: list[tuple[int, FileBook]], report: Report, *, dry_run: bool
) -> None:
    if storage is None or not chunk:
        report.loaded += len(chunk)
        return
    lines = {book.id: line for line, book in chunk}
    rows = [book.row() for _, book in chunk]
    if dry_run:
        arrival = await books.compare(storage.database, rows)
    else:
        await storage.database.skip_ids(books.BOOKS, max(lines))
        change = books.add_missing(rows)
        arrival = await storage.core.submit(change, deadline=deadline_in(CHUNK_DEADLINE_S))
    report.loaded += len(arrival.missing)
    for book, stored in arrival.present:
        differences = _differences(lines[book.id], book, stored)
        report.differences += differences
        report.unchanged += not differences
    report.rejects += [
        Finding(lines[book_id], "isbn", f"is the ISBN of book {holder} already")
        for book_id, holder in arrival.isbn_holders.items()
    ]


def _differences(line: int, book: BookRow, stored: BookRow) -> list[Finding]:
    """The differences between the file and the database, which does not change."""
    return [
        Finding(
            line,
            column,
            f"is stored as {_shown(name, stored)}; the file has {_shown(name, book)}",
        )
        for column, name in COMPARED.items()
        if getattr(book, name) is not None and getattr(book, name) != getattr(stored, name)
    ]


def _shown(name: str, book: BookRow) -> str:
    if name == "price_cents":
        return str(number_from_cents(book.price_cents))
    return repr(getattr(book, name))
