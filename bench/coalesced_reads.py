"""Reads by id: each with a query of its own, against those of one turn of the loop in one query.

    python -m bench.coalesced_reads

Prints how many times faster the same reads are when they are joined, and when what they gave is
cached.
"""

import asyncio
import tempfile
import time
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import Any, Final

import uvloop

from bench.ratios import say, show_ratios
from domain.listings import ListingRow
from repository.listings import LISTINGS
from repository.mongo.connection import Database
from repository.storage import StorageSettings, open_storage

READS: Final = 300
CACHED_S: Final = 3_600.0
Read = Callable[[int], Awaitable[Any]]


async def seconds_one_by_one(read: Read) -> float:
    """The time when each read comes after the one before."""
    started = time.perf_counter()
    for row_id in range(READS):
        await read(row_id)
    return time.perf_counter() - started


async def seconds_at_once(read: Read) -> float:
    """The time when all reads are asked for in one turn of the loop."""
    started = time.perf_counter()
    await asyncio.gather(*map(read, range(READS)))
    return time.perf_counter() - started


async def fill(database: Database) -> None:
    """As many listings as are read."""
    rows = [
        ListingRow(
            id=number, store_id=1, source_name=str(number), name=str(number), price_cents=999
        )
        for number in range(READS)
    ]
    await database.add_missing(LISTINGS, map(LISTINGS.document_of, rows))


async def main() -> None:
    """Measure and print the ratios."""
    with tempfile.TemporaryDirectory(prefix="octavo-bench-") as folder:
        settings = StorageSettings(mongo_url=None, data_dir=Path(folder))
        async with open_storage(settings) as storage:
            database = storage.database
            caching = Database(database.client, database.motor)
            caching.reads.cache([LISTINGS.name], documents_max=READS, ttl_s=CACHED_S)
            await fill(database)
            await seconds_at_once(partial(caching.get, LISTINGS))

            async def own_query(row_id: int) -> Any:
                return await database.rows(LISTINGS, {"_id": row_id}, limit=1)

            say("reads by id")
            await show_ratios(
                {
                    "one by one": partial(seconds_one_by_one, own_query),
                    "at once, each its own query": partial(seconds_at_once, own_query),
                    "at once, joined": partial(seconds_at_once, partial(database.get, LISTINGS)),
                    "at once, cached": partial(seconds_at_once, partial(caching.get, LISTINGS)),
                }
            )


if __name__ == "__main__":
    uvloop.run(main())
