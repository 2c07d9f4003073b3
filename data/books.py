"""Books from a CSV file: title,author,pages,price and, if it has them, id, isbn and stock.

A file without ids gets new ones.
"""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Annotated, Final

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from data.extract import Row, csv_columns, csv_rows
from data.layout import UTF_8, Layout
from data.report import CHUNK_DEADLINE_S, Finding, Progress, Report, chunks
from data.transform import (
    FILE_ID_MAX,
    cents,
    checked,
    isbn_of,
    separate_authors,
    shown,
    whole_number,
    with_point,
)
from domain.books import AUTHORS_MAX, BookRow, Pages, StockLevel, Title
from domain.isbn import Isbn
from domain.money import number_from_cents
from domain.values import Text
from repository import book_files, books
from repository.mongo.core import deadline_in
from repository.storage import Storage

COLUMNS: Final = ("title", "author", "pages", "price")
FIELDS: Final = ("id", *COLUMNS, "isbn", "stock")
ALIASES: Final = {"authors": "author"}
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
    """0 in a file without ids."""
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


@dataclass(frozen=True, slots=True)
class BookFile:
    """How a file of books is written; what is not given is found.

    With `new_ids` the ids of the file are not used.
    """

    layout: Layout = field(default_factory=Layout)
    authors_delimiter: str | None = None
    new_ids: bool = False


@dataclass
class _Seen:
    """The first line of the file with each id, ISBN and, without ids, each identity."""

    has_ids: bool
    lines: dict[tuple[str, object], int] = field(default_factory=dict)

    def problem(self, line: int, book: FileBook) -> Finding | None:
        """What the book repeats of earlier lines; if nothing, note its line."""
        marks: list[tuple[str, object]] = [("id", book.id)] if self.has_ids else []
        if book.isbn is not None:
            marks.append(("isbn", book.isbn))
        elif not self.has_ids:
            marks.append(("", book_files.identity(book.row())))
        for column, value in marks:
            earlier = self.lines.get((column, value))
            if earlier is not None:
                return _repeated(line, column, value, earlier)
        self.lines |= dict.fromkeys(marks, line)
        return None


def _repeated(line: int, column: str, value: object, earlier: int) -> Finding:
    if not column:
        problem = f"is the same book as line {earlier}; give the number of copies as its stock"
        return Finding(line, "", problem)
    return Finding(line, column, f"is on line {earlier} already", value=shown(value))


async def load(
    storage: Storage | None,
    path: Path,
    progress: Progress,
    *,
    dry_run: bool,
    file: BookFile | None = None,
) -> Report:
    """Load the books that are missing, by id or, in a file without ids, by what they are.

    See `Loader`.
    """
    file = file or BookFile()
    given = replace(file.layout, aliases=ALIASES)
    layout = await asyncio.to_thread(given.found_in, path, COLUMNS)
    file = replace(file, layout=layout)
    has_ids = "id" in csv_columns(path, layout) and not file.new_ids
    load_chunk = _load_chunk if has_ids else _load_new
    report = Report()
    if given.encoding is None and layout.encoding not in {UTF_8, "utf-16", "utf-32"}:
        problem = f"reads as {layout.encoding}; if letters are wrong, give --encoding"
        report.notes.append(Finding(1, "", problem, "encoding"))
    for chunk in chunks(_rows(path, file, report, has_ids=has_ids)):
        good = [(line, book) for line, book in chunk if book is not None]
        await load_chunk(storage, good, report, dry_run=dry_run)
        progress(len(chunk))
    for findings in (report.rejects, report.differences, report.notes):
        findings[:] = [replace(each, column=layout.column(each.column)) for each in findings]
    return report


def _rows(
    path: Path, file: BookFile, report: Report, *, has_ids: bool
) -> Iterator[tuple[int, FileBook | None]]:
    """The books of a file with their lines; invalid rows go to the report."""
    seen = _Seen(has_ids)
    for row in csv_rows(path, COLUMNS, file.layout):
        report.read += 1
        warning = _prepare(row, file)
        if not has_ids:
            row.cells["id"] = 0
        book = checked(row, FileBook)
        problems = book if isinstance(book, list) else []
        if isinstance(book, FileBook) and (problem := seen.problem(row.line, book)):
            problems = [problem]
        report.rejects += problems
        if warning is not None and not problems:
            report.notes.append(warning)
        yield row.line, book if isinstance(book, FileBook) and not problems else None


def _prepare(row: Row, file: BookFile) -> Finding | None:
    """Separate the authors, read the ISBN, and a price's comma where cells are not parted by it.

    Returns the warning if the ISBN is left out because it is none.
    """
    cells = row.cells
    if file.authors_delimiter is not None and "author" in cells:
        cells["author"] = cells["author"].split(file.authors_delimiter)
    if file.layout.delimiter != "," and "price" in cells:
        cells["price"] = with_point(cells["price"])
    written = cells.pop("isbn", None)
    if written is None:
        return None
    try:
        isbn = isbn_of(written)
    except ValueError as failure:
        return Finding(row.line, "isbn", f"{failure}; left out", value=shown(written))
    if isbn is not None:
        cells["isbn"] = isbn
    return None


async def _load_chunk(
    storage: Storage | None, chunk: list[tuple[int, FileBook]], report: Report, *, dry_run: bool
) -> None:
    if storage is None or not chunk:
        report.loaded += len(chunk)
        return
    lines = {book.id: line for line, book in chunk}
    isbns = {book.id: book.isbn for _, book in chunk}
    rows = [book.row() for _, book in chunk]
    if dry_run:
        arrival = await books.compare(storage.database, rows)
    else:
        await storage.database.skip_ids(books.BOOKS, max(lines))
        change = books.add_missing(rows)
        arrival = await storage.core.submit(change, deadline=deadline_in(CHUNK_DEADLINE_S))
    report.loaded += len(arrival.missing)
    for book, stored in arrival.present:
        _report_stored(lines[book.id], book, stored, report)
    report.rejects += [
        Finding(
            lines[book_id],
            "isbn",
            f"is the ISBN of book {holder} already",
            value=shown(isbns[book_id]),
        )
        for book_id, holder in arrival.isbn_holders.items()
    ]


async def _load_new(
    storage: Storage | None, chunk: list[tuple[int, FileBook]], report: Report, *, dry_run: bool
) -> None:
    """Load rows of a file without ids."""
    if storage is None or not chunk:
        report.loaded += len(chunk)
        return
    rows = [book.row() for _, book in chunk]
    if dry_run:
        before = await book_files.compare(storage.database, rows)
    else:
        alike = await book_files.described(storage.database, rows)
        change = book_files.add_new(rows, alike)
        before = await storage.core.submit(change, deadline=deadline_in(CHUNK_DEADLINE_S))
    for (line, _), book, stored in zip(chunk, rows, before, strict=True):
        if stored is None:
            report.loaded += 1
        else:
            _report_stored(line, book, stored, report)


def _report_stored(line: int, book: BookRow, stored: BookRow, report: Report) -> None:
    differences = _differences(line, book, stored)
    report.differences += differences
    report.unchanged += not differences


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
