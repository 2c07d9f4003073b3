"""Tells the read cache what other processes have changed, by a change stream on the database."""

import asyncio
from collections.abc import Collection
from typing import Any, Final

import structlog

from repository.mongo_connection import Database, PyMongoError
from repository.read_cache import ReadCache
from repository.transactions import backoff_s

AWAIT_MS: Final = 1_000
CHANGES_OF_ONE: Final = ["update", "replace", "delete"]

log = structlog.get_logger("octavo.change_watch")


async def watch_changes(database: Database, collections: Collection[str]) -> None:
    """Drop from the database's read cache what changes in these collections, until cancelled.

    Whenever the stream fails, changes may have been missed: everything is dropped, and until it is
    back only the cache's time limit bounds how old a document can be.
    """
    failures = 0
    while True:
        try:
            async with _changes(database, collections) as stream:
                # What was read before the stream was open may have changed since.
                database.reads.flush()
                failures = 0
                async for change in stream:
                    _drop_changed(database.reads, change)
        except PyMongoError as failure:
            log.warning("the change stream has ended and is opened again", reason=str(failure))
        database.reads.flush()
        await asyncio.sleep(backoff_s(failures))
        failures += 1


def _changes(database: Database, collections: Collection[str]) -> Any:
    """The stream of changes; a row that is inserted cannot have been kept before."""
    one_changed = {"operationType": {"$in": CHANGES_OF_ONE}, "ns.coll": {"$in": [*collections]}}
    all_changed = {"operationType": {"$nin": [*CHANGES_OF_ONE, "insert"]}}
    pipeline = [{"$match": {"$or": [one_changed, all_changed]}}]
    return database.motor.watch(pipeline, max_await_time_ms=AWAIT_MS)


def _drop_changed(reads: ReadCache, change: dict[str, Any]) -> None:
    if change["operationType"] in CHANGES_OF_ONE:
        reads.drop([(change["ns"]["coll"], change["documentKey"]["_id"])])
    else:
        reads.flush()
