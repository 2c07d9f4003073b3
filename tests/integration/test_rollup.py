"""Reports from the rollup are those of all rows, whatever is in pages and whatever in the tail."""

import asyncio
import os
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import available_timezones

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.errors import StorageUnavailable
from domain.time_ranges import EVER, TimeRange, time_range
from domain.users import SpendingBounds
from repository import audit, purchases, rollups, sales, users
from repository.mongo import rollup, timelines
from repository.mongo.collections import Collection
from repository.mongo.connection import Database
from repository.mongo.core import deadline_in
from repository.mongo.timelines import PAGES, TAIL, TAIL_SINCE
from repository.purchases import PURCHASES
from repository.sales import SALES
from tests.conftest import Run
from tests.factories.movements import a_payback, a_purchase, a_sale
from tests.support.holding import held_again, held_now
from tests.support.report_shop import BUSY_DAY, STORES, USERS, add, add_refund, agree, empty, fill
from tests.support.statements import Statements

EXAMPLES = int(os.environ.get("OCTAVO_TEST_REPORTS", "15"))
LONG_AGO = datetime(1895, 6, 1, tzinfo=UTC)
"""When zones had offsets such as 00:09:21."""


pytestmark = pytest.mark.usefixtures("short_pages")


@pytest.fixture
async def shop(database: Database) -> Database:
    """A database with some users and stores."""
    await empty(database)
    return database


MOMENTS = st.one_of(
    st.integers(0, 86_399_999).map(lambda ms: BUSY_DAY + timedelta(milliseconds=ms)),
    st.integers(0, 5).map(lambda ms: BUSY_DAY + timedelta(milliseconds=ms)),
    st.integers(0, 4 * 96).map(lambda quarters: BUSY_DAY + timedelta(minutes=15 * quarters)),
    st.integers(0, 90_000).map(lambda seconds: LONG_AGO + timedelta(seconds=seconds)),
)
DAYS = st.sampled_from([BUSY_DAY.date(), LONG_AGO.date()]).flatmap(
    lambda day: st.integers(-1, 3).map(lambda more: day + timedelta(days=more))
)
PERIODS = st.one_of(
    st.builds(
        lambda edges, zone: time_range(min(edges), max(edges), zone),
        st.tuples(DAYS, DAYS),
        st.sampled_from(sorted(available_timezones())),
    ),
    st.tuples(MOMENTS, MOMENTS).map(lambda edges: TimeRange(min(edges), max(edges))),
    MOMENTS.map(lambda start: TimeRange(start, None)),
    MOMENTS.map(lambda end: TimeRange(None, end)),
    st.just(EVER),
)
STEPS = st.one_of(
    st.tuples(st.just("sell"), st.lists(MOMENTS, min_size=1, max_size=6)),
    st.tuples(st.just("refund"), MOMENTS),
    st.tuples(st.just("pay back"), MOMENTS),
    st.tuples(
        st.just("buy"),
        st.lists(
            st.tuples(MOMENTS, st.integers(0, USERS - 1), st.integers(0, STORES - 1)),
            min_size=1,
            max_size=6,
        ),
    ),
    st.tuples(st.just("roll"), st.none()),
    st.tuples(st.just("rebuild"), st.none()),
)


def test_every_report_equals_the_one_over_all_rows(
    run: Run, shop: Database, held: Database
) -> None:
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=[HealthCheck.too_slow],
    )
    @given(
        steps=st.lists(STEPS, min_size=3, max_size=12),
        periods=st.lists(PERIODS, min_size=4, max_size=6),
    )
    def agrees(steps: list[tuple[str, Any]], periods: list[TimeRange]) -> None:
        run(take(shop, steps, held))
        for period in periods:
            run(agree(shop, period, held))
        report = run(audit.run(shop, None, deadline=run(in_time())))
        assert [each for each in report.differences if each.kind.startswith("rollup")] == []

    agrees()


async def in_time() -> float:
    return deadline_in(20)


