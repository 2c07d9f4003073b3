"""python -m data.load: put a file into the database; loading it again changes nothing.

The database is the one that OCTAVO_MONGO_URL names, else the embedded one in OCTAVO_DATA_DIR, also
while a service runs on it. Rows that break a rule are listed and left out, all others are loaded.
Interrupted, it is safe to run again: it goes on where it was.
"""

import argparse
import asyncio
import contextlib
import sys
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tqdm import tqdm

from data import books, library
from data.extract import UnreadableFileError, csv_row_count, json_row_count
from data.report import Finding, Loader, Report
from data.sources import DEMO_BOOKS, DEMO_LIBRARY_BOOKS, DEMO_LIBRARY_MEMBERS
from domain.errors import OctavoError
from repository.mongo_connection import Database
from repository.storage import START_FAILURES, StorageSettings, open_database

FAILED: Final = 1
INTERRUPTED: Final = 130


@dataclass(frozen=True, slots=True)
class FileKind:
    """One kind of file: its name on the command line, what it holds, how it is loaded."""

    name: str
    holds: str
    load: Loader
    count: Callable[[Path], int]
    """How many rows a file has."""


KINDS: Final = {
    "books": (
        FileKind(
            "file",
            "books from a CSV file: id,title,author,pages,price and, if there are, isbn,stock",
            books.load,
            csv_row_count,
        ),
    ),
    "library": (
        FileKind(
            "books",
            "copies for loan from a JSON file: book_id, book_name, total_copies or"
            " number_of_copies, and, if there are, available_copies",
            library.load_books,
            json_row_count,
        ),
        FileKind(
            "members",
            "members from a JSON file: member_id, member_name",
            library.load_members,
            json_row_count,
        ),
    ),
}
"""The files that go together, in the order in which they are given and loaded."""

DEMO: Final = (
    ("books", (DEMO_BOOKS,)),
    ("library", (DEMO_LIBRARY_BOOKS, DEMO_LIBRARY_MEMBERS)),
)
"""What the demo shows, in the order in which it is loaded."""


async def load_demo(database: Database) -> None:
    """Load what the demo shows; at every start but the first this changes nothing."""
    for kind, paths in DEMO:
        for file_kind, path in zip(KINDS[kind], paths, strict=True):
            await file_kind.load(database, path, lambda _: None, dry_run=False)
    await library.begin_demo(database)


def main() -> int:
    """Load the files that the command line names.

    0 when they were gone through, rejected rows or not; 1 when it could not be done.
    """
    options = _options()
    files = [(each, getattr(options, each.name)) for each in KINDS[options.kind]]
    try:
        reports = asyncio.run(_load(files, dry_run=options.dry_run))
    except (UnreadableFileError, OctavoError, *START_FAILURES) as failure:
        sys.stderr.write(f"{failure}\n")
        return FAILED
    except KeyboardInterrupt:
        sys.stderr.write("Interrupted. What was loaded stays; run it again to go on.\n")
        return INTERRUPTED
    for report in reports:
        _print(report, dry_run=options.dry_run)
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m data.load",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    kinds = parser.add_subparsers(dest="kind", required=True)
    for name, file_kinds in KINDS.items():
        holds = "; ".join(each.holds for each in file_kinds)
        of_kind = kinds.add_parser(name, help=holds, description=holds)
        for each in file_kinds:
            of_kind.add_argument(each.name, type=Path, help=each.holds)
        of_kind.add_argument(
            "--dry-run", action="store_true", help="say what would happen, change nothing"
        )
    return parser.parse_args()


async def _load(files: list[tuple[FileKind, Path]], *, dry_run: bool) -> list[Report]:
    rows = [kind.count(path) for kind, path in files]
    reports = []
    async with _database(dry_run=dry_run) as database:
        for (kind, path), total in zip(files, rows, strict=True):
            with tqdm(unit=" rows", desc=path.name, total=total) as bar:
                reports.append(await kind.load(database, path, bar.update, dry_run=dry_run))
    return reports


@contextlib.asynccontextmanager
async def _database(*, dry_run: bool) -> AsyncIterator[Database | None]:
    """The database; None for a dry run where there is none yet, which it does not make."""
    settings = StorageSettings()
    if dry_run and settings.mongo_url is None and not settings.data_dir.exists():
        yield None
        return
    async with open_database(settings) as database:
        yield database


def _print(report: Report, *, dry_run: bool) -> None:
    _print_findings("kept as in the database", report.differences)
    _print_findings("rejected", report.rejects)
    _print_findings("to know", report.notes)
    counts = [
        ("read", report.read),
        ("would load" if dry_run else "loaded", report.loaded),
        ("unchanged", report.unchanged),
        ("kept", report.kept),
        ("rejected", report.rejected),
    ]
    sys.stdout.writelines(f"{name:<11}{count:>9,}\n" for name, count in counts)


def _print_findings(title: str, findings: list[Finding]) -> None:
    if findings:
        sys.stdout.write(f"{title}:\n")
    for finding in findings:
        where = (
            f"line {finding.line}, {finding.column}" if finding.column else f"line {finding.line}"
        )
        sys.stdout.write(f"  {where}: {finding.problem}\n")


if __name__ == "__main__":
    sys.exit(main())
