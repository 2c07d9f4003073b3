"""Reports from memory: no statement until something is added, and always of one moment."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from datetime import date, timedelta
from typing import Any

import pytest

from domain.time_ranges import EVER, TimeRange, time_range
from domain.users import SpendingBounds
from repository import purchases, rollups, sales, stores, users
from repository.mongo import indexes, timelines
from repository.mongo.change_watch import watch_changes
from repository.mongo.connection import Database, Documents, connect
from repository.mongo.held_movements import HeldMovements
from repository.mongo.timelines import PAGES
from repository.purchases import PURCHASES
from repository.sales import REFUNDED, RETURNED, SALES, SOLD
from tests.factories.movements import a_purchase, a_sale
from tests.support import full_reports
from tests.support.holding import held_again, held_now, holding
from tests.support.report_shop import BUSY_DAY, STORES, USERS, add, add_refund, agree, empty, fill
from tests.support.statements import Statements
from tests.support.waiting import until

MINUTE = timedelta(minutes=1)

pytestmark = pytest.mark.usefixtures("short_pages")


@pytest.fixture
async def shop(database: Database) -> Database:
    """A database in which most sales and purchases are in pages and some in tails."""
    await empty(database)
    await fill(database)
    return database


@contextlib.asynccontextmanager
async def watching(database: Database) -> AsyncIterator[None]:
    """Tell of the changes of others, as a service does."""
    flushes = database.reads.counters["flushes"]
    watch = watch_changes(database, indexes.cached(), indexes.mirrored(), indexes.tailed())
    task = asyncio.create_task(watch)

    async def is_open() -> bool:
        return database.reads.counters["flushes"] > flushes

    await until(is_open)
    await held_again(database)
    yield
    task.cancel()
    await asyncio.wait([task])


async def test_reports_ask_nothing_until_something_is_added(
    shop: Database, held: Database, statements: Statements
) -> None:
    await agree(shop, EVER, held)  # the names of users and stores are cached now
    held.reads.cache(indexes.cached(), documents_max=100, ttl_s=60)
    await agree(shop, EVER, held)
    with statements.counted(with_tails=True) as sent:
        for minutes in range(5):
            period = TimeRange(BUSY_DAY + minutes * MINUTE, None)
            await sales.totals(held, period, "UTC")
            await sales.average_pages(held, period, "UTC")
            await purchases.totals(held, period, "UTC")
            await users.top(held, period, 3, "UTC")
            await users.count(held, period, SpendingBounds(1, None, include_idle=False), "UTC")
            await stores.popular(held, period, by="count", limit=3, time_zone="UTC")
    assert sent == []

    await add(shop, [a_purchase(77, BUSY_DAY, 1, 1)])
    held.added([(PURCHASES.name, 77)])

    with statements.counted(with_tails=True) as sent:
        await asyncio.gather(*(purchases.totals(held, EVER, "UTC") for _ in range(8)))
        await sales.totals(held, EVER, "UTC")
    page, tails = "find rollup_pages", ["find purchases", "find purchase_refunds"]
    assert sent == [page, page, *tails, "commitTransaction"]
    await agree(shop, EVER, held)


async def test_a_late_row_is_found_in_the_pages_that_it_was_put_into(
    shop: Database, held: Database
) -> None:
    for late in (2, 30, 11):
        await add(shop, [a_sale(500 + late, BUSY_DAY + late * MINUTE + MINUTE / 2)])
        await add(shop, [a_purchase(500 + late, BUSY_DAY + late * MINUTE, 1, 2)])
        await rollups.roller(shop).roll()
        held.added([(SALES.name, 500 + late), (PURCHASES.name, 500 + late)])
        assert await held_now(held)
        for minutes in range(0, 40, 9):
            await agree(shop, TimeRange(None, BUSY_DAY + minutes * MINUTE), held)
    day = date(2026, 3, 28)
    await agree(shop, time_range(day, day, "Asia/Kathmandu"), held)


async def test_what_is_held_is_one_moment_while_others_sell_refund_and_roll(
    shop: Database, held: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[dict[str, int]] = []
    read = HeldMovements.read

    async def read_all_rows_too(self: HeldMovements, snapshot: Documents) -> Any:
        seen.append(await full_reports.sales_totals(snapshot, EVER))
        return await read(self, snapshot)

    monkeypatch.setattr(HeldMovements, "read", read_all_rows_too)
    bookshop = next(each for each in held.held_movements if each.has(SOLD))
    is_over = asyncio.Event()

    async def trade(till: int) -> None:
        for number in range(1_000 * till, 1_000 * till + 25):
            sale = a_sale(number, BUSY_DAY + number * MINUTE, copies=2)
            await add(shop, [sale])
            await add_refund(shop, number, sale, sale.sold_at + 3 * MINUTE)

    async def roll_on() -> None:
        while not is_over.is_set():
            await rollups.roller(shop).roll()

    async def compare() -> int:
        compared = 0
        while not is_over.is_set():
            held.added([(SALES.name, 0)])
            assert await bookshop.current() is bookshop
            full = seen[-1]
            sold = await bookshop.sums(SOLD, EVER)
            refunded = await bookshop.sums(REFUNDED, EVER)
            returned = await bookshop.sums(RETURNED, EVER)
            assert (sold["count"], sold["cents"]) == (full["sales_count"], full["gross"])
            assert sold["copies"] == full["copies_sold"]
            assert refunded["cents"] == full["refunded"]
            assert refunded["copies"] == returned["copies"] == full["copies_refunded"]
            compared += 1
        return compared

    async def trade_all() -> None:
        await asyncio.gather(*(trade(till) for till in (1, 2, 3)))
        is_over.set()

    _, _, compared = await asyncio.gather(trade_all(), roll_on(), compare())

    assert compared > 3
    held.added([(SALES.name, 0)])
    await agree(shop, EVER, held)


async def test_another_processes_sale_is_told_by_the_change_stream(
    shop: Database, held: Database
) -> None:
    async with watching(held):
        before = (await sales.totals(held, EVER, "UTC")).sales_count
        await add(shop, [a_sale(900 + each, BUSY_DAY) for each in range(3)])

        async def is_told() -> bool:
            return (await sales.totals(held, EVER, "UTC")).sales_count > before

        await until(is_told)
        await agree(shop, EVER, held)


async def test_a_page_that_another_process_has_mended_is_read_again(
    shop: Database, held: Database
) -> None:
    """Also if the sums of all are the same, so that no later page tells of it."""
    pages = shop.collection(PAGES)
    page = await pages.find_one({"timeline": "bought", "before.count": 6})
    assert page is not None
    packed = timelines.Movements.of_document(page["movements"])
    packed.columns["user_id"][0] = (packed.columns["user_id"][0] + 1) % USERS  # type: ignore[index]
    await pages.update_one({"_id": page["_id"]}, {"$set": {"movements": packed.document()}})
    held.doubt()
    await held_again(held)
    async with watching(held):
        with pytest.raises(AssertionError):
            await agree(shop, EVER, held)

        await rollups.rebuild(shop)

        async def is_mended() -> bool:
            with contextlib.suppress(AssertionError):
                await agree(shop, EVER, held)
                return True
            return False

        await until(is_mended)


async def test_more_movements_than_may_be_held_are_read_from_the_database(
    mongo_url: str, shop: Database
) -> None:
    async with connect(mongo_url, shop.name) as few, holding(few, movements_max=20):
        assert not await held_now(few)
        await agree(shop, EVER, few)
    async with connect(mongo_url, shop.name) as enough, holding(enough, movements_max=61):
        assert await held_now(enough)
        for number in range(10):
            await add(shop, [a_sale(700 + number, BUSY_DAY)])
            await add(shop, [a_purchase(700 + number, BUSY_DAY, number % USERS, number % STORES)])
        enough.added([(SALES.name, 700), (PURCHASES.name, 700)])
        assert not await held_now(enough)
        await agree(shop, EVER, enough)


async def test_all_is_read_again_in_doubt(shop: Database, held: Database) -> None:
    await shop.collection(PAGES).delete_many({})
    await shop.collection(SALES).delete_many({})
    await shop.collection(PURCHASES).delete_many({})
    assert (await sales.totals(held, EVER, "UTC")).sales_count == 40

    held.doubt()

    assert (await sales.totals(held, EVER, "UTC")).sales_count == 0
    await held_again(held)
    assert await held_now(held)
    assert (await purchases.totals(held, EVER, "UTC")).count == 0
