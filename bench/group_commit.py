"""A flash sale: buyers of one title who join a transaction, against buyers who each have their own.

    python -m bench.group_commit

Prints how many times faster the same sales are when they join.
"""

import asyncio
import tempfile
import time
from functools import partial
from pathlib import Path
from typing import Final

from bench.ratios import show_ratios
from repository import books, sales, transactions
from repository.embedded_engine import embedded_engine
from repository.group_commit import Change, GroupCommit
from repository.indexes import ensure
from repository.mongo_connection import Database, connect
from repository.transactions import Transaction

BUYERS: Final = 100
DEADLINE_S: Final = 120.0
BOOK_ID: Final = 1


async def stock_one_title(database: Database) -> None:
    """One book with copies enough for all rounds."""
    document = books.book_document(
        BOOK_ID,
        title="The Lord of the Rings",
        authors=["J.R.R. Tolkien"],
        pages=1184,
        price_cents=1889,
        isbn=None,
        stock=books.STOCK_MAX,
    )
    await transactions.run(
        database, lambda transaction: books.add_missing(transaction, [document]), deadline=until()
    )


def until() -> float:
    """A deadline that no round comes near."""
    return asyncio.get_running_loop().time() + DEADLINE_S


async def sell(transaction: Transaction) -> bytes:
    """Sell one copy, as sales.create does."""
    sale = await sales.create(transaction, BOOK_ID, 1)
    return sale.model_dump_json().encode()


async def seconds_for_all(changes: GroupCommit, lane: str | None) -> float:
    """The time until every buyer is answered who asks at the same moment."""
    started = time.perf_counter()
    buyers = (changes.submit(Change(sell, until(), lane=lane)) for _ in range(BUYERS))
    await asyncio.gather(*buyers)
    return time.perf_counter() - started


async def seconds_one_by_one(database: Database) -> float:
    """The time when each buyer comes after the one before was answered."""
    started = time.perf_counter()
    for _ in range(BUYERS):
        await transactions.run(database, sell, deadline=until())
    return time.perf_counter() - started


async def main() -> None:
    """Measure and print the ratios."""
    with tempfile.TemporaryDirectory() as folder:
        async with embedded_engine(Path(folder)) as url, connect(url, "bench") as database:
            await ensure(database)
            await stock_one_title(database)
            changes = GroupCommit(database)
            await show_ratios(
                {
                    "one by one": partial(seconds_one_by_one, database),
                    "at once, each its own transaction": partial(seconds_for_all, changes, None),
                    "at once, joined": partial(seconds_for_all, changes, "book"),
                }
            )


if __name__ == "__main__":
    asyncio.run(main())
