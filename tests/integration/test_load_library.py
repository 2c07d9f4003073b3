from pathlib import Path

import orjson
import pytest

from data import library
from data.extract import UnreadableFileError
from data.report import Report
from repository.circulation import EVENTS, HOLDINGS
from repository.circulation_lists import differences
from repository.mongo_connection import Database

BOOKS = [
    {"book_id": 1, "book_name": "Dune", "total_copies": 3, "available_copies": 3},
    {"book_id": 2, "book_name": "Emma", "number_of_copies": 2},
    {"book_id": 3, "book_name": "Ulysses", "total_copies": 4, "available_copies": 1},
    {"book_id": 4, "book_name": "Too many", "total_copies": 1, "available_copies": 2},
    {"book_id": 2, "book_name": "Emma", "total_copies": 2},
    {"book_id": "x", "total_copies": -1},
    "no object",
]
MEMBERS = [{"member_id": 7, "member_name": "Ada"}, {"member_id": 8}]


async def load(database: Database | None, path: Path, rows: object, *, dry_run: bool) -> Report:
    """What becomes of rows of one kind, the other file being empty."""
    path.write_bytes(orjson.dumps(rows))  # noqa: ASYNC240 - a small file, before anything runs
    empty = path.with_name("empty.json")
    empty.write_bytes(b"[]")
    files = (empty, path) if rows is MEMBERS else (path, empty)
    report = await library.load(database, *files, lambda _: None, dry_run=dry_run)
    return report.parts["members" if rows is MEMBERS else "books"]


async def test_good_rows_are_loaded_and_each_fault_is_named(
    database: Database, tmp_path: Path
) -> None:
    report = await load(database, tmp_path / "books.json", BOOKS, dry_run=False)

    totals = {row["_id"]: row["total"] for row in await database.find(HOLDINGS, {})}
    assert totals == {1: 3, 2: 2, 3: 1}
    assert (report.read, report.loaded, report.rejected) == (7, 3, 4)
    assert [note.line for note in report.notes] == [3]
    assert {(each.line, each.column) for each in report.rejects} >= {
        (4, "available_copies"),
        (5, "id"),
        (6, "book_name"),
        (7, ""),
    }
    assert await differences(database) == []


async def test_loading_again_changes_nothing(database: Database, tmp_path: Path) -> None:
    await load(database, tmp_path / "books.json", BOOKS, dry_run=False)
    events = await database.find(EVENTS, {})

    again = await load(database, tmp_path / "books.json", BOOKS, dry_run=False)

    assert (again.loaded, again.unchanged) == (0, 3)
    assert await database.find(EVENTS, {}) == events


async def test_a_dry_run_changes_nothing(database: Database, tmp_path: Path) -> None:
    report = await load(database, tmp_path / "books.json", BOOKS, dry_run=True)

    assert report.loaded == 3
    assert await database.find(HOLDINGS, {}) == []


async def test_a_row_for_another_book_of_the_catalogue_is_refused(
    database: Database, tmp_path: Path
) -> None:
    await load(database, tmp_path / "books.json", BOOKS[:1], dry_run=False)

    other = [{"book_id": 1, "book_name": "Another", "total_copies": 1}]
    report = await load(database, tmp_path / "books.json", other, dry_run=False)

    assert [each.column for each in report.rejects] == ["book_name"]


async def test_members_are_loaded_once(database: Database, tmp_path: Path) -> None:
    first = await load(database, tmp_path / "members.json", MEMBERS, dry_run=False)
    again = await load(database, tmp_path / "members.json", MEMBERS, dry_run=False)

    assert (first.loaded, first.rejected) == (1, 1)
    assert (again.loaded, again.unchanged) == (0, 1)


async def test_a_file_without_a_list_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFileError):
        await load(None, tmp_path / "books.json", {"a": 1}, dry_run=True)
