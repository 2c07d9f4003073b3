"""Sales handed to the core: one after the other, against several at once, which share a group.

    python -m bench.group_commit

Prints how many times faster the same sales are in groups of 8 and of 64: each of another title, and
all of one.
"""

import asyncio
import tempfile
import time
from functools import partial
from pathlib import Path
from typing import Final

import uvloop

from bench.ratios import say, show_ratios
from domain.books import BookRow
from repository import books, sales
from repository.storage import Storage, StorageSettings, open_storage

SALES: Final = 128
GROUP_SIZES: Final = (1, 8, 64)
STOCK: Final = 1_000_000
DEADLINE_S: Final = 120.0


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
    await storage.core.submit(books.add_missing(storage.database, titles), deadline=until())


def until() -> float:
    """A deadline that no round comes near."""
    return asyncio.get_running_loop().time() + DEADLINE_S


async def seconds_in_groups(storage: Storage, size: int, titles: int) -> float:
    """The time for all sales when so many are handed in at once, and answered before the next."""
    changes = [sales.create(number % titles + 1, 1) for number in range(SALES)]
    started = time.perf_counter()
    for first in range(0, SALES, size):
        together = changes[first : first + size]
        await asyncio.gather(*(storage.core.submit(each, deadline=until()) for each in together))
    return time.perf_counter() - started


async def main() -> None:
    """Measure and print the ratios."""
    with tempfile.TemporaryDirectory(prefix="octavo-bench-") as folder:
        settings = StorageSettings(mongo_url=None, data_dir=Path(folder))
        async with open_storage(settings) as storage:
            await stock_titles(storage)
            for heading, titles in (("each of another title", SALES), ("all of one title", 1)):
                say(f"sales, {heading}")
                await show_ratios(
                    {
                        f"in groups of {size}" if size > 1 else "one by one": partial(
                            seconds_in_groups, storage, size, titles
                        )
                        for size in GROUP_SIZES
                    }
                )


if __name__ == "__main__":
    uvloop.run(main())