async def take(database: Database, steps: list[tuple[str, Any]], held: Database) -> None:
    """Start anew, do what the steps say, and tell who holds the movements of each."""
    await empty(database)
    held.doubt()
    await held_again(held)
    assert await held_now(held)
    roller, number = rollups.roller(database), 0
    sold, bought = list[Any](), list[Any]()
    for kind, given_ in steps:
        number += 100
        match kind:
            case "sell":
                new = [a_sale(number + n, at, copies=3) for n, at in enumerate(given_)]
                await add(database, new)
                sold += new
            case "refund" if sold:
                sale = sold.pop(0)
                await add_refund(database, number, sale, given_)
            case "buy":
                new_ones = [a_purchase(number + n, *each) for n, each in enumerate(given_)]
                await add(database, new_ones)
                bought += new_ones
            case "pay back" if bought:
                await add(database, [a_payback(bought.pop(0), given_)])
            case "roll":
                await roller.roll()
            case "rebuild":
                await rollups.rebuild(database)
        if kind not in {"roll", "rebuild"}:
            held.added([(SALES.name, number), (PURCHASES.name, number)])
        assert await held_now(held)


async def differences(database: Database) -> list[Any]:
    report = await audit.run(database, None, deadline=deadline_in(20))
    assert report.checked["rollup_bought"] > 5
    return [each for each in report.differences if each.kind.startswith("rollup")]


async def test_the_audit_finds_a_right_rollup_right(shop: Database) -> None:
    await fill(shop)
    assert await differences(shop) == []


DAMAGES: dict[str, tuple[Collection[Any], Any, Any]] = {
    "a sum before a page": (PAGES, {"before.value": {"$gt": 500}}, {"$inc": {"before.value": 1}}),
    "a sum of another timeline": (
        PAGES,
        {"before.pages": {"$gt": 5}},
        {"$inc": {"before.pages": -1}},
    ),
    "a page is lost": (PAGES, {"timeline": "sold", "before.count": {"$gt": 5}}, None),
    "the first page is lost": (PAGES, {"timeline": "bought", "before.count": 0}, None),
    "a tail is lost": (
        SALES,
        {TAIL_SINCE: {"$gt": BUSY_DAY}},
        {"$unset": {TAIL: 1, TAIL_SINCE: 1}},
    ),
}


@pytest.mark.parametrize("damage", DAMAGES)
async def test_the_audit_finds_a_damage_and_a_rebuild_mends_it(shop: Database, damage: str) -> None:
    await fill(shop)
    collection, query, change = DAMAGES[damage]
    target = shop.collection(collection)
    if change is None:
        assert (await target.delete_one(query)).deleted_count == 1
    else:
        assert (await target.update_one(query, change)).modified_count == 1

    assert await differences(shop)

    await rollups.rebuild(shop)
    assert await differences(shop) == []
    await agree(shop, EVER)


@pytest.mark.parametrize("field", ["movements", "owners.user_id", "owners.store_id"])
async def test_the_audit_finds_a_damage_in_what_is_packed(shop: Database, field: str) -> None:
    await fill(shop)
    pages = shop.collection(PAGES)
    page = await pages.find_one({"timeline": "bought", "before.count": {"$gt": 5}})
    packed = page
    for name in field.split("."):
        packed = packed[name]
    values = bytearray(packed["values"])
    values[-8] ^= 1
    await pages.update_one({"_id": page["_id"]}, {"$set": {f"{field}.values": bytes(values)}})

    assert await differences(shop)

    await rollups.rebuild(shop)
    assert await differences(shop) == []


async def test_a_rebuild_from_nothing_makes_all_pages(shop: Database) -> None:
    await fill(shop)
    await shop.collection(PAGES).delete_many({})
    assert (await differences_of_nothing(shop)) != []

    await rollups.rebuild(shop)

    assert await differences(shop) == []
    await agree(shop, TimeRange(BUSY_DAY + timedelta(minutes=7), BUSY_DAY + timedelta(minutes=31)))


async def differences_of_nothing(database: Database) -> list[Any]:
    return (await audit.run(database, "marketplace", deadline=deadline_in(20))).differences


async def test_many_rows_of_one_moment_stay_in_one_page(shop: Database) -> None:
    for number in range(12):
        await add(shop, [a_sale(number, BUSY_DAY)])
    await add(shop, [a_sale(20, BUSY_DAY + timedelta(milliseconds=1))])
    await rollups.roller(shop).roll()
    await agree(shop, TimeRange(BUSY_DAY, BUSY_DAY + timedelta(milliseconds=1)))
    await rollups.rebuild(shop)
    await agree(shop, TimeRange(BUSY_DAY, BUSY_DAY + timedelta(milliseconds=1)))
    await agree(shop, TimeRange(BUSY_DAY + timedelta(milliseconds=1), None))


