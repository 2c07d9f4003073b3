"""Reads by id: each with a query of its own, against those of one turn of the loop in one query.

    python -m bench.coalesced_reads

Prints how many times faster the same reads are when they are joined, and when what they gave is
kept.
"""

import asyncio
import tempfile
import time
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import Any, Final

from bench.ratios import show_ratios
from repository.embedded_engine import embedded_engine
from repository.indexes import ensure
from repository.listings import listing_document
from repository.marketplace import LISTINGS
from repository.mongo_connection import Database, connect

READS: Final = 300
Read = Callable[[int], Awaitable[Any]]


async def seconds_one_by_one(read: Read) -> float:
    """The time when each read comes after the one before."""
    started = time.perf_counter()
    for document_id in range(READS):
        await read(document_id)
    return time.perf_counter() - started


async def seconds_at_once(read: Read) -> float:
    """The time when all reads are asked for in one turn of the loop."""
    started = time.perf_counter()
    await asyncio.gather(*map(read, range(READS)))
    return time.perf_counter() - started


async def fill(database: Database) -> None:
    """As many listings as are read."""
    store = {"_id": 1, "name": "Look Inna Book"}
    rows = [
        listing_document(number, store, source_name=str(number), name=str(number), price_cents=999)
        for number in range(READS)
    ]
    await database.collection(LISTINGS).insert_many(rows)


async def main() -> None:
    """Measure and print the ratios."""
    with tempfile.TemporaryDirectory() as folder:
        async with (
            embedded_engine(Path(folder)) as url,
            connect(url, "bench") as database,
            connect(url, "bench") as keeping,
        ):
            await ensure(database)
            await fill(database)
            keeping.reads.keep([LISTINGS], documents_max=READS, ttl_s=3_600)
            await seconds_at_once(partial(keeping.get, LISTINGS))

            async def own_query(document_id: int) -> Any:
                return await database.find_one(LISTINGS, {"_id": document_id})

            await show_ratios(
                {
                    "one by one": partial(seconds_one_by_one, own_query),
                    "at once, each its own query": partial(seconds_at_once, own_query),
                    "at once, joined": partial(seconds_at_once, partial(database.get, LISTINGS)),
                    "at once, kept": partial(seconds_at_once, partial(keeping.get, LISTINGS)),
                }
            )


if __name__ == "__main__":
    asyncio.run(main())
