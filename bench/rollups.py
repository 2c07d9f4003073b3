"""Totals and rankings over few rows and over many: what a report costs as the rows grow.

    python -m bench --only rollups
    python -m bench --only million --minutes 60

Both sizes lie in one engine; the reports take turns. One half of the rows is spread over three
years, the other half is of one busy day. Periods are whole days of any time zone, instants within
the busy day, and open ones. Reports are asked from movements in memory, as a service does, and from
the database, as it does while they are not held. `make bench` takes fewer rows than a million,
which are filled for a quarter of an hour.
"""

import random
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, Final
from zoneinfo import available_timezones

from bench.frame import Bench, Line, Run, at_most
from bench.output import say
from domain.accounts import new_account
from domain.purchases import PurchaseRow
from domain.sales import RefundRow, SaleRow
from domain.time_ranges import TimeRange, time_range
from domain.users import SpendingBounds
from repository import purchases, rollups, sales, stores, users
from repository.accounts import ACCOUNTS
from repository.mongo import indexes
from repository.mongo.collections import Collection
from repository.mongo.connection import Database
from repository.storage import StorageSettings, open_storage

GOAL: Final = 1.5
SIZES: Final = {"rollups": (5_000, 40_000), "million": (10_000, 1_000_000)}
"""The rows of both sides, by the name of the bench."""
ROUNDS: Final = 40
MEMORY, STORED = "in memory", "in the database"
USERS: Final = 1_000
STORES: Final = 2_203
BATCH: Final = 5_000
REFUND_EVERY: Final = 10
FIRST: Final = datetime(2023, 1, 1, tzinfo=UTC)
DAYS: Final = 1_096
BUSY_DAY: Final = datetime(2025, 6, 3, tzinfo=UTC)
DAY_MS: Final = 86_400_000
ZONES: Final = tuple(sorted(available_timezones()))

Report = Callable[[Database, TimeRange], Awaitable[Any]]
REPORTS: Final[dict[str, Report]] = {
    "sales.totals": lambda database, period: sales.totals(database, period, "UTC"),
    "sales.average_pages": lambda database, period: sales.average_pages(database, period, "UTC"),
    "purchases.totals": lambda database, period: purchases.totals(database, period, "UTC"),
    "users.top": lambda database, period: users.top(database, period, 10, "UTC"),
    "users.count": lambda database, period: users.count(
        database, period, SpendingBounds(5_000, None, include_idle=False), "UTC"
    ),
    "stores.popular": lambda database, period: stores.popular(
        database, period, by="value", limit=10, time_zone="UTC"
    ),
}