async def test_rollers_at_once_count_each_row_once(shop: Database) -> None:
    for number in range(60):
        await add(shop, [a_sale(number, BUSY_DAY + timedelta(minutes=number * 7 % 60))])
    monitored = [rollups.roller(shop) for _ in range(4)]

    await asyncio.gather(*(each.roll() for each in monitored), rollups.rebuild(shop))

    assert await shop.rows(SALES, {TAIL_SINCE: {"$exists": True}}) == []
    await agree(shop, EVER)
    report = await audit.run(shop, "bookshop", deadline=deadline_in(20))
    assert [each for each in report.differences if each.kind.startswith("rollup")] == []


async def test_a_run_that_is_cut_off_at_any_step_leaves_the_reports_right(
    shop: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    await fill(shop)
    write_pages, steps = rollup.write_pages, []

    async def dying(*given_: Any) -> None:
        await write_pages(*given_)
        raise StorageUnavailable

    async def dying_before(*_: Any) -> None:
        raise StorageUnavailable

    for death in (dying, dying_before):
        monkeypatch.setattr(rollup, "write_pages", death)
        with pytest.raises(StorageUnavailable):
            await rollups.roller(shop).roll()
        await agree(shop, EVER)
        steps.append(death)
    monkeypatch.setattr(rollup, "write_pages", write_pages)
    await rollups.roller(shop).roll()
    await agree(shop, EVER)
    assert await differences(shop) == []


async def test_a_report_reads_two_pages_and_the_tail_however_many_rows_there_are(
    shop: Database, statements: Statements
) -> None:
    await fill(shop, rows=80)
    minute = timedelta(minutes=1)
    period = TimeRange(BUSY_DAY + 62 * minute, BUSY_DAY + 120 * minute)
    pages, tail, end = "find rollup_pages", "find purchases", "commitTransaction"

    with statements.counted(with_tails=True) as sent:
        await purchases.totals(shop, period, "UTC")
    assert sent == [pages, pages, tail, pages, "find purchase_refunds", end]
    with statements.counted(with_tails=True) as sent:
        await users.count(shop, period, SpendingBounds(1, None, include_idle=False), "UTC")
    assert sent == [pages, pages, tail, end]
    with statements.counted(with_tails=True) as sent:
        await sales.totals(shop, period, "UTC")
    assert sent == [pages, pages, "find sales", pages, pages, "find refunds", end]

    longest = max(
        len(timelines.Movements.of_document(row.movements)) for row in await shop.rows(PAGES, {})
    )
    assert longest < 2 * 3 + 1
    read = {"find": PURCHASES.name, "filter": {TAIL_SINCE: {"$gte": timelines.BEGINNING}}}
    assert len((await shop.motor.command(read))["cursor"]["firstBatch"]) == 4


async def test_the_roller_leaves_a_short_tail_and_moves_a_long_one(shop: Database) -> None:
    roller = rollups.roller(shop)
    rolling = asyncio.create_task(roller.keep_rolling(5))
    try:
        await asyncio.sleep(0.3)
        for number in range(4):
            await add(shop, [a_sale(number, BUSY_DAY)])
            roller.mark([("sales", number), ("books", 1)])
        await asyncio.sleep(0.3)
        assert len(await shop.rows(SALES, {TAIL_SINCE: {"$exists": True}})) == 4
        await add(shop, [a_sale(4, BUSY_DAY)])
        roller.mark([("sales", 4)])
        for _ in range(500):
            await asyncio.sleep(0.02)
            if not await shop.rows(SALES, {TAIL_SINCE: {"$exists": True}}):
                break
        assert await shop.rows(SALES, {TAIL_SINCE: {"$exists": True}}) == []
    finally:
        rolling.cancel()
        await asyncio.wait([rolling])
    await agree(shop, EVER)


async def test_a_sale_that_is_refunded_while_it_is_moved_counts_once(shop: Database) -> None:
    sold = [a_sale(number, BUSY_DAY + timedelta(minutes=number), 3) for number in range(30)]
    for sale in sold:
        await add(shop, [sale])

    async def refund_all() -> None:
        for sale in sold:
            later = sale.sold_at + timedelta(days=3)
            await add_refund(shop, sale.id, replace(sale), later)

    async def roll_on() -> None:
        for _ in range(8):
            await rollups.roller(shop).roll()

    await asyncio.gather(refund_all(), roll_on())

    await agree(shop, EVER)
    day = date(2026, 3, 28)
    await agree(shop, time_range(day, day, "Asia/Kathmandu"))
