"""python -m data.load: put a file into the database; loading it again changes nothing.

The database is the one that OCTAVO_MONGO_URL names, else the embedded one in OCTAVO_DATA_DIR, also
while a service runs on it. Rows that break a rule are listed and left out, all others are loaded.
After an interruption run it again: it resumes where it was.
"""

import argparse
import asyncio
import contextlib
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from tqdm import tqdm

from data import books, exported, library, marketplace
from data.command import exit_on_failure, parser_of
from data.extract import csv_row_count
from data.layout import Layout
from data.report import Finding, Report
from data.sources import (
    DEMO_BOOKS,
    DEMO_LIBRARY_BOOKS,
    DEMO_LIBRARY_MEMBERS,
    DEMO_STORES,
    DEMO_USERS,
)
from repository import demo
from repository.accounts import ACCOUNTS
from repository.books import BOOKS
from repository.circulation import HOLDINGS
from repository.members import MEMBERS
from repository.mongo.collections import Collection
from repository.storage import Storage, StorageSettings, open_storage
from repository.store_directory import STORES


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of file: its contents, its loader, and the count of its rows."""

    holds: str
    load: Callable[..., Awaitable[Report]]
    """A `Loader`, which takes a path for each of `files`."""
    count: Callable[..., int]
    files: tuple[str, ...] = ("file",)
    options: Callable[[argparse.ArgumentParser], None] = lambda _: None
    """Adds the options that only this kind has."""
    given: Callable[[argparse.Namespace], dict[str, Any]] = lambda _: {}
    """What its loader takes of them."""


def _add_book_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--encoding", type=_encoding, help="such as utf-8 or cp1252; found if left out"
    )
    parser.add_argument(
        "--delimiter", type=_delimiter, help="such as ';' or '\\t'; found if left out"
    )
    parser.add_argument(
        "--map",
        type=_mapping,
        action="append",
        default=[],
        metavar="FIELD=COLUMN",
        help=f"the file's column for one of {', '.join(books.FIELDS)}; may be repeated",
    )
    parser.add_argument(
        "--authors-delimiter", metavar="TEXT", help="what separates authors; / or ; if left out"
    )
    parser.add_argument(
        "--new-ids", action="store_true", help="give new ids, whatever ids the file has"
    )


def _encoding(name: str) -> str:
    try:
        "".encode(name)
    except LookupError as failure:
        raise argparse.ArgumentTypeError(f"{name} is no encoding of text") from failure
    return name


def _delimiter(text: str) -> str:
    delimiter = {"\\t": "\t", "tab": "\t"}.get(text, text)
    if len(delimiter) != 1 or delimiter in '"\r\n':
        raise argparse.ArgumentTypeError("must be one character such as ; or tab")
    return delimiter


def _mapping(text: str) -> tuple[str, str]:
    name, _, column = text.partition("=")
    name = name.strip().casefold()
    name = books.ALIASES.get(name, name)
    if name not in books.FIELDS or not column.strip():
        raise argparse.ArgumentTypeError(
            f"must be FIELD=COLUMN with a field of {', '.join(books.FIELDS)}"
        )
    return name, column.strip()


def _book_file(options: argparse.Namespace) -> dict[str, Any]:
    layout = Layout(options.encoding, options.delimiter, dict(options.map))
    return {"file": books.BookFile(layout, options.authors_delimiter or None, options.new_ids)}


KINDS: Final = {
    "books": Kind(
        "books from a CSV file: title,author,pages,price and, if there are, id,isbn,stock",
        exported.load_books,
        csv_row_count,
        options=_add_book_options,
        given=_book_file,
    ),
    "library": Kind(
        "books with copies for loan (book_id, book_name, total_copies or number_of_copies and, if"
        " there are, available_copies) and members (member_id, member_name), from two JSON files",
        library.load,
        library.row_count,
        files=("books", "members"),
    ),
    "marketplace": Kind(
        "stores with their listings, and users with their purchases, from two JSON files",
        marketplace.load,
        marketplace.row_count,
        files=("stores", "users"),
    ),
    **{
        name: Kind(f"{name} as data.export writes them", load, csv_row_count)
        for name, load in exported.LOADERS.items()
        if name != "books"
    },
}


@dataclass(frozen=True, slots=True)
class Seed:
    """One kind of demo data: its files, and the collections that must be empty for it."""

    kind: str
    paths: tuple[Path, ...]
    collections: tuple[Collection[Any], ...]
    among: str | None = None
    """The kind that it refers to; without that kind it is not loaded."""


DEMO: Final = (
    Seed("books", (DEMO_BOOKS,), (BOOKS,)),
    Seed("library", (DEMO_LIBRARY_BOOKS, DEMO_LIBRARY_MEMBERS), (MEMBERS, HOLDINGS), among="books"),
    Seed("marketplace", (DEMO_STORES, DEMO_USERS), (STORES, ACCOUNTS)),
)
"""The demo's data, in the order of loading."""


