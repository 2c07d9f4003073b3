import asyncio
import json
from pathlib import Path
from typing import Any

from data import marketplace
from data.report import Report
from repository import audit
from repository.marketplace import LISTINGS, PURCHASES, STORES
from repository.marketplace_loading import Known
from repository.mongo_connection import Database

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


async def load(
    database: Database | None, folder: Path, stores: Any, users: Any, *, dry_run: bool = False
) -> Report:
    paths = folder / "stores.json", folder / "users.json"
    for path, rows in zip(paths, (stores, users), strict=True):
        path.write_text(json.dumps(rows))
    return await marketplace.load(database, *paths, lambda _: None, dry_run=dry_run)


async def test_a_second_load_changes_nothing(database: Database, tmp_path: Path) -> None:
    first = await load(database, tmp_path, [STORE], [USER])
    kept = [await database.find(name, {}) for name in (STORES, LISTINGS, PURCHASES)]
    second = await load(database, tmp_path, [STORE], [USER])

    assert (first.read, first.loaded, first.unchanged, first.rejected) == (6, 6, 0, 0)
    assert (second.loaded, second.unchanged) == (0, 6)
    assert [await database.find(name, {}) for name in (STORES, LISTINGS, PURCHASES)] == kept
    deadline = asyncio.get_running_loop().time() + 10
    assert (await audit.run(database, "marketplace", deadline=deadline)).ok


async def test_a_load_goes_on_where_another_was_broken_off(
    database: Database, tmp_path: Path
) -> None:
    part = STORE | {"books": STORE["books"][:1]}
    await load(database, tmp_path, [part], [])
    report = await load(database, tmp_path, [STORE], [USER])

    store = await database.find_one(STORES, {"source_name": "Corner"})
    assert store is not None
    assert (store["prices"], store["listings_count"]) == ([300, 425], 2)
    assert {name: part.loaded for name, part in report.parts.items()} == {
        "stores": 0,
        "listings": 1,
        "users": 1,
        "purchases": 2,
    }


async def test_a_dry_run_says_the_same_and_writes_nothing(
    database: Database, tmp_path: Path
) -> None:
    before = [await database.find(name, {}) for name in (STORES, LISTINGS, PURCHASES)]
    report = await load(database, tmp_path, [STORE], [USER], dry_run=True)

    assert (report.read, report.loaded) == (6, 6)
    assert [await database.find(name, {}) for name in (STORES, LISTINGS, PURCHASES)] == before


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


async def test_rows_of_one_name_that_differ_are_all_loaded_and_once(
    database: Database, tmp_path: Path
) -> None:
    branch = STORE | {
        "storeName": "Branch",
        "books": [*STORE["books"], {"bookName": "One", "price": 5}],
    }
    other = branch | {"cashBalance": 3, "books": [{"bookName": "Three\nand\tmore", "price": 9}]}
    bought = PURCHASE | {"storeName": "Branch", "bookName": "Three and more"}
    users = [USER | {"id": 901, "purchaseHistory": [bought]}]

    first = await load(database, tmp_path, [branch, other], users)
    second = await load(database, tmp_path, [branch, other], users)

    stores = await database.find(STORES, {"name": "Branch"})
    purchases = await database.find(PURCHASES, {"user_id": 901})
    assert (first.loaded, first.rejected) == (8, 0)
    assert (second.loaded, second.unchanged) == (0, 8)
    assert sorted(store["prices"] for store in stores) == [[300, 425, 500], [900]]
    assert [row["listing_id"] is not None for row in purchases] == [True]


def test_what_a_load_met_is_remembered() -> None:
    known = Known(words={"a"})
    known.join(Known(stores={"Corner": 1}, words={"b"}))

    assert (known.stores, known.words) == ({"Corner": 1}, {"a", "b"})
