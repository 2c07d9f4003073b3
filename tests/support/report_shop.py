"""A shop whose reports are compared with all its rows."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from domain.accounts import new_account
from domain.time_ranges import TimeRange
from domain.users import SpendingBounds
from repository import purchases, rollups, sales, stores, users
from repository.accounts import ACCOUNTS
from repository.mongo import timelines
from repository.mongo.connection import Database
from repository.mongo.timelines import PAGES
from repository.purchases import PURCHASE_REFUNDS, PURCHASES
from repository.sales import REFUNDS, SALES
from tests.factories.movements import a_purchase, a_refund, a_sale
from tests.support import full_reports

USERS = STORES = 4
BUSY_DAY = datetime(2026, 3, 28, tzinfo=UTC)
ROWS = (SALES, REFUNDS, PURCHASES, PURCHASE_REFUNDS)


async def empty(database: Database) -> None:
    """Leave nothing but some users and stores, of which several have the same name."""
    for collection in (*ROWS, PAGES, ACCOUNTS):
        await database.collection(collection).delete_many({})
    accounts = [new_account("user", each, f"User {each % 2}", 0) for each in range(USERS)]
    accounts += [new_account("store", each, f"Store {each % 2}", 0) for each in range(STORES)]
    await add(database, accounts)
    database.reads.flush()


async def add(database: Database, rows: Sequence[Any]) -> None:
    """Add rows of one kind as one group does."""
    if rows:
        collection = timelines.collection_of(type(rows[0]))
        await database.collection(collection).insert_many(collection.documents_of(rows))


async def add_refund(database: Database, number: int, sale: Any, at: datetime) -> None:
    """Refund one copy of a sale."""
    await add(database, [a_refund(number, sale, at, 1)])
    await database.collection(SALES).update_one({"_id": sale.id}, {"$inc": {"refundable": -1}})


async def agree(database: Database, period: TimeRange, *others: Database) -> None:
    """Every report of a period, asked here and from others, equals the one over all rows."""
    sold = await full_reports.sales_totals(database, period)
    pages = await full_reports.average_pages(database, period)
    full = await full_reports.bought(database, period)
    back = (await full_reports.paid_back(database, period))["value"]
    spent = await full_reports.bought_by(database, "user", period)
    at_stores = await full_reports.bought_by(database, "store", period)
    for asked in (database, *others):
        totals = await sales.totals(asked, period, "UTC")
        assert {name: getattr(totals, name) for name in sold} == sold
        average = await sales.average_pages(asked, period, "UTC")
        assert (average.average_pages, average.copies) == pages
        bought = await purchases.totals(asked, period, "UTC")
        assert (bought.count, bought.value) == (full["count"], full["value"])
        assert (bought.refunded, bought.net) == (back, full["value"] - back)
        await rankings_agree(asked, period, spent, at_stores)


Sums = dict[int, dict[str, int]]


async def rankings_agree(
    database: Database, period: TimeRange, spent: Sums, at_stores: Sums
) -> None:
    """Users and stores are ranked and counted by these sums."""
    ranked = sorted(spent, key=lambda each: (-spent[each]["value"], f"User {each % 2}", each))
    top = await users.top(database, period, 3, "UTC")
    assert [(item.id, item.amount, item.purchases) for item in top.items] == [
        (each, spent[each]["value"], spent[each]["count"]) for each in ranked[:3]
    ]
    ranked = sorted(
        at_stores, key=lambda each: (-at_stores[each]["count"], f"Store {each % 2}", each)
    )
    popular = await stores.popular(database, period, by="count", limit=3, time_zone="UTC")
    assert [(item.id, item.count, item.value) for item in popular.items] == [
        (each, at_stores[each]["count"], at_stores[each]["value"]) for each in ranked[:3]
    ]
    amounts = [spent[each]["value"] if each in spent else 0 for each in range(USERS)]
    counted = await users.count(
        database, period, SpendingBounds(None, 150, include_idle=True), "UTC"
    )
    assert counted.count == sum(amount < 150 for amount in amounts)
    counted = await users.count(
        database, period, SpendingBounds(100, None, include_idle=False), "UTC"
    )
    assert counted.count == sum(amount > 100 for amount in amounts)


async def fill(database: Database, rows: int = 40) -> None:
    """Add sales, refunds and purchases of a busy day; put most into pages, leave some in tails."""
    for number in range(rows):
        at = BUSY_DAY + timedelta(minutes=number)
        sale = a_sale(number, at, copies=2)
        await add(database, [sale])
        await add(database, [a_purchase(number, at, number % USERS, number % STORES)])
        if number % 4 == 0:
            await add_refund(database, number, sale, at + timedelta(hours=1))
        if number == rows - 5:
            await rollups.roller(database).roll()
