"""python -m data.load: put a file into the database; loading it again changes nothing."""

import argparse
import asyncio
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Final

from tqdm import tqdm

from data.extract import UnreadableFileError, csv_rows
from data.sources import DEMO_BOOKS
from data.transform import BOOK_COLUMNS, BookRow, Reject, book_row
from domain.errors import OctavoError
from repository import books, transactions
from repository.mongo_connection import Database
from repository.storage import START_FAILURES, StorageSettings, open_database

CHUNK_ROWS: Final = 500
CHUNK_DEADLINE_S: Final = 60.0
FAILED: Final = 1

Progress = Callable[[int], object]


@dataclass
class Report:
    """What became of the rows of a file."""

    read: int = 0
    loaded: int = 0
    unchanged: int = 0
    rejects: list[Reject] = field(default_factory=list)

    @property
    def rejected(self) -> int:
        """Rows that were left out; one row may have several faults."""
        return len({reject.line for reject in self.rejects})


async def load_books(
    database: Database | None, path: Path, progress: Progress = lambda _: None
) -> Report:
    """Load books by id, those that are not there yet; without a database only judge the file.

    Raises UnreadableFileError, or an OctavoError when the database refuses for good.
    """
    report = Report()
    for chunk in _chunks(_good_books(path, report), CHUNK_ROWS):
        if database is None:
            report.loaded += len(chunk)
        else:
            await _load_chunk(database, chunk, report)
        progress(len(chunk))
    return report


def _good_books(path: Path, report: Report) -> Iterator[tuple[int, BookRow]]:
    """The books of a file with their lines; what is no book goes to the report."""
    first_lines: dict[int, int] = {}
    for row in csv_rows(path, BOOK_COLUMNS):
        report.read += 1
        book = book_row(row)
        if isinstance(book, list):
            report.rejects += book
        elif book.id in first_lines:
            problem = f"stands on line {first_lines[book.id]} already"
            report.rejects.append(Reject(row.line, "id", problem))
        else:
            first_lines[book.id] = row.line
            yield row.line, book


def _chunks(items: Iterable[tuple[int, BookRow]], size: int) -> Iterator[list[tuple[int, BookRow]]]:
    iterator = iter(items)
    while chunk := list(islice(iterator, size)):
        yield chunk


async def _load_chunk(database: Database, chunk: list[tuple[int, BookRow]], report: Report) -> None:
    lines = {book.id: line for line, book in chunk}
    documents = [
        books.book_document(
            book.id,
            title=book.title,
            authors=book.author,
            pages=book.pages,
            price_cents=book.price,
            isbn=book.isbn,
            stock=book.stock,
        )
        for _, book in chunk
    ]
    await database.skip_ids(books.BOOKS, max(lines))
    deadline = asyncio.get_running_loop().time() + CHUNK_DEADLINE_S
    outcome = await transactions.run(
        database, lambda transaction: books.add_missing(transaction, documents), deadline=deadline
    )
    report.loaded += outcome.added
    report.unchanged += outcome.present
    report.rejects += [
        Reject(lines[book_id], "isbn", f"is the ISBN of book {holder}")
        for book_id, holder in outcome.isbn_holders.items()
    ]


async def load_demo(database: Database) -> None:
    """Load what the demo shows; at every start but the first this changes nothing."""
    await load_books(database, DEMO_BOOKS)


def main() -> int:
    """Load one file as the command line says; 0 unless it could not be done at all."""
    parser = argparse.ArgumentParser(prog="python -m data.load", description=__doc__)
    kinds = parser.add_subparsers(dest="kind", required=True)
    kind = kinds.add_parser("books", help="books from a CSV file: id,title,author,pages,price")
    kind.add_argument("file", type=Path)
    kind.add_argument("--dry-run", action="store_true", help="judge the file, change nothing")
    options = parser.parse_args()
    try:
        report = asyncio.run(_load(options.file, dry_run=options.dry_run))
    except (UnreadableFileError, OctavoError, *START_FAILURES) as failure:
        sys.stderr.write(f"{failure}\n")
        return FAILED
    _print(report, dry_run=options.dry_run)
    return 0


async def _load(path: Path, *, dry_run: bool) -> Report:
    with tqdm(unit=" rows", desc=path.name) as bar:
        if dry_run:
            return await load_books(None, path, bar.update)
        async with open_database(StorageSettings()) as database:
            return await load_books(database, path, bar.update)


def _print(report: Report, *, dry_run: bool) -> None:
    for reject in report.rejects:
        sys.stdout.write(f"line {reject.line}, {reject.column}: {reject.problem}\n")
    loaded = "would load" if dry_run else "loaded"
    rows = [
        ("read", report.read),
        (loaded, report.loaded),
        ("unchanged", report.unchanged),
        ("rejected", report.rejected),
    ]
    sys.stdout.writelines(f"{name:<11}{count:>9,}\n" for name, count in rows)


if __name__ == "__main__":
    sys.exit(main())
