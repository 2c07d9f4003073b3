"""Reads by id: each with a query of its own, against those of one turn of the loop in one query.

In this process, without HTTP.
"""

import asyncio
import tempfile
import time
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import Any, Final

from bench.frame import Bench, Line, Run, at_least
from domain.listings import ListingRow
from repository.listings import LISTINGS
from repository.mongo.connection import Database
from repository.storage import StorageSettings, open_storage

READS: Final = 300
CACHED_S: Final = 3_600.0
Read = Callable[[int], Awaitable[Any]]
JOINED: Final = Line(
    name="reads by id, joined",
    load=f"{READS} listings asked for in one turn of the loop, in this process",
    bound="the engine's work a document",
    unit="reads/s",
    baseline="the same at once, each with a query of its own",
    goal=at_least(5),
)
CACHED: Final = Line(
    name="reads by id, cached",
    load=JOINED.load,
    bound="a look into a dict",
    unit="reads/s",
    baseline="the same at once, joined in one query",
    goal=at_least(5),
)


async def reads_a_second(read: Read) -> float:
    """The rate when all reads are asked for in one turn of the loop."""
    started = time.perf_counter()
    await asyncio.gather(*map(read, range(READS)))
    return READS / (time.perf_counter() - started)


async def fill(database: Database) -> None:
    """As many listings as are read."""
    rows = [
        ListingRow(
            id=number, store_id=1, source_name=str(number), name=str(number), price_cents=999
        )
        for number in range(READS)
    ]
    await database.add_missing(LISTINGS, map(LISTINGS.document_of, rows))


async def measure(run: Run) -> None:
    """Read in all three ways."""
    with tempfile.TemporaryDirectory(prefix="octavo-bench-") as folder:
        settings = StorageSettings(mongo_url=None, data_dir=Path(folder))
        async with open_storage(settings) as storage:
            database = storage.database
            caching = Database(database.client, database.motor)
            caching.reads.cache([LISTINGS.name], documents_max=READS, ttl_s=CACHED_S)
            await fill(database)

            async def own_query(row_id: int) -> Any:
                return await database.rows(LISTINGS, {"_id": row_id}, limit=1)

            each_alone = partial(reads_a_second, own_query)
            joined = partial(reads_a_second, partial(database.get, LISTINGS))
            cached = partial(reads_a_second, partial(caching.get, LISTINGS))
            await run.in_turns(JOINED, ours=joined, baseline=each_alone)
            await run.in_turns(CACHED, ours=cached, baseline=joined)


BENCH: Final = Bench("reads", (JOINED, CACHED), measure)
