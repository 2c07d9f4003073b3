"""Sales handed to the core: one after the other, against several at once, which share a group.

The same sales one by one, in groups of 8 and in groups of 64: each of another title, and all of
one. In this process, without HTTP.
"""

import asyncio
import tempfile
import time
from functools import partial
from pathlib import Path
from typing import Final

from bench.frame import Bench, Line, Run, at_least
from domain.books import BookRow
from repository import books, sales
from repository.storage import Storage, StorageSettings, open_storage

SALES: Final = 128
STOCK: Final = 1_000_000
DEADLINE_S: Final = 120.0


def _line(size: int, goal: float, titles: int) -> Line:
    what = "one title" if titles == 1 else "different titles"
    return Line(
        name=f"{size} sales of {what} in a group",
        load=f"{SALES} sales handed to the core of this process, {size} at a time",
        bound="the engine's work a sale: it writes each, whether in a group or not",
        unit="sales/s",
        baseline="the same sales one by one",
        goal=at_least(goal),
    )


LINES: Final = {
    _line(size, goal, titles): (size, titles)
    for titles, goals in ((SALES, ((8, 2), (64, 4))), (1, ((8, 3), (64, 8))))
    for size, goal in goals
}


async def stock_titles(storage: Storage) -> None:
    """A title for each sale, with copies enough for all rounds."""
    titles = [
        BookRow(
            id=number,
            title=f"Title {number}",
            authors=["A. Author"],
            pages=300,
            price_cents=1_250,
            isbn=None,
            stock=STOCK,
        )
        for number in range(1, SALES + 1)
    ]
    await storage.core.submit(books.add_missing(titles), deadline=until())


def until() -> float:
    """A deadline that no round comes near."""
    return asyncio.get_running_loop().time() + DEADLINE_S


async def sales_a_second(storage: Storage, size: int, *, titles: int) -> float:
    """The rate of all sales when so many are handed in at once, and answered before the next."""
    changes = [sales.create(number % titles + 1, 1) for number in range(SALES)]
    started = time.perf_counter()
    for first in range(0, SALES, size):
        together = changes[first : first + size]
        await asyncio.gather(*(storage.core.submit(each, deadline=until()) for each in together))
    return SALES / (time.perf_counter() - started)


async def measure(run: Run) -> None:
    """Sell in groups of each size."""
    with tempfile.TemporaryDirectory(prefix="octavo-bench-") as folder:
        settings = StorageSettings(mongo_url=None, data_dir=Path(folder))
        async with open_storage(settings) as storage:
            await stock_titles(storage)
            for line, (size, titles) in LINES.items():
                rate = partial(sales_a_second, storage, titles=titles)
                await run.in_turns(line, ours=partial(rate, size), baseline=partial(rate, 1))


BENCH: Final = Bench("groups", tuple(LINES), measure)
