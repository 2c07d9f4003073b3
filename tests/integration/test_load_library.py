import asyncio
from pathlib import Path

import orjson
import pytest

from data import library
from data.extract import UnreadableFileError
from data.report import Report
from data.sources import DEMO_LIBRARY_BOOKS, DEMO_LIBRARY_MEMBERS
from domain.books import BookRow
from domain.paging import PageRequest
from repository import search
from repository.books import BOOKS as CATALOGUE
from repository.circulation import CLAIMS, EVENTS, HOLDINGS, audit_log
from repository.members import MEMBERS as MEMBERS_KEPT
from repository.storage import Storage

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


async def load(storage: Storage | None, path: Path, rows: object, *, dry_run: bool) -> Report:
    """What becomes of rows of one kind, the other file being empty."""
    path.write_bytes(orjson.dumps(rows))  # noqa: ASYNC240 - a small file, before anything runs
    empty = path.with_name("empty.json")
    empty.write_bytes(b"[]")
    files = (empty, path) if rows is MEMBERS else (path, empty)
    report = await library.load(storage, *files, lambda _: None, dry_run=dry_run)
    return report.parts["members" if rows is MEMBERS else "books"]


async def test_good_rows_are_loaded_and_each_fault_is_named(
    storage: Storage, tmp_path: Path
) -> None:
    report = await load(storage, tmp_path / "books.json", BOOKS, dry_run=False)

    totals = {row["_id"]: row["total"] for row in await storage.database.find(HOLDINGS, {})}
    assert totals == {1: 3, 2: 2, 3: 1}
    assert (report.read, report.loaded, report.rejected) == (7, 3, 4)
    assert [note.line for note in report.notes] == [3]
    assert {(each.line, each.column) for each in report.rejects} >= {
        (4, "available_copies"),
        (5, "id"),
        (6, "book_name"),
        (7, ""),
    }
    assert (await audit_log(storage.database)).differences == []


async def test_loading_again_changes_nothing(storage: Storage, tmp_path: Path) -> None:
    await load(storage, tmp_path / "books.json", BOOKS, dry_run=False)
    events = await storage.database.find(EVENTS, {})

    again = await load(storage, tmp_path / "books.json", BOOKS, dry_run=False)

    assert (again.loaded, again.unchanged) == (0, 3)
    assert await storage.database.find(EVENTS, {}) == events


async def test_a_dry_run_changes_nothing(storage: Storage, tmp_path: Path) -> None:
    report = await load(storage, tmp_path / "books.json", BOOKS, dry_run=True)

    assert report.loaded == 3
    assert await storage.database.find(HOLDINGS, {}) == []


async def test_a_row_for_another_book_of_the_catalogue_is_refused(
    storage: Storage, tmp_path: Path
) -> None:
    await load(storage, tmp_path / "books.json", BOOKS[:1], dry_run=False)

    other = [{"book_id": 1, "book_name": "Another", "total_copies": 1}]
    report = await load(storage, tmp_path / "books.json", other, dry_run=False)

    assert [each.column for each in report.rejects] == ["book_name"]


async def test_members_are_loaded_once(storage: Storage, tmp_path: Path) -> None:
    first = await load(storage, tmp_path / "members.json", MEMBERS, dry_run=False)
    again = await load(storage, tmp_path / "members.json", MEMBERS, dry_run=False)

    assert (first.loaded, first.rejected) == (1, 1)
    assert (again.loaded, again.unchanged) == (0, 1)


async def test_a_file_without_a_list_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFileError):
        await load(None, tmp_path / "books.json", {"a": 1}, dry_run=True)


async def test_a_title_that_the_catalogue_lacked_is_found_by_search(
    storage: Storage, tmp_path: Path
) -> None:
    await load(storage, tmp_path / "books.json", BOOKS, dry_run=False)

    indexes = search.SearchIndexes(storage.database)
    for query in ("Ulysses", "ulyses"):
        hits = await search.find(
            indexes, query, kinds=["book"], of_stores=None, page=PageRequest(5)
        )
        found = [(hit["id"], hit["name"]) for hit in orjson.loads(hits)["items"]]
        assert found == [(3, "Ulysses")]


async def test_a_title_of_the_catalogue_gets_copies_and_stays_as_it_is(
    storage: Storage, tmp_path: Path
) -> None:
    kept = BookRow(1, "Dune", ["Frank Herbert"], 412, 999, 3)
    await storage.database.collection(CATALOGUE).insert_one(CATALOGUE.document_of(kept))

    report = await load(storage, tmp_path / "books.json", BOOKS[:1], dry_run=False)

    assert report.loaded == 1
    assert await storage.database.rows(CATALOGUE, {"_id": 1}) == [kept]


async def demo(storage: Storage) -> list[tuple[int, int, str]]:
    events = await storage.database.rows(EVENTS, {"number": {"$gt": 1}})
    return sorted((event.book_id, event.number, event.kind) for event in events)


async def test_the_demos_events_happen_once_though_several_begin_and_one_was_interrupted(
    storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    await library.load(storage, DEMO_LIBRARY_BOOKS, DEMO_LIBRARY_MEMBERS, int, dry_run=False)
    await library.begin_demo(storage)
    whole = await demo(storage)
    for name in (EVENTS, CLAIMS, HOLDINGS, MEMBERS_KEPT):
        await storage.database.collection(name).delete_many({})
    await library.load(storage, DEMO_LIBRARY_BOOKS, DEMO_LIBRARY_MEMBERS, int, dry_run=False)

    with monkeypatch.context() as interrupted:
        interrupted.setattr(library, "DEMO_EVENTS", library.DEMO_EVENTS[:5])
        await library.begin_demo(storage)
    await asyncio.gather(*(library.begin_demo(storage) for _ in range(3)))
    await library.begin_demo(storage)

    assert await demo(storage) == whole
    assert len(whole) == len(library.DEMO_EVENTS) + 2
    assert (await audit_log(storage.database)).differences == []
