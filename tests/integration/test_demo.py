"""What the demo shows: each kind once, and never among data that came from elsewhere."""

import asyncio
import dataclasses
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from data import books, library, load, marketplace
from data.report import Report
from repository import audit
from repository.accounts import ACCOUNTS
from repository.books import BOOKS
from repository.circulation import HOLDINGS
from repository.listings import LISTINGS
from repository.members import MEMBERS
from repository.mongo.collections import Collection, declared
from repository.mongo.connection import COUNTERS, Database
from repository.purchases import PURCHASES
from repository.storage import Storage
from repository.store_directory import STORES

BOOKSHOP, LIBRARY = (BOOKS,), (MEMBERS, HOLDINGS)
MARKETPLACE = (STORES, LISTINGS, ACCOUNTS, PURCHASES)
ALL = (*(each.name for each in declared()), COUNTERS)

SEEDED = {BOOKSHOP: [50], LIBRARY: [10, 20], MARKETPLACE: [10, 106, 29, 173]}

LoadOwn = Callable[[Storage, Path], Awaitable[object]]


@pytest.fixture
async def database(database: Database) -> Database:
    """A database without the marketplace's data, which other tests may have left."""
    for name in ALL:
        await database.collection(name).delete_many({})
    return database


async def counts(database: Database, collections: tuple[Collection[Any], ...]) -> list[int]:
    return [await database.collection(name).count_documents({}) for name in collections]


def file(folder: Path, name: str, content: Any) -> Path:
    path = folder / name
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    return path


async def load_a_book(storage: Storage, folder: Path) -> None:
    path = file(folder, "books.csv", "id,title,author,pages,price\n77,Own,Me,10,1.00\n")
    await books.load(storage, path, lambda _: None, dry_run=False)


async def load_a_member(storage: Storage, folder: Path) -> None:
    nothing = file(folder, "books.json", [])
    path = file(folder, "members.json", [{"member_id": 77, "member_name": "Me"}])
    await library.load(storage, nothing, path, lambda _: None, dry_run=False)


async def load_marketplace(storage: Storage, folder: Path, **rows: Any) -> None:
    paths = [file(folder, f"{name}.json", rows.get(name, [])) for name in ("stores", "users")]
    await marketplace.load(storage, *paths, lambda _: None, dry_run=False)


async def load_a_store(storage: Storage, folder: Path) -> None:
    books = [{"bookName": "Mine", "price": 2}]
    hours = {"openingHours": "Mon 9 am - 5 pm"}
    store = {"storeName": "Own", "cashBalance": 1, "books": books} | hours
    await load_marketplace(storage, folder, stores=[store])


async def load_a_user(storage: Storage, folder: Path) -> None:
    user = {"id": 0, "name": "Me", "cashBalance": 1, "purchaseHistory": []}
    await load_marketplace(storage, folder, users=[user])


@pytest.mark.parametrize(
    ("load_own", "expected"),
    [
        # The demo's library lends the demo's books, so it does not come to others.
        (load_a_book, {BOOKSHOP: [1], LIBRARY: [0, 0], MARKETPLACE: SEEDED[MARKETPLACE]}),
        (load_a_member, SEEDED | {LIBRARY: [1, 0]}),
        (load_a_store, SEEDED | {MARKETPLACE: [1, 1, 1, 0]}),
        (load_a_user, SEEDED | {MARKETPLACE: [0, 0, 1, 0]}),
    ],
)
async def test_a_kind_of_which_there_are_own_data_is_not_seeded(
    storage: Storage, tmp_path: Path, load_own: LoadOwn, expected: dict[Any, list[int]]
) -> None:
    await load_own(storage, tmp_path)

    await load.load_demo(storage)

    assert {kind: await counts(storage.database, kind) for kind in SEEDED} == expected


async def test_a_second_start_changes_nothing(storage: Storage) -> None:
    database = storage.database
    await load.load_demo(storage)
    await database.collection(MEMBERS).delete_one({"_id": 9})
    await database.collection(STORES).update_one({"_id": 1}, {"$set": {"source_name": "x"}})
    before = {name: await database.find(name, {}) for name in ALL}

    await load.load_demo(storage)

    assert {name: await database.find(name, {}) for name in ALL} == before


class InterruptedLoadError(Exception):
    """The process was ended in the middle of a file."""


def interrupt(rows: int) -> None:
    if rows:
        raise InterruptedLoadError


@pytest.mark.parametrize("kind", [seed.kind for seed in load.DEMO])
async def test_a_seeding_that_was_interrupted_goes_on(
    storage: Storage, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    database = storage.database
    whole = load.KINDS[kind]

    async def first_rows(storage: Storage, *arguments: Any, dry_run: bool) -> Report:
        return await whole.load(storage, *arguments[:-1], interrupt, dry_run=dry_run)

    with monkeypatch.context() as patched:
        patched.setitem(load.KINDS, kind, dataclasses.replace(whole, load=first_rows))
        with pytest.raises(InterruptedLoadError):
            await load.load_demo(storage)

    await load.load_demo(storage)

    assert {each: await counts(database, each) for each in SEEDED} == SEEDED
    deadline = asyncio.get_running_loop().time() + 10
    assert (await audit.run(database, None, deadline=deadline)).ok
