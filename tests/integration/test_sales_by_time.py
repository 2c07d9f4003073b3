"""Sales of a period: whose days, which end, and exact sums, against a plain model."""

import asyncio
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.books import BookRow
from domain.time_ranges import time_range
from repository import sales
from repository.books import BOOKS
from repository.mongo.connection import Database
from repository.mongo.core import Core
from repository.sales import REFUNDS, SALES
from tests.conftest import Run
from tests.support.rpc_client import RpcClient, RpcError

FIRST = datetime(2026, 3, 28, 20, tzinfo=UTC)
"""A little before the night in which Paris and New York have set or set their clocks."""


class Clock:
    """What time the service believes it is."""

    def __init__(self) -> None:
        self.now = FIRST

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


async def test_a_datetime_without_an_offset_is_by_the_clock_of_the_zone(
    rpc: RpcClient, clock: Clock
) -> None:
    clock.now = datetime(2026, 11, 23, 8, 30, tzinfo=UTC)  # 14:15 in Kathmandu
    await rpc("sales.create", book_id=1)
    period = {"from_": "2026-11-23T14:00", "to": "2026-11-23T15:30", "time_zone": "Asia/Kathmandu"}

    totals = await rpc("sales.totals", **period)
    listed = await rpc("sales.list", **period)

    assert (totals["gross"], totals["from"]) == (18.89, "2026-11-23T08:15:00Z")
    assert totals["time_zone"] == listed["time_zone"] == "Asia/Kathmandu"
    assert len(listed["items"]) == 1
    assert (await rpc("sales.totals", **period | {"time_zone": "UTC"}))["gross"] == 0


async def test_to_includes_its_day_in_the_zone_that_is_named(rpc: RpcClient, clock: Clock) -> None:
    clock.now = datetime(2026, 11, 23, 23, 30, tzinfo=UTC)
    await rpc("sales.create", book_id=1)

    async def sold(**period: str) -> int:
        listed = (await rpc("sales.list", **period))["items"]
        totals = await rpc("sales.totals", **period)
        average = await rpc("sales.average_pages", **period)
        assert len(listed) == totals["copies_sold"] == average["copies"]
        return len(listed)

    day, next_day = "2026-11-23", "2026-11-24"
    assert await sold(from_=day, to=day) == 1
    assert await sold(from_=next_day) == 0
    assert await sold(from_=day, to=day, time_zone="Europe/Paris") == 0
    assert await sold(from_=next_day, to=next_day, time_zone="Europe/Paris") == 1
    assert await sold(to=day, time_zone="America/New_York") == 1


async def test_instants_are_half_open(rpc: RpcClient, clock: Clock) -> None:
    clock.now = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
    await rpc("sales.create", book_id=1)

    async def count(**period: str) -> int:
        totals: dict[str, int] = await rpc("sales.totals", **period)
        return totals["sales_count"]

    assert await count(from_="2026-11-23T09:30:00Z") == 1
    assert await count(to="2026-11-23T09:30:00Z") == 0
    assert await count(to="2026-11-23T09:30:00.001Z") == 1
    assert await count(from_="2026-11-23T10:30:00+01:00", to="2026-11-23T10:31:00+01:00") == 1
    assert await count(from_="2026-11-23T09:30:00.0001Z") == 0


async def test_the_answer_echoes_the_instants_and_the_zone(rpc: RpcClient) -> None:
    period = {"from_": "2026-03-29", "to": "2026-03-29", "time_zone": "Europe/Paris"}
    echoed = {
        "from": "2026-03-28T23:00:00Z",
        "to": "2026-03-29T22:00:00Z",
        "time_zone": "Europe/Paris",
    }

    for method in ("sales.totals", "sales.average_pages"):
        assert (await rpc(method, **period)).items() >= echoed.items()


async def test_a_refund_counts_on_its_own_day_and_leaves_the_average_of_the_sales_day(
    rpc: RpcClient, clock: Clock
) -> None:
    sale = await rpc("sales.create", book_id=1)
    await rpc("sales.create", book_id=3)
    clock.now = FIRST + timedelta(days=2)
    await rpc("sales.refund", sale_id=sale["id"])

    sales_day = await rpc("sales.totals", from_="2026-03-28", to="2026-03-28")
    refund_day = await rpc("sales.totals", from_="2026-03-30", to="2026-03-30")
    average = await rpc("sales.average_pages", to="2026-03-28")

    assert (sales_day["gross"], sales_day["refunded"], sales_day["net"]) == (33.05, 0, 33.05)
    assert (refund_day["gross"], refund_day["refunded"], refund_day["net"]) == (0, 18.89, -18.89)
    assert (average["average_pages"], average["copies"]) == (352, 1)


