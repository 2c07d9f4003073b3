"""Whatever is damaged in the stored rows, the audit lists it, with the row or its owner."""

import asyncio
from dataclasses import dataclass
from typing import Any

from domain.authors import author_id
from repository.accounts import ACCOUNTS
from repository.authors import AUTHORS
from repository.books import BOOKS, STOCK_MOVEMENTS
from repository.circulation import CLAIMS, EVENTS, HOLDINGS
from repository.listings import LISTINGS
from repository.members import MEMBERS
from repository.mongo.collections import Collection
from repository.mongo.connection import Database
from repository.mongo.timelines import BEGINNING_MS, PAGES
from repository.order_rows import ORDERS, PAYBACKS
from repository.purchases import PURCHASE_REFUNDS, PURCHASES
from repository.sales import REFUNDS, SALES
from repository.store_directory import STORES
from repository.users import CASH_MOVEMENTS
from tests.factories.books import create_book
from tests.support.rpc_client import RpcClient
from tests.support.statements import Statements

AUTHOR = "Ursula K. Le Guin"
LOST: dict[str, Any] = {}


@dataclass(frozen=True)
class Damage:
    """A change of the first row that matches, or its loss; `told` is what the report names.

    The filter and what is told may name ids of `day`, as `{book}`.
    """

    name: str
    collection: Collection[Any]
    query: dict[str, Any]
    change: dict[str, Any]
    told: tuple[Collection[Any], Any]
    last: bool = False


def counter(collection: Collection[Any], row: Any, field: str) -> Damage:
    """A counter that is one too high."""
    name = f"{collection.name}.{field} of {row}"
    return Damage(name, collection, {"_id": row}, {"$inc": {field: 1}}, (collection, row))


def lost(
    collection: Collection[Any], query: dict[str, Any], told: tuple[Collection[Any], Any]
) -> Damage:
    """A row that is gone."""
    return Damage(f"a lost row of {collection.name} {query}", collection, query, LOST, told)


LENT = {"book_id": "{lent}"}
DAMAGES = [
    counter(BOOKS, "{book}", "stock"),
    counter(SALES, "{sale}", "refundable"),
    counter(ORDERS, "{order}", "total_cents"),
    counter(ORDERS, "{order}", "refunded_cents"),
    counter(ORDERS, "{order}", "refunded_copies"),
    counter(ORDERS, "{order}", "paid_back_cents"),
    *(
        counter(HOLDINGS, "{lent}", field)
        for field in ("total", "available", "on_loan", "held", "waiting")
    ),
    Damage(
        "a holding's number of events",
        HOLDINGS,
        {"_id": "{lent}"},
        {"$inc": {"events": 1}},
        (EVENTS, "{lent}"),
    ),
    counter(MEMBERS, "{reader}", "open_loans"),
    counter(MEMBERS, "{reader}", "fines_cents"),
    counter(ACCOUNTS, "user:0", "cents"),
    counter(ACCOUNTS, "store:1", "cents"),
    counter(STORES, 1, "listings_count"),
    Damage(
        "an author's books",
        AUTHORS,
        {"name": AUTHOR},
        {"$inc": {"books": 1}},
        (AUTHORS, author_id(AUTHOR)),
    ),
    Damage(
        "a place in the queue",
        HOLDINGS,
        {"_id": "{lent}"},
        {"$inc": {"reservations.1.place": -9}},
        (HOLDINGS, "{lent}"),
    ),
    Damage(
        "a place in the list of reservations",
        CLAIMS,
        {"_id": "{reservation}"},
        {"$inc": {"place": 9}},
        (CLAIMS, "{reservation}"),
    ),
    Damage(
        "a reservation that looks closed",
        CLAIMS,
        {"_id": "{reservation}"},
        {"$set": {"open": False}},
        (CLAIMS, "{reservation}"),
    ),
    Damage(
        "a reservation of a member",
        MEMBERS,
        {"_id": "{waits}"},
        {"$set": {"reserved": {}}},
        (MEMBERS, "{waits}"),
    ),
    Damage(
        "an event of another kind",
        EVENTS,
        {**LENT, "number": 2},
        {"$set": {"kind": "return"}},
        (EVENTS, "{second_event}"),
    ),
    lost(EVENTS, {**LENT, "number": 1}, (EVENTS, "{lent}")),
    lost(EVENTS, {**LENT, "number": 3}, (EVENTS, "{lent}")),
    Damage("a lost last event", EVENTS, LENT, LOST, (EVENTS, "{lent}"), last=True),
    lost(EVENTS, {"book_id": "{once}"}, (EVENTS, "{once}")),
    lost(HOLDINGS, {"_id": "{lent}"}, (HOLDINGS, "{lent}")),
    lost(CLAIMS, {"_id": "{reservation}"}, (CLAIMS, "{reservation}")),
    lost(MEMBERS, {"_id": "{reader}"}, (MEMBERS, "{reader}")),
    lost(STOCK_MOVEMENTS, {"book_id": "{book}"}, (BOOKS, "{book}")),
    lost(SALES, {"_id": "{sale}"}, (BOOKS, "{book}")),
    lost(SALES, {"order_id": "{order}"}, (ORDERS, "{order}")),
    lost(REFUNDS, {"sale_id": "{sale}"}, (SALES, "{sale}")),
    lost(PAYBACKS, {"order_id": "{order}"}, (ORDERS, "{order}")),
    lost(BOOKS, {"_id": "{book}"}, (BOOKS, "{book}")),
    lost(AUTHORS, {"name": AUTHOR}, (AUTHORS, author_id(AUTHOR))),
    lost(PURCHASES, {"_id": "{purchase}"}, (ACCOUNTS, "user:0")),
    lost(PURCHASE_REFUNDS, {"_id": "{purchase}"}, (ACCOUNTS, "user:0")),
    lost(CASH_MOVEMENTS, {"user_id": 0}, (ACCOUNTS, "user:0")),
    lost(ACCOUNTS, {"_id": "user:0"}, (ACCOUNTS, "user:0")),
    lost(LISTINGS, {"store_id": 1}, (STORES, 1)),
    lost(STORES, {"_id": 1}, (STORES, 1)),
    Damage(
        "a sum of a page of the rollup",
        PAGES,
        {"_id": f"bought:{BEGINNING_MS}"},
        {"$inc": {"before.value": 1}},
        (PAGES, f"bought:{BEGINNING_MS}"),
    ),
    lost(PAGES, {"_id": f"bought:{BEGINNING_MS}"}, (PAGES, f"bought:{BEGINNING_MS}")),
    Damage(
        "a tail of the rollup",
        SALES,
        {"_id": "{sale}"},
        {"$unset": {"unrolled": 1, "unrolled_since": 1}},
        (PAGES, f"sold:{BEGINNING_MS}"),
    ),
]


