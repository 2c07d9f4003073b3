"""Tells the read cache what other processes have changed, by a change stream on the database."""

import asyncio
from typing import Any, Final

import structlog

from repository.mongo_connection import Database, PyMongoError
from repository.read_cache import ReadCache
from repository.transactions import backoff_s

AWAIT_MS: Final = 1_000
CHANGES_OF_ONE: Final = ("update", "replace", "delete")
"""What is inserted was not kept before, so it is of no interest."""

log = structlog.get_logger("octavo.change_watch")


async def watch_changes(database: Database) -> None:
    """Drop from the database's read cache what changes, until cancelled.

    Whenever the stream fails, changes may have been missed: everything is dropped, and until it is
    back only the cache's time limit bounds how old a document can be.
    """
    for attempt in _attempts():
        try:
            await _follow(database)
        except PyMongoError as failure:
            log.warning("the change stream has ended and is opened again", reason=str(failure))
        database.reads.flush()
        await asyncio.sleep(backoff_s(attempt))


async def _follow(database: Database) -> None:
    pipeline = [{"$match": {"operationType": {"$nin": ["insert"]}}}]
    async with database.motor.watch(pipeline, max_await_time_ms=AWAIT_MS) as stream:
        # What was read before the stream was open may have changed since.
        database.reads.flush()
        async for change in stream:
            _drop_changed(database.reads, change)


def _drop_changed(reads: ReadCache, change: dict[str, Any]) -> None:
    if change["operationType"] in CHANGES_OF_ONE:
        reads.drop([(change["ns"]["coll"], change["documentKey"]["_id"])])
    else:
        reads.flush()