async def test_a_reversed_period_is_refused_by_every_report(rpc: RpcClient) -> None:
    for method in ("sales.list", "sales.totals", "sales.average_pages"):
        with pytest.raises(RpcError) as refusal:
            await rpc(method, from_="2026-11-24", to="2026-11-23")

        assert refusal.value.code == -32602
        assert refusal.value.data["errors"][0]["parameter"] == "to"


@dataclass
class Sold:
    """A sale as the model keeps it."""

    book: int
    quantity: int
    at: datetime
    refunds: list[tuple[int, datetime]]


PRICES_AND_PAGES = ((1, 1), (33, 352), (1889, 1184), (1_000_001, 99_999))
INSTANTS = st.integers(0, 4 * 24 * 60 - 1).map(lambda minutes: FIRST + timedelta(minutes=minutes))
SALES_MADE = st.lists(
    st.builds(
        Sold,
        book=st.integers(0, len(PRICES_AND_PAGES) - 1),
        quantity=st.integers(1, 50),
        at=INSTANTS,
        refunds=st.lists(st.tuples(st.integers(1, 25), INSTANTS), max_size=2),
    ),
    max_size=15,
)


def test_totals_and_averages_of_any_day_are_those_of_a_plain_model(
    run: Run, database: Database, clock: Clock
) -> None:
    @settings(max_examples=20, deadline=None, derandomize=True, database=None)
    @given(
        made=SALES_MADE,
        zone=st.sampled_from(["UTC", "Europe/Paris", "America/New_York", "Asia/Kathmandu"]),
        first=st.integers(-1, 5),
        days=st.integers(0, 3),
    )
    def agree(made: list[Sold], zone: str, first: int, days: int) -> None:
        from_ = date(2026, 3, 28) + timedelta(days=first)
        to = from_ + timedelta(days=days)
        period = time_range(from_, to, zone)

        run(record(database, clock, made))
        totals = run(sales.totals(database, period, zone))
        average = run(sales.average_pages(database, period, zone))

        expected = model(made, lambda at: from_ <= at.astimezone(ZoneInfo(zone)).date() <= to)
        assert totals.model_dump(exclude={"from_", "to", "time_zone"}, mode="python") == {
            name: number / 100 if name in {"gross", "refunded", "net"} else number
            for name, number in expected["totals"].items()
        }
        assert (average.average_pages, average.copies) == expected["average"]

    agree()


def model(made: list[Sold], within: Any) -> dict[str, Any]:
    """Totals and average in whole cents, added up the simplest way."""
    sold = [sale for sale in made if within(sale.at)]
    refunded = [
        (PRICES_AND_PAGES[sale.book][0], copies)
        for sale in made
        for copies, at in sale.refunds
        if within(at)
    ]
    gross = sum(PRICES_AND_PAGES[sale.book][0] * sale.quantity for sale in sold)
    back = sum(price * copies for price, copies in refunded)
    kept = [
        (PRICES_AND_PAGES[sale.book][1], sale.quantity - sum(n for n, _ in sale.refunds))
        for sale in sold
    ]
    copies = sum(left for _, left in kept)
    pages = sum(each * left for each, left in kept)
    return {
        "totals": {
            "gross": gross,
            "refunded": back,
            "net": gross - back,
            "copies_sold": sum(sale.quantity for sale in sold),
            "copies_refunded": sum(copies for _, copies in refunded),
            "sales_count": len(sold),
        },
        "average": (pages / copies if copies else None, copies),
    }


async def record(database: Database, clock: Clock, made: list[Sold]) -> None:
    """Start anew, and make those sales and those of their refunds that are possible."""
    for name in (BOOKS, SALES, REFUNDS):
        await database.collection(name).delete_many({})
    for book_id, (price, pages) in enumerate(PRICES_AND_PAGES):
        book = BookRow(book_id, "t", ["a"], pages, price, stock=10_000)
        await database.collection(BOOKS).insert_one(BOOKS.document_of(book))
    core = Core(Database(database.client, database.motor, clock=clock))
    ids = []
    for sale in made:
        clock.now = sale.at
        sold = await core.submit(sales.create(sale.book, sale.quantity), deadline=deadline())
        ids.append(sold.id)
        while sum(copies for copies, _ in sale.refunds) > sale.quantity:
            sale.refunds.pop()
    for sale_id, sale in zip(ids, made, strict=True):
        for copies, at in sale.refunds:
            clock.now = at
            refund = sales.refund(sale_id, copies, restock=True)
            await core.submit(refund, deadline=deadline())


def deadline() -> float:
    return asyncio.get_running_loop().time() + 20
