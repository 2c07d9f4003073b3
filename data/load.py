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

from data import books
from data.extract import UnreadableFileError, csv_row_count
from data.report import Finding, Loader, Report
from data.sources import DEMO_BOOKS
from domain.errors import OctavoError
from repository.mongo_connection import Database
from repository.storage import START_FAILURES, StorageSettings, open_database

FAILED: Final = 1
INTERRUPTED: Final = 130


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of file: what it holds, how it is loaded, and how its rows are counted."""

    holds: str
    load: Loader
    count: Callable[[Path], int]


KINDS: Final = {
    "books": Kind(
        "books from a CSV file: id,title,author,pages,price and, if there are, isbn,stock",
        books.load,
        csv_row_count,
    ),
}
DEMO: Final = (("books", DEMO_BOOKS),)
"""What the demo shows, in the order in which it is loaded."""


async def load_demo(database: Database) -> None:
    """Load what the demo shows; at every start but the first this changes nothing."""
    for kind, path in DEMO:
        await KINDS[kind].load(database, path, lambda _: None, dry_run=False)


def main() -> int:
    """Load one file as the command line says.

    0 when the file was gone through, rejected rows or not; 1 when it could not be done.
    """
    options = _options()
    try:
        report = asyncio.run(_load(KINDS[options.kind], options.file, dry_run=options.dry_run))
    except (UnreadableFileError, OctavoError, *START_FAILURES) as failure:
        sys.stderr.write(f"{failure}\n")
        return FAILED
    except KeyboardInterrupt:
        sys.stderr.write("Interrupted. What was loaded stays; run it again to go on.\n")
        return INTERRUPTED
    _print(report, dry_run=options.dry_run)
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m data.load",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    kinds = parser.add_subparsers(dest="kind", required=True)
    for name, kind in KINDS.items():
        of_kind = kinds.add_parser(name, help=kind.holds, description=kind.holds)
        of_kind.add_argument("file", type=Path)
        of_kind.add_argument(
            "--dry-run", action="store_true", help="say what would happen, change nothing"
        )
    return parser.parse_args()


async def _load(kind: Kind, path: Path, *, dry_run: bool) -> Report:
    rows = kind.count(path)
    async with _database(dry_run=dry_run) as database:
        with tqdm(unit=" rows", desc=path.name, total=rows) as bar:
            return await kind.load(database, path, bar.update, dry_run=dry_run)


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
