"""Loading the marketplace: each row once, on after a break, and a place for what is wrong."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from data import marketplace
from data.report import Report
from repository import audit
from repository.accounts import ACCOUNTS
from repository.listings import LISTINGS
from repository.marketplace_loading import Known
from repository.mongo import indexes
from repository.mongo.connection import Database, connect
from repository.mongo.core import running_core
from repository.purchases import PURCHASES
from repository.storage import Storage
from repository.store_directory import STORES

STORE: dict[str, Any] = {
    "storeName": "Corner",
    "cashBalance": 10.5,
    "openingHours": "Weds - Thur 9 am - 5 pm",
    "books": [{"bookName": "One", "price": 3}, {"bookName": "Two", "price": 4.25}],
}
PURCHASE = {
    "bookName": "One",
    "storeName": "Corner",
    "transactionAmount": 2.5,
    "transactionDate": "02/10/2020 12:09 AM",
}
USER: dict[str, Any] = {
    "id": 900,
    "name": "Ann",
    "cashBalance": 1,
    "purchaseHistory": [PURCHASE, PURCHASE],
}


@pytest.fixture
async def storage(database: Database) -> AsyncIterator[Storage]:
    async with running_core(database) as core:
        yield Storage(database, core)


async def load(
    storage: Storage | None, folder: Path, stores: Any, users: Any, *, dry_run: bool = False
) -> Report:
    paths = folder / "stores.json", folder / "users.json"
    for path, rows in zip(paths, (stores, users), strict=True):
        path.write_text(json.dumps(rows))
    return await marketplace.load(storage, *paths, lambda _: None, dry_run=dry_run)


async def contents(database: Database) -> list[Any]:
    """All that is kept of the marketplace."""
    collections = (STORES, LISTINGS, ACCOUNTS, PURCHASES)
    return [await database.find(each.name, {}) for each in collections]


async def prices_of(database: Database, store_id: int) -> list[int]:
    """The prices of a store's listings, in order."""
    return sorted(row.price_cents for row in await database.rows(LISTINGS, {"store_id": store_id}))


async def test_a_second_load_changes_nothing(
    database: Database, storage: Storage, tmp_path: Path
) -> None:
    first = await load(storage, tmp_path, [STORE], [USER])
    kept = await contents(database)
    second = await load(storage, tmp_path, [STORE], [USER])

    assert (first.read, first.loaded, first.unchanged, first.rejected) == (6, 6, 0, 0)
    assert (second.loaded, second.unchanged) == (0, 6)
    assert await contents(database) == kept
    deadline = asyncio.get_running_loop().time() + 10
    assert (await audit.run(database, "marketplace", deadline=deadline)).ok


async def test_a_load_goes_on_where_another_was_broken_off(
    database: Database, storage: Storage, tmp_path: Path
) -> None:
    part = STORE | {"books": STORE["books"][:1]}
    await load(storage, tmp_path, [part], [])
    report = await load(storage, tmp_path, [STORE], [USER])

    [store] = await database.rows(STORES, {"source_name": "Corner"})
    assert (await prices_of(database, store.id), store.listings_count) == ([300, 425], 2)
    assert {name: part.loaded for name, part in report.parts.items()} == {
        "stores": 0,
        "listings": 1,
        "users": 1,
        "purchases": 2,
    }


async def test_a_dry_run_says_the_same_and_writes_nothing(
    database: Database, storage: Storage, tmp_path: Path
) -> None:
    before = await contents(database)
    report = await load(storage, tmp_path, [STORE], [USER], dry_run=True)

    assert (report.read, report.loaded) == (6, 6)
    assert await contents(database) == before


async def test_rows_that_break_a_rule_are_rejected_with_their_place(tmp_path: Path) -> None:
    stores = [
        STORE | {"books": [*STORE["books"], STORE["books"][0], {"bookName": " ", "price": 1.001}]},
        STORE,
        STORE,
        STORE | {"storeName": "Bad", "openingHours": "Funday 9 am - 5 pm"},
        7,
    ]
    elsewhere = PURCHASE | {"storeName": "Nowhere", "transactionDate": "02/10/2020 04:09 AM"}
    dated = PURCHASE | {"transactionDate": "30/30/2020 04:09 AM"}
    users = [USER | {"purchaseHistory": [elsewhere, dated]}, USER, {"id": -1}]
    report = await load(None, tmp_path, stores, users, dry_run=True)

    rejected = {finding.place: finding.problem for finding in report.rejects}
    assert report.read == report.loaded + report.rejected
    assert rejected["store 1, book 3"] == "is the same row as store 1, book 1"
    assert "decimals" in rejected["store 1, book 4"]
    assert rejected["store 3"] == "is the same row as store 2"
    assert "at `Funday" in rejected["store 4"]
    assert rejected["store 4, 2"] == "its store is rejected"
    assert rejected["store 5"] == "must be an object"
    assert rejected["user 1, purchase 1"] == "no store is called Nowhere"
    assert "month" in rejected["user 1, purchase 2"]
    assert "is the id of user 1 already" in rejected["user 2"]
    assert "user 3" in rejected