class Source:
    """Makes rows, the same for a seed."""

    def __init__(self) -> None:
        self.random = random.Random(5)  # noqa: S311 - made-up rows

    def moment(self, number: int) -> datetime:
        """A moment of the busy day for every other row, else of any day."""
        at = timedelta(milliseconds=self.random.randrange(DAY_MS))
        if number % 2:
            return BUSY_DAY + at
        return FIRST + timedelta(days=self.random.randrange(DAYS)) + at

    def sale(self, number: int) -> SaleRow:
        """A sale; one in ten is refunded later."""
        copies, cents = self.random.randint(1, 3), self.random.randint(500, 3_000)
        return SaleRow(
            id=number,
            book_id=number % 100,
            quantity=copies,
            unit_price_cents=cents,
            total_cents=cents * copies,
            pages=self.random.randint(90, 900),
            refundable=0 if number % REFUND_EVERY == 0 else copies,
            sold_at=self.moment(number // REFUND_EVERY),
        )

    def refund(self, sale: SaleRow) -> RefundRow:
        """The refund of a sale, within a month."""
        return RefundRow(
            id=sale.id,
            sale_id=sale.id,
            book_id=sale.book_id,
            quantity=sale.quantity,
            amount_cents=sale.total_cents,
            pages=sale.pages,
            restocked=False,
            refunded_at=sale.sold_at + timedelta(minutes=self.random.randrange(43_200)),
            sold_at=sale.sold_at,
        )

    def purchase(self, number: int) -> PurchaseRow:
        """A purchase."""
        return PurchaseRow(
            id=number,
            user_id=self.random.randrange(USERS),
            store_id=self.random.randrange(1, STORES + 1),
            listing_id=None,
            book_name="A book",
            store_name="A store",
            amount_cents=self.random.randint(1_000, 1_400),
            purchased_at=self.moment(number),
        )

    def period(self) -> TimeRange:
        """Days of some time zone, or instants, mostly around the busy day; some are open."""
        if self.random.random() < 0.3:  # noqa: PLR2004 - some
            at = sorted(self.random.randrange(DAY_MS) for _ in range(2))
            start, end = (BUSY_DAY + timedelta(milliseconds=each) for each in at)
            return TimeRange(start, end)
        days = sorted(self.random.randrange(DAYS) for _ in range(2))
        first, last = (date(2023, 1, 1) + timedelta(days=each) for each in days)
        kind = self.random.randrange(5)
        return time_range(
            None if kind == 0 else first,
            None if kind == 1 else last,
            self.random.choice(ZONES),
        )


async def fill(database: Database, rows: int) -> None:
    """Add so many sales and purchases, a tenth as many refunds, and make the rollup of them."""
    source, started = Source(), time.perf_counter()
    owners = [new_account("user", each, f"User {each}", 0) for each in range(USERS)]
    owners += [new_account("store", each + 1, f"Store {each}", 0) for each in range(STORES)]
    await insert(database, ACCOUNTS, owners)
    for first in range(0, rows, BATCH):
        numbers = range(first + 1, min(first + BATCH, rows) + 1)
        sold = [source.sale(number) for number in numbers]
        await insert(database, sales.SALES, sold)
        await insert(
            database, sales.REFUNDS, [source.refund(each) for each in sold if not each.refundable]
        )
        await insert(database, purchases.PURCHASES, [source.purchase(each) for each in numbers])
    inserted = time.perf_counter()
    await rollups.rebuild(database)
    rebuilt = time.perf_counter() - inserted
    say(f"{rows:>9,} sales and purchases: {inserted - started:.0f} s; rollup {rebuilt:.0f} s")


async def insert(database: Database, collection: Collection[Any], rows: list[Any]) -> None:
    """Insert rows as they are, without a tail."""
    documents = [collection.document_of(row) for row in rows]
    if documents:
        await database.collection(collection).insert_many(documents)


async def measure(
    few: Database, many: Database, rounds: int
) -> dict[str, tuple[list[float], list[float]]]:
    """The milliseconds of each report over few rows and over many, in turns."""
    source, results = Source(), {}
    for name, report in REPORTS.items():
        times: tuple[list[float], list[float]] = ([], [])
        for _ in range(rounds):
            period = source.period()
            for database, taken in zip((few, many), times, strict=True):
                started = time.perf_counter()
                await report(database, period)
                taken.append((time.perf_counter() - started) * 1_000)
        results[name] = times
    return results


async def hold(database: Database) -> None:
    """Hold in memory what a service does."""
    database.reads.cache(indexes.cached(), documents_max=20_000, ttl_s=600)
    rollups.hold(database, movements_max=10_000_000)
    started = time.perf_counter()
    for held in database.held_movements:
        await held.settle()
    say(f"in memory after {time.perf_counter() - started:.1f} s")


async def record(run: Run, bench: str) -> None:
    """Fill a database with few rows and one with many, and measure, each way after a warm-up."""

    def settings(name: str) -> StorageSettings:
        return StorageSettings(mongo_url=None, data_dir=Path(folder) / "var", mongo_database=name)

    with tempfile.TemporaryDirectory(prefix="octavo-bench-") as folder:
        async with open_storage(settings("few")) as small, open_storage(settings("many")) as large:
            databases = (small.database, large.database)
            for database, rows in zip(databases, SIZES[bench], strict=True):
                await fill(database, rows)
            for where in (STORED, MEMORY):
                for database in databases if where == MEMORY else ():
                    await hold(database)
                await measure(*databases, 3)
                for name, (few, many) in (await measure(*databases, ROUNDS)).items():
                    middle = [[statistics.median(many)], [statistics.median(few)]]
                    run.record(LINES[bench, where, name], *middle)
            for held in (each for database in databases for each in database.held_movements):
                await held.close()


BOUND: Final = {
    MEMORY: "the sums by owner before two pages, and the movements of two pages",
    STORED: "two pages and the live tail of each timeline, read and unpacked",
}
LINES: Final = {
    (bench, where, name): Line(
        name=f"{name}, {where}, {many:,} rows against {few:,}",
        load="one report at a time in this process, half of the rows of one busy day, periods of "
        "days in any time zone, of instants, and open ones",
        bound=BOUND[where],
        unit="ms",
        baseline=f"the same over {few:,} rows, in turns",
        goal=at_most(GOAL),
    )
    for bench, (few, many) in SIZES.items()
    for where in (MEMORY, STORED)
    for name in REPORTS
}


def _bench(name: str) -> Bench:
    lines = tuple(line for (bench, *_), line in LINES.items() if bench == name)
    return Bench(name, lines, partial(record, bench=name), only_if_named=name == "million")


BENCH: Final = _bench("rollups")
MILLION: Final = _bench("million")
