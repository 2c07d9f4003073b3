"""Watches a change stream for the changes of other processes."""

import asyncio
import contextlib
import threading
from collections import deque
from collections.abc import Callable, Collection
from typing import Any, Final

import structlog
from pymongo.errors import OperationFailure, PyMongoError

from repository.mongo.connection import SHUTTING_DOWN_CODES, Database
from repository.mongo.timelines import PAGES, TAIL_SINCE
from repository.mongo.transactions import backoff_s

AWAIT_MS: Final = 1_000
REFUSED_PAUSE_MAX_S: Final = 60.0
DOUBT_S: Final = 5.0
"""How old a row in memory may be while there is no stream."""
CHANGES: Final = ["update", "replace", "delete"]

log = structlog.get_logger("octavo.change_watch")


async def watch_changes(
    database: Database,
    collections: Collection[str],
    mirrored: Collection[str] = (),
    tailed: Collection[str] = (),
) -> None:
    """Tell the database of every changed row of these collections, until cancelled.

    New rows are told of mirrored collections, and those with a tail of `tailed` ones, with all
    changed pages. No cache can have others.

    When the stream fails, changes may have been missed: everything in memory is in doubt, and again
    every few seconds until the stream is back. A server that refuses the stream is asked ever more
    rarely.
    """
    pipeline = _pipeline(collections, mirrored, tailed)
    failures = 0
    while True:
        stream = _Stream(database, pipeline)
        try:
            await stream.opened()
            if failures:
                log.info("the change stream is open again")
            # What was read before the stream was open may have changed since.
            database.doubt()
            failures = 0
            while True:
                _tell(database, await stream.changes())
        except PyMongoError as failure:
            if not failures:
                log.warning("the change stream has ended and is opened again", reason=str(failure))
            pause = _pause_s(failures, failure)
        finally:
            stream.stop()
        failures += 1
        await _doubt_for(database, pause)


def _pause_s(failures: int, failure: PyMongoError) -> float:
    """Seconds until the stream is tried again, after so many failures before this one."""
    if isinstance(failure, OperationFailure) and failure.code not in SHUTTING_DOWN_CODES:
        return float(min(REFUSED_PAUSE_MAX_S, 2.0 ** min(failures, 10)))
    return backoff_s(failures)


async def _doubt_for(database: Database, seconds: float) -> None:
    """Let everything in memory be read again now and then, for that long."""
    database.doubt()
    while seconds > 0:
        await asyncio.sleep(min(seconds, DOUBT_S))
        seconds -= DOUBT_S
        database.doubt()


def _pipeline(
    collections: Collection[str], mirrored: Collection[str], tailed: Collection[str] = ()
) -> list[dict[str, Any]]:
    pages = [PAGES.name] if tailed else []
    of_one = {"operationType": {"$in": CHANGES}, "ns.coll": {"$in": [*collections, *pages]}}
    # What is true of the fewest goes first: each new row of any collection is asked.
    new = {"ns.coll": {"$in": [*mirrored, *pages]}, "operationType": "insert"}
    with_tail = {
        f"fullDocument.{TAIL_SINCE}": {"$exists": True},
        "ns.coll": {"$in": [*tailed]},
        "operationType": "insert",
    }
    of_all = {"operationType": {"$nin": [*CHANGES, "insert"]}}
    shown = {"operationType": 1, "ns": 1, "documentKey": 1}
    return [{"$match": {"$or": [of_one, new, with_tail, of_all]}}, {"$project": shown}]


class _Stream:
    """A change stream that a thread of its own reads: Motor would change threads for each event."""

    def __init__(self, database: Database, pipeline: list[dict[str, Any]]) -> None:
        self._open_stream: Callable[[], Any] = lambda: database.motor.delegate.watch(
            pipeline, max_await_time_ms=AWAIT_MS
        )
        self._loop = asyncio.get_running_loop()
        self._has_news = asyncio.Event()
        self._changes: deque[dict[str, Any]] = deque()
        self._failure: Exception | None = None
        self._is_stopped = False
        threading.Thread(target=self._read, name="change-stream", daemon=True).start()

    async def opened(self) -> None:
        """Wait until the server has opened the stream. Raises PyMongoError."""
        await self.changes()

    async def changes(self) -> list[dict[str, Any]]:
        """What has come in, once there is something. Raises PyMongoError."""
        if self._failure is None:
            await self._has_news.wait()
            self._has_news.clear()
        if self._failure is not None and not self._changes:
            raise self._failure
        return [self._changes.popleft() for _ in range(len(self._changes))]

    def stop(self) -> None:
        """Let the thread end, at the latest when the client is closed."""
        self._is_stopped = True

    def _read(self) -> None:
        try:
            with self._open_stream() as stream:
                self._tell_news()
                while stream.alive and not self._is_stopped:
                    change = stream.try_next()
                    if change is not None:
                        self._changes.append(change)
                        self._tell_news()
            raise PyMongoError("it is invalid now")  # noqa: TRY301 - told like any other end
        except Exception as failure:  # noqa: BLE001 - raised to who waits
            self._failure = failure
            self._tell_news()

    def _tell_news(self) -> None:
        with contextlib.suppress(RuntimeError):  # the loop is closed
            self._loop.call_soon_threadsafe(self._has_news.set)


def _tell(database: Database, changes: list[dict[str, Any]]) -> None:
    for change in changes:
        kind = change["operationType"]
        if kind not in {*CHANGES, "insert"}:
            database.doubt()
            continue
        place = (change["ns"]["coll"], change["documentKey"]["_id"])
        if kind == "insert":
            database.added([place])
        else:
            database.changed([place])
