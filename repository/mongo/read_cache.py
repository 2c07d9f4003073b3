"""Reads by id: those of one turn of the loop become one query, and found rows are cached a while.

A cached row is dropped when this process changes it, when the change stream tells that another
process has, and after a short time in any case. A read that was under way when its row was dropped
is not cached, and later callers do not join it. Decisions do not read here.
"""

import asyncio
import time
from collections import Counter, OrderedDict
from collections.abc import Awaitable, Callable, Collection, Iterable
from typing import Any, Final

from repository.mongo.collections import IDS_PER_QUERY_MAX, Place
from repository.mongo.deadlines import renew_time

Read = asyncio.Future[Any]
FindByIds = Callable[[str, list[Any]], Awaitable[list[Any]]]

TURNS_MAX: Final = 64
"""A query waits for no more turns of the loop, however many reads join it."""

CACHE_EVENTS: Final = ("hits", "misses", "coalesced", "queries", "invalidations", "flushes")
"""The events that are counted. A miss is a row that had to be read; a read is coalesced when it
joins the query of another."""


class CacheCounters(Counter[str]):
    """How often each of CACHE_EVENTS has happened since the process started."""

    def __init__(self) -> None:
        super().__init__(dict.fromkeys(CACHE_EVENTS, 0))
        self._observer: Callable[[str, int], None] = lambda _event, _by: None

    def observe(self, observer: Callable[[str, int], None]) -> None:
        """Tell `observer` about every event from now on."""
        self._observer = observer

    def count(self, event: str, by: int = 1) -> None:
        """Count an event."""
        self[event] += by
        self._observer(event, by)