async def test_a_dry_run_tells_what_is_missing_of_what_is_there_in_part(
    storage: Storage, tmp_path: Path
) -> None:
    await load(storage, tmp_path, [STORE | {"books": STORE["books"][:1]}], [USER])

    report = await load(storage, tmp_path, [STORE], [USER, USER | {"id": 901}], dry_run=True)

    assert {name: part.loaded for name, part in report.parts.items()} == {
        "stores": 0,
        "listings": 1,
        "users": 1,
        "purchases": 2,
    }


async def test_rows_of_one_name_that_differ_are_all_loaded_and_once(
    database: Database, storage: Storage, tmp_path: Path
) -> None:
    branch = STORE | {
        "storeName": "Branch",
        "books": [*STORE["books"], {"bookName": "One", "price": 5}],
    }
    other = branch | {"cashBalance": 3, "books": [{"bookName": "Three\nand\tmore", "price": 9}]}
    bought = PURCHASE | {"storeName": "Branch", "bookName": "Three and more"}
    users = [USER | {"id": 901, "purchaseHistory": [bought]}]

    first = await load(storage, tmp_path, [branch, other], users)
    second = await load(storage, tmp_path, [branch, other], users)

    stores = await database.rows(STORES, {"name": "Branch"})
    purchases = await database.rows(PURCHASES, {"user_id": 901})
    assert (first.loaded, first.rejected) == (8, 0)
    assert (second.loaded, second.unchanged) == (0, 8)
    prices = [await prices_of(database, store.id) for store in stores]
    assert sorted(prices) == [[300, 425, 500], [900]]
    assert sorted(store.listings_count for store in stores) == [1, 3]
    assert [row.listing_id is not None for row in purchases] == [True]


async def test_cash_that_is_loaded_is_that_after_the_history(
    database: Database, storage: Storage, tmp_path: Path
) -> None:
    await load(storage, tmp_path, [STORE], [USER])

    [user] = await database.rows(ACCOUNTS, {"_id": "user:900"})
    [store] = await database.rows(ACCOUNTS, {"owner": "store", "name": "Corner"})
    assert (user.cents, user.opening_cents) == (100, 100)
    assert (store.cents, store.opening_cents) == (1_050, 1_050)


async def test_ids_follow_the_order_of_the_file(
    database: Database, storage: Storage, tmp_path: Path
) -> None:
    names = [f"Store {number}" for number in range(60)]
    await load(storage, tmp_path, [STORE | {"storeName": name} for name in names], [])

    stores = await database.rows(STORES, {"source_name": {"$in": names}}, sort=[("_id", 1)])
    listings = await database.rows(
        LISTINGS, {"store_id": {"$in": [store.id for store in stores]}}, sort=[("_id", 1)]
    )
    assert [store.name for store in stores] == names
    assert [row.store_id for row in listings] == [row.id for row in stores for _ in range(2)]
    assert [row.name for row in listings] == ["One", "Two"] * 60
    assert listings[-1].id - listings[0].id == 119


async def test_the_key_of_a_loaded_purchase_is_no_longer_unique_by_an_index(
    database: Database,
) -> None:
    purchases = database.collection(PURCHASES)
    await purchases.drop_index("history_key")
    await purchases.create_index("history_key", name="history_key", unique=True, sparse=True)

    await indexes.ensure(database, [PURCHASES])

    now = (await purchases.index_information())["history_key"]
    assert "unique" not in now
    assert now["sparse"]


async def test_two_processes_that_load_the_same_files_at_once_load_them_once(
    database: Database, storage: Storage, mongo_url: str, tmp_path: Path
) -> None:
    stores = [STORE | {"storeName": f"Store {number}"} for number in range(60)]
    users = [
        USER | {"id": 1_000 + number, "purchaseHistory": [PURCHASE | {"storeName": "Store 1"}] * 2}
        for number in range(30)
    ]
    folders = [tmp_path / "first", tmp_path / "second"]
    for folder in folders:
        folder.mkdir()

    async with connect(mongo_url, database.name) as other, running_core(other) as core:
        reports = await asyncio.gather(
            load(storage, folders[0], stores, users),
            load(Storage(other, core), folders[1], stores, users),
        )

    assert [report.rejected for report in reports] == [0, 0]
    assert sum(report.loaded for report in reports) == 60 * 3 + 30 * 3
    added = await database.rows(STORES, {"source_name": {"$regex": "^Store "}})
    assert [store.listings_count for store in added] == [2] * 60
    assert [len(await prices_of(database, store.id)) for store in added] == [2] * 60


def test_what_a_load_met_is_remembered() -> None:
    known = Known(stores={"Branch": 2}, listings={(2, "One"): 7})
    known.join(Known(stores={"Corner": 1}, listings={(1, "One"): 8}))

    assert known.stores == {"Branch": 2, "Corner": 1}
    assert known.listings == {(2, "One"): 7, (1, "One"): 8}