async def load_demo(storage: Storage) -> None:
    """Load the demo's data; at every start but the first this changes nothing."""
    database, core = storage.database, storage.core
    for seed in DEMO:
        if await demo.begin(database, core, seed.kind, seed.collections, among=seed.among):
            await KINDS[seed.kind].load(storage, *seed.paths, lambda _: None, dry_run=False)
            if seed.kind == "library":
                await library.begin_demo(storage)
            await demo.finish(core, seed.kind)


def main() -> None:
    """Load one file as the command line says.

    Exits with 0 when all rows were read, rejected ones or not; with 1 when the load failed.
    """
    options = _options()
    with exit_on_failure(if_interrupted="What was loaded stays; run it again to go on."):
        kind = KINDS[options.kind]
        paths = [getattr(options, name) for name in kind.files]
        report = asyncio.run(_load(kind, paths, dry_run=options.dry_run, **kind.given(options)))
    _print(report, dry_run=options.dry_run)


def _options() -> argparse.Namespace:
    parser = parser_of("data.load", __doc__)
    kinds = parser.add_subparsers(dest="kind", required=True)
    for name, kind in KINDS.items():
        of_kind = kinds.add_parser(name, help=kind.holds, description=kind.holds)
        for file in kind.files:
            of_kind.add_argument(file, type=Path)
        of_kind.add_argument(
            "--dry-run", action="store_true", help="say what would happen, change nothing"
        )
        kind.options(of_kind)
    return parser.parse_args()


async def _load(kind: Kind, paths: list[Path], *, dry_run: bool, **given: Any) -> Report:
    rows = kind.count(*paths)
    async with _storage(dry_run=dry_run) as storage:
        with tqdm(unit=" rows", desc=paths[0].name, total=rows) as bar:
            return await kind.load(storage, *paths, bar.update, dry_run=dry_run, **given)


@contextlib.asynccontextmanager
async def _storage(*, dry_run: bool) -> AsyncIterator[Storage | None]:
    """The storage; None for a dry run without storage, which it does not create."""
    settings = StorageSettings()
    if dry_run and settings.mongo_url is None and not settings.data_dir.exists():
        yield None
        return
    async with open_storage(settings) as storage:
        yield storage


def _print(report: Report, *, dry_run: bool) -> None:
    _print_findings("kept as in the database", report.differences)
    _print_findings("rejected", report.rejects)
    _print_findings("to know", report.notes)
    loaded = "would load" if dry_run else "loaded"
    columns = ("read", loaded, "unchanged", "kept", "rejected")
    if report.parts:
        sys.stdout.write(" " * 11 + "".join(f"{name:>12}" for name in columns) + "\n")
        for name, part in (report.parts | {"all": report}).items():
            cells = "".join(f"{count:>12,}" for count in _counts(part))
            sys.stdout.write(f"{name:<11}{cells}\n")
        return
    counts = zip(columns, _counts(report), strict=True)
    sys.stdout.writelines(f"{name:<11}{count:>9,}\n" for name, count in counts)


def _counts(report: Report) -> tuple[int, ...]:
    return report.read, report.loaded, report.unchanged, report.kept, report.rejected


def _print_findings(title: str, findings: list[Finding]) -> None:
    if findings:
        sys.stdout.write(f"{title}:\n")
    for finding in findings:
        place = finding.place or f"line {finding.line}"
        where = f"{place}, {finding.column}" if finding.column else place
        value = f" (it is {finding.value})" if finding.value else ""
        sys.stdout.write(f"  {where}: {finding.problem}{value}\n")


if __name__ == "__main__":
    main()
