"""Reports stay equal to all rows while processes sell, refund, buy, roll, and are killed.

OCTAVO_TEST_KILLS says how many random moments are tried: a quarter of it, at least one.
"""

import asyncio
import os
import random
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
import pytest

from domain.time_ranges import EVER, TimeRange
from repository import rollups
from repository.engine import embedded_engine
from repository.mongo.connection import Database, Documents, connect
from repository.mongo.core import deadline_in
from repository.mongo.rollup import sums, sums_by
from repository.mongo.timelines import PAGES
from repository.mongo.transactions import read_snapshot
from repository.purchases import BOUGHT
from repository.sales import REFUNDED, RETURNED, SOLD
from tests.support import full_reports
from tests.support.rpc_client import RpcClient, RpcError
from tests.support.service_process import ServiceProcess, service_process

KILLS = max(int(os.environ.get("OCTAVO_TEST_KILLS", "1")) // 4, 1)
TILLS = 6
TAILS_MAX = 3
TRADE_S = 4.0
PRICE_CENTS = 1416


@pytest.fixture(scope="module")
async def shared(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[ServiceProcess]:
    data_dir = tmp_path_factory.mktemp("rollup") / "data"
    async with service_process(data_dir, workers=2, rollup_tails_max=TAILS_MAX) as running:
        yield running


@pytest.fixture
async def service(shared: ServiceProcess) -> ServiceProcess:
    """A service with two workers, also after a test that has failed with a killed one."""
    return shared if shared.exit_code is None else await shared.start()


async def trade(url: str, number: int, until: float) -> None:
    """Sell, refund and buy until the time is up or nobody answers."""
    source = random.Random(number)  # noqa: S311 - which call comes next
    async with RpcClient(url) as rpc:
        try:
            book = await rpc(
                "books.create", title="B", authors=["A"], pages=9, price=14.16, quantity=10_000
            )
            while asyncio.get_running_loop().time() < until:
                sale = await rpc("sales.create", book_id=book["id"], quantity=source.randint(1, 3))
                if source.random() < 0.5:
                    await rpc("sales.refund", sale_id=sale["id"], quantity=1)
                await buy(rpc, source)
        except (aiohttp.ClientError, ConnectionError):
            return


async def buy(rpc: RpcClient, source: random.Random) -> None:
    try:
        await rpc("purchases.create", user_id=source.randint(3, 9), listing_id=2)
    except RpcError as refusal:  # the user has spent everything
        assert refusal.type == "insufficient_funds"  # noqa: PT017 - nothing else is expected


async def ask(url: str, until: float) -> int:
    """Ask for totals while others trade: whatever they show is a moment that was."""
    asked, last = 0, 0
    async with RpcClient(url, over_one_connection=True) as rpc:
        while asyncio.get_running_loop().time() < until:
            totals = await rpc("sales.totals")
            assert round(totals["gross"] * 100) == totals["copies_sold"] * PRICE_CENTS
            assert round(totals["refunded"] * 100) == totals["copies_refunded"] * PRICE_CENTS
            assert totals["copies_refunded"] <= totals["copies_sold"]
            assert totals["sales_count"] >= last
            asked, last = asked + 1, totals["sales_count"]
    return asked


async def require_agreement(database: Database, period: TimeRange) -> None:
    """In one snapshot, the rollup says of a period what all rows say."""

    async def compare(snapshot: Documents) -> None:
        sold, refunded, returned, bought = [
            await sums(snapshot, timeline, period)
            for timeline in (SOLD, REFUNDED, RETURNED, BOUGHT)
        ]
        full = await full_reports.sales_totals(snapshot, period)
        assert (sold["cents"], sold["copies"], sold["count"]) == (
            full["gross"],
            full["copies_sold"],
            full["sales_count"],
        )
        assert (refunded["cents"], refunded["copies"]) == (
            full["refunded"],
            full["copies_refunded"],
        )
        _, kept = await full_reports.average_pages(snapshot, period)
        assert sold["copies"] - returned["copies"] == kept
        assert bought == await full_reports.bought(snapshot, period)
        for owner in ("user", "store"):
            by_owner = await sums_by(snapshot, BOUGHT, f"{owner}_id", period)
            of_all = await full_reports.bought_by(snapshot, owner, period)
            assert {
                each: {name: of_one[each] for name, of_one in by_owner.items()}
                for each in by_owner["count"]
            } == of_all

    await read_snapshot(database, compare, deadline=deadline_in(20))


async def compare_on(database: Database, until: float) -> int:
    """Compare again and again, also within the last moments."""
    compared = 0
    while asyncio.get_running_loop().time() < until:
        now = datetime.now(UTC)
        await require_agreement(database, EVER)
        await require_agreement(database, TimeRange(now - timedelta(milliseconds=700), None))
        await require_agreement(database, TimeRange(None, now - timedelta(milliseconds=333)))
        compared += 1
    return compared


async def on_its_data(service: ServiceProcess, work: Callable[[Database], Awaitable[Any]]) -> None:
    """Work on the data of a service beside it."""
    name = str(service.settings["mongo_database"])
    if not service.uses_embedded_engine:
        async with connect(os.environ["OCTAVO_MONGO_URL"], name) as database:
            await work(database)
        return
    async with embedded_engine(service.data_dir) as url, connect(url, name) as database:
        await work(database)


async def require_that_workers_know_all(database: Database, url: str) -> None:
    """Soon every connection, to whichever worker, gets the totals of all rows."""
    full = await full_reports.sales_totals(database, EVER)
    for _ in range(6):
        async with RpcClient(url, over_one_connection=True) as rpc, asyncio.timeout(5):
            totals = await rpc("sales.totals")
            while round(totals["gross"] * 100) != full["gross"]:
                await asyncio.sleep(0.02)
                totals = await rpc("sales.totals")
            assert totals["sales_count"] == full["sales_count"]
            assert round(totals["refunded"] * 100) == full["refunded"]


async def require_a_right_end(database: Database, rpc: RpcClient) -> None:
    await require_agreement(database, EVER)
    assert len(await database.rows(PAGES, {})) >= 4
    report = await rpc("audit.run")
    assert report["differences"] == []
    assert report["checked"]["rollup_sold"]


async def test_reports_equal_all_rows_while_two_processes_trade(service: ServiceProcess) -> None:
    until = asyncio.get_running_loop().time() + TRADE_S

    async def race(database: Database) -> None:
        tills = [trade(service.url, number, until) for number in range(TILLS)]
        asked, compared, *_ = await asyncio.gather(
            ask(service.url, until), compare_on(database, until), *tills
        )
        assert asked > 5
        assert compared > 1
        await require_that_workers_know_all(database, service.url)
        async with RpcClient(service.url) as rpc:
            await require_a_right_end(database, rpc)

    await on_its_data(service, race)


async def test_reports_are_right_after_a_kill_at_any_moment(service: ServiceProcess) -> None:
    for _ in range(KILLS):
        until = asyncio.get_running_loop().time() + TRADE_S
        tills = [asyncio.create_task(trade(service.url, number, until)) for number in range(TILLS)]
        await asyncio.sleep(random.uniform(0.8, 2.0))  # noqa: S311 - any moment will do
        os.killpg(service.pid, signal.SIGKILL)
        await service.ended()
        await asyncio.gather(*tills, return_exceptions=True)

        async def require(database: Database) -> None:
            await require_agreement(database, EVER)
            await rollups.roller(database).roll()
            await require_agreement(database, EVER)

        await on_its_data(service, require)
        await service.start()
        async with RpcClient(service.url) as rpc:
            assert (await rpc("audit.run"))["differences"] == []