async def day(rpc: RpcClient) -> dict[str, Any]:
    """Every kind of row at least once; the ids of some."""
    book = await create_book(rpc, quantity=9)
    sale = await rpc("sales.create", book_id=book["id"], quantity=2)
    await rpc("sales.refund", sale_id=sale["id"], quantity=1)
    items = [{"book_id": book["id"], "quantity": 1}]
    order = await rpc(
        "orders.place", items=items, customer={"name": "Ada"}, payment={"token": "tok_ok"}
    )
    await rpc("orders.cancel", order_id=order["id"])
    lent, once = [(await create_book(rpc))["id"] for _ in range(2)]
    await rpc("library.set_copies", book_id=lent, copies=2)
    await rpc("library.set_copies", book_id=once, copies=1)
    members = [(await rpc("members.create", name=f"Member {n}"))["id"] for n in range(4)]
    for member in members:
        taken = await rpc("library.checkout", member_id=member, book_id=lent)
    await rpc("library.return", member_id=members[0], book_id=lent)
    bought = await rpc("purchases.create", user_id=0, listing_id=2)
    await rpc("purchases.refund", id=bought["id"])
    await rpc("users.deposit", id=0, amount=3)
    return {
        "book": book["id"],
        "sale": sale["id"],
        "order": order["id"],
        "lent": lent,
        "once": once,
        "reader": members[1],
        "waits": members[3],
        "reservation": taken["reservation"]["id"],
        "purchase": bought["id"],
    }


def named(value: Any, ids: dict[str, Any]) -> Any:
    """A value with the ids that it names."""
    if isinstance(value, dict):
        return {name: named(each, ids) for name, each in value.items()}
    return ids.get(value.strip("{}"), value) if isinstance(value, str) else value


async def inflict(database: Database, damage: Damage, ids: dict[str, Any]) -> Any:
    """The row as it was before the damage."""
    collection = database.collection(damage.collection)
    direction = -1 if damage.last else 1
    row = await collection.find_one(named(damage.query, ids), sort=[("_id", direction)])
    assert row is not None, f"no row for {damage.name}"
    if damage.change:
        await collection.update_one({"_id": row["_id"]}, damage.change)
    else:
        await collection.delete_one({"_id": row["_id"]})
    return row


async def test_the_audit_finds_every_damage(database: Database, rpc: RpcClient) -> None:
    ids = await day(rpc)
    second = await database.find_one(EVENTS, {"book_id": ids["lent"], "number": 2})
    assert second is not None
    ids["second_event"] = second["_id"]
    assert (await rpc("audit.run"))["ok"]
    overlooked = []

    for damage in DAMAGES:
        row = await inflict(database, damage, ids)
        found = (await rpc("audit.run"))["differences"]
        collection, row_id = damage.told
        if (collection.name, named(row_id, ids)) not in [
            (each["collection"], each["id"]) for each in found
        ]:
            overlooked.append((damage.name, found))
        await database.collection(damage.collection).replace_one(
            {"_id": row["_id"]}, row, upsert=True
        )

    assert overlooked == []
    assert (await rpc("audit.run"))["ok"]


async def test_a_second_audit_waits_and_shares_the_next_one(
    rpc: RpcClient, database: Database, statements: Statements
) -> None:
    await database.collection(BOOKS).update_one({"_id": 7}, {"$inc": {"stock": 1}})

    with statements.counted() as sent:
        reports = await asyncio.gather(*(rpc("audit.run", scope="bookshop") for _ in range(20)))

    assert all(report == reports[0] for report in reports)
    assert not reports[0]["ok"]
    assert 1 <= sent.count("find books") <= 3