class ReadCache:
    """Rows by collection and id.

    It caches nothing until `cache` says which collections, how many rows and for how long.
    """

    def __init__(self, find_by_ids: FindByIds) -> None:
        self.counters = CacheCounters()
        self._find_by_ids = find_by_ids
        self._collections: frozenset[str] = frozenset()
        self._documents_max = 0
        self._ttl_s = 0.0
        self._cached: OrderedDict[Place, tuple[Any, float]] = OrderedDict()
        self._rendered: dict[Place, bytes] = {}
        """For cached rows only."""
        self._reads: dict[Place, Read] = {}
        self._asked: dict[str, dict[Any, Read]] = {}
        self._queries: set[asyncio.Task[None]] = set()
        self.more_may_come: Callable[[], bool] = lambda: False
        """Whether somebody waits for a turn of the loop, perhaps to ask for more."""

    def cache(self, collections: Collection[str], *, documents_max: int, ttl_s: float) -> None:
        """Cache rows of these collections; those used longest ago make room."""
        self._collections = frozenset(collections)
        self._documents_max = documents_max
        self._ttl_s = ttl_s

    async def get(self, collection: str, document_id: Any) -> Any:
        """The document with that id, or None. Raises StorageUnavailable."""
        key = (collection, document_id)
        cached = self._unexpired(key)
        if cached is not None:
            self.counters.count("hits")
            return cached
        # A caller who gives up must not cancel the read of the others.
        return await asyncio.shield(self._read(key))

    async def get_all(self, collection: str, ids: Iterable[Any]) -> list[Any]:
        """The documents with these ids that exist. Raises StorageUnavailable."""
        found, reads = list[Any](), list[Read]()
        for key in {(collection, document_id) for document_id in ids}:
            cached = self._unexpired(key)
            if cached is None:
                reads.append(self._read(key))
            else:
                found.append(cached)
        self.counters.count("hits", len(found))
        if reads:
            found += await asyncio.shield(asyncio.gather(*reads))
        return [document for document in found if document is not None]

    def _read(self, key: Place) -> Read:
        """The read of a row that is not cached; one that is under way is joined."""
        read = self._reads.get(key)
        if read is None:
            self.counters.count("misses")
            return self._ask(key)
        self.counters.count("coalesced")
        return read

    def rendered(self, collection: str, row_id: Any) -> bytes | None:
        """What was made of a cached row, if the row has not changed since."""
        key = (collection, row_id)
        rendered = self._rendered.get(key)
        if rendered is None or self._unexpired(key) is None:
            return None
        self.counters.count("hits")
        return rendered

    def cache_rendered(self, collection: str, row_id: Any, row: Any, rendered: bytes) -> None:
        """Cache what was made of a row, unless the row has changed meanwhile."""
        key = (collection, row_id)
        if self._cached.get(key, (None,))[0] is row:
            self._rendered[key] = rendered

    def drop(self, keys: Iterable[Place]) -> None:
        """Drop changed rows, and reads of them that are under way."""
        for key in keys:
            self._reads.pop(key, None)
            self._rendered.pop(key, None)
            if self._cached.pop(key, None) is not None:
                self.counters.count("invalidations")

    def flush(self) -> None:
        """Drop everything: changes may have been missed."""
        self.counters.count("flushes")
        self._reads.clear()
        self._rendered.clear()
        self._cached.clear()

    def _unexpired(self, key: Place) -> Any:
        document, expires = self._cached.get(key, (None, 0.0))
        if document is None:
            return None
        if time.monotonic() >= expires:
            del self._cached[key]
            self._rendered.pop(key, None)
            return None
        self._cached.move_to_end(key)
        return document

    def _ask(self, key: Place) -> Read:
        """Read a row, in one query with all others of the collection in this turn."""
        collection, document_id = key
        loop = asyncio.get_running_loop()
        if collection not in self._asked:
            self._asked[collection] = {}
            loop.call_soon(self._send_if_quiet, collection, 0, 0)
        # A row that was dropped and asked for again before the query left is read once.
        read = self._asked[collection].setdefault(document_id, loop.create_future())
        self._reads[key] = read
        return read

    def _send_if_quiet(self, collection: str, known: int, turns: int, quiet: int = 0) -> None:
        """Send the query once a turn, or two while more may come, brought no further read for it.

        A batch that gives others a turn goes on to ask in the next.
        """
        asked = len(self._asked[collection])
        quiet = 0 if known < asked else quiet + 1
        is_quiet = quiet >= (2 if self.more_may_come() else 1)
        if asked < IDS_PER_QUERY_MAX and turns < TURNS_MAX and not is_quiet:
            loop = asyncio.get_running_loop()
            loop.call_soon(self._send_if_quiet, collection, asked, turns + 1, quiet)
        else:
            self._send(collection)

    def _send(self, collection: str) -> None:
        asked = list(self._asked.pop(collection).items())
        for start in range(0, len(asked), IDS_PER_QUERY_MAX):
            together = dict(asked[start : start + IDS_PER_QUERY_MAX])
            self.counters.count("coalesced", len(together) - 1)
            task = asyncio.create_task(self._query(collection, together))
            self._queries.add(task)
            task.add_done_callback(self._queries.discard)

    async def _query(self, collection: str, reads: dict[Any, Read]) -> None:
        self.counters.count("queries")
        renew_time()
        try:
            rows = await self._find_by_ids(collection, list(reads))
        except Exception as failure:  # noqa: BLE001 - handed on to all who wait for it
            self._fail(collection, reads, failure)
            return
        found = {row.id: row for row in rows}
        for document_id, read in reads.items():
            self._finish((collection, document_id), read, found.get(document_id))

    def _finish(self, key: Place, read: Read, document: Any) -> None:
        # A read that was dropped meanwhile is no longer in the table: its value may be old.
        if self._reads.get(key) is read:
            del self._reads[key]
            if document is not None and key[0] in self._collections:
                self._put(key, document)
        if not read.done():
            read.set_result(document)

    def _put(self, key: Place, document: Any) -> None:
        self._rendered.pop(key, None)
        self._cached[key] = (document, time.monotonic() + self._ttl_s)
        self._cached.move_to_end(key)
        while len(self._cached) > self._documents_max:
            oldest, _ = self._cached.popitem(last=False)
            self._rendered.pop(oldest, None)

    def _fail(self, collection: str, reads: dict[Any, Read], failure: Exception) -> None:
        for document_id, read in reads.items():
            if self._reads.get((collection, document_id)) is read:
                del self._reads[collection, document_id]
            if not read.done():
                read.set_exception(failure)
