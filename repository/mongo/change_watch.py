"""Watches a change stream for the changes of other processes."""

import asyncio
from collections.abc import Collection
from typing import Any, Final

import structlog
from pymongo.errors import PyMongoError

from repository.mongo.connection import Database
from repository.mongo.transactions import backoff_s

AWAIT_MS: Final = 1_000
CHANGES: Final = ["update", "replace", "delete"]

log = structlog.get_logger("octavo.change_watch")


async def watch_changes(
    database: Database, collections: Collection[str], mirrored: Collection[str] = ()
) -> None:
    """Tell the database of every changed row of these collections, until cancelled.

    New rows are told of mirrored collections only; no cache can have others.

    When the stream fails, changes may have been missed: everything in memory is in doubt. Until the
    stream is back only the cache's time limit bounds the age of a row.
    """
    failures = 0
    while True:
        try:
            async with _changes(database, collections, mirrored) as stream:
                # What was read before the stream was open may have changed since.
                database.doubt()
                failures = 0
                async for change in stream:
                    _tell(database, change)
        except PyMongoError as failure:
            log.warning("the change stream has ended and is opened again", reason=str(failure))
        database.doubt()
        await asyncio.sleep(backoff_s(failures))
        failures += 1


def _changes(database: Database, collections: Collection[str], mirrored: Collection[str]) -> Any:
    of_one = {"operationType": {"$in": CHANGES}, "ns.coll": {"$in": [*collections]}}
    new = {"operationType": "insert", "ns.coll": {"$in": [*mirrored]}}
    of_all = {"operationType": {"$nin": [*CHANGES, "insert"]}}
    pipeline = [{"$match": {"$or": [of_one, new, of_all]}}]
    return database.motor.watch(pipeline, max_await_time_ms=AWAIT_MS)


def _tell(database: Database, change: dict[str, Any]) -> None:
    if change["operationType"] in {*CHANGES, "insert"}:
        place = (change["ns"]["coll"], change["documentKey"]["_id"])
        if change["operationType"] == "insert":
            database.added([place])
        else:
            database.changed([place])
    else:
        database.doubt()
