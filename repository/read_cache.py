"""Reads by id: those of one turn of the loop become one query, and what they give is kept a while.

A kept document is dropped when this process changes it, when a change stream tells that another
process has, and after a short time in any case. A read that was under way when its document was
dropped is never kept, and never joined by later callers. Decisions do not read here.
"""

import asyncio
from collections import Counter, OrderedDict
from collections.abc import Awaitable, Callable, Collection, Iterable
from typing import Any, Final

Document = dict[str, Any]
Key = tuple[str, Any]
Read = asyncio.Future[Document | None]
FindByIds = Callable[[str, list[Any]], Awaitable[list[Document]]]

IDS_PER_QUERY_MAX: Final = 1_000


CACHE_EVENTS: Final = ("hits", "misses", "coalesced", "queries", "invalidations", "flushes")
"""What is counted. A miss is a document that had to be asked for; one is coalesced that went along
in a query of another's."""


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
    """Documents by collection and id. What it gives is shared: nobody may change it.

    It keeps nothing until `keep` says which collections, how many documents and for how long.
    """

    def __init__(self, find_by_ids: FindByIds) -> None:
        self.counters = CacheCounters()
        self._find_by_ids = find_by_ids
        self._collections: frozenset[str] = frozenset()
        self._documents_max = 0
        self._ttl_s = 0.0
        self._kept: OrderedDict[Key, tuple[Document, float]] = OrderedDict()
        self._reads: dict[Key, Read] = {}
        self._asked: dict[str, dict[Any, Read]] = {}
        self._queries: set[asyncio.Task[None]] = set()

    def keep(self, collections: Collection[str], *, documents_max: int, ttl_s: float) -> None:
        """Keep documents of these collections; those used longest ago make room."""
        self._collections = frozenset(collections)
        self._documents_max = documents_max
        self._ttl_s = ttl_s

    async def get(self, collection: str, document_id: Any) -> Document | None:
        """The document with that id, or None. Raises StorageUnavailable."""
        key = (collection, document_id)
        kept = self._kept_now(key)
        if kept is not None:
            self.counters.count("hits")
            return kept
        read = self._reads.get(key)
        if read is None:
            self.counters.count("misses")
            read = self._ask(key)
        else:
            self.counters.count("coalesced")
        # One caller who gives up must not take the document from the others.
        return await asyncio.shield(read)

    def drop(self, keys: Iterable[Key]) -> None:
        """Forget documents that have changed, and what is being read of them."""
        for key in keys:
            self._reads.pop(key, None)
            if self._kept.pop(key, None) is not None:
                self.counters.count("invalidations")

    def drop_all_of(self, collections: Collection[str]) -> None:
        """Forget all documents of some collections."""
        if collections:
            known = {*self._kept, *self._reads}
            self.drop([key for key in known if key[0] in collections])

    def flush(self) -> None:
        """Forget everything: changes may have been missed."""
        self.counters.count("flushes")
        self._reads.clear()
        self._kept.clear()

    def _kept_now(self, key: Key) -> Document | None:
        document, expires = self._kept.get(key, (None, 0.0))
        if document is None:
            return None
        if asyncio.get_running_loop().time() >= expires:
            del self._kept[key]
            return None
        self._kept.move_to_end(key)
        return document

    def _ask(self, key: Key) -> Read:
        """Ask for a document, together with all others of the collection in this turn."""
        collection, document_id = key
        loop = asyncio.get_running_loop()
        if collection not in self._asked:
            self._asked[collection] = {}
            loop.call_soon(self._send, collection)
        # What was dropped and asked for again before the query left is read once for all.
        read = self._asked[collection].setdefault(document_id, loop.create_future())
        self._reads[key] = read
        return read

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
        try:
            rows = await self._find_by_ids(collection, list(reads))
        except Exception as failure:  # noqa: BLE001 - handed on to all who wait for it
            self._fail(collection, reads, failure)
            return
        found = {row["_id"]: row for row in rows}
        for document_id, read in reads.items():
            self._finish((collection, document_id), read, found.get(document_id))

    def _finish(self, key: Key, read: Read, document: Document | None) -> None:
        # A read that was dropped meanwhile is not in the table any more: its value may be old.
        if self._reads.get(key) is read:
            del self._reads[key]
            if document is not None and key[0] in self._collections:
                self._keep(key, document)
        if not read.done():
            read.set_result(document)

    def _keep(self, key: Key, document: Document) -> None:
        self._kept[key] = (document, asyncio.get_running_loop().time() + self._ttl_s)
        self._kept.move_to_end(key)
        while len(self._kept) > self._documents_max:
            self._kept.popitem(last=False)

    def _fail(self, collection: str, reads: dict[Any, Read], failure: Exception) -> None:
        for document_id, read in reads.items():
            if self._reads.get((collection, document_id)) is read:
                del self._reads[collection, document_id]
            if not read.done():
                read.set_exception(failure)
