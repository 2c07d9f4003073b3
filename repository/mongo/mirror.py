"""A part of a collection in memory, updated after our own writes and by the change stream.

A changed row is marked and read again before the next question about it is answered. So this
process sees its own writes at once, and those of others as soon as the stream tells. In doubt all
is read again. A value that was read before a mark is never given out after it.
"""

import asyncio
from collections.abc import Collection as Some
from collections.abc import Iterable, Mapping
from typing import Any, Final, Generic, Protocol, TypeVar

from repository.mongo.collections import IDS_PER_QUERY_MAX, Collection, Document, Place, Sort
from repository.mongo.deadlines import renew_time
from repository.mongo.reading import note_read

ROWS_PER_READ: Final = 2_000
"""Rows of one query when all are read."""
ROWS_PER_TURN: Final = 100
"""Rows that are put in at once; then others have a turn of the event loop."""
BY_ID: Final[Sort] = (("_id", 1),)


class Picture(Protocol):
    """A structure that is built from the mirrored fields."""

    def put(self, document: Document) -> None:
        """Put a new or changed document into the picture."""

    def drop(self, row_id: Any) -> None:
        """Remove a document, if it is there."""

    def clear(self) -> None:
        """Remove all documents."""


class Observer(Protocol):
    """Has a part of the database in memory, and is told of changes."""

    def mark(self, places: Iterable[Place]) -> None:
        """Rows have changed, by collection and id."""

    def mark_all(self) -> None:
        """Anything may have changed."""


class Source(Protocol):
    """A database that tells of changes."""

    async def find(
        self,
        collection: str,
        query: Mapping[str, Any],
        *,
        sort: Sort | None = None,
        limit: int = 0,
        projection: Mapping[str, Any] | None = None,
    ) -> list[Document]:
        """All documents that match, in order, at most `limit` of them (0: all)."""

    def observe(self, observer: Observer) -> None:
        """Tell an observer about every change."""


PictureOf = TypeVar("PictureOf", bound=Picture)


class Mirror(Generic[PictureOf]):
    """Mirrors fields of a collection's documents, those whose id is within `ids`, in a picture.

    `picture` may lack known changes; `current` returns it with all of them.
    """

    def __init__(
        self,
        database: Source,
        collection: Collection[Any],
        fields: Iterable[str],
        picture: PictureOf,
        *,
        ids: tuple[Any, Any] | None = None,
    ) -> None:
        self._database = database
        self._name = collection.name
        self._projection = dict.fromkeys(fields, 1)
        self._ids = ids
        self.picture = picture
        self._marked: dict[Any, int] = {}
        """The number of the last mark of each row that has to be read again."""
        self._marks = 0
        self._doubts = 0
        self._is_reading_all = False
        self.is_complete = False
        """Whether all rows have been read since the last doubt."""
        self.refreshing: asyncio.Task[None] | None = None
        """The reading of what has changed; done or not."""
        database.observe(self)

    async def current(self, ids: Some[Any] | None = None) -> PictureOf:
        """The picture with all known changes, of the rows with these ids at least.

        Raises StorageUnavailable.
        """
        note_read(self._name)
        known = self._marks
        while not self.is_complete or (self._marked and self._lacks(known, ids)):
            if self.refreshing is None or self.refreshing.done():
                self.refreshing = asyncio.create_task(self._refresh())
            # A caller who gives up must not cancel the read of the others.
            await asyncio.shield(self.refreshing)
        return self.picture

    def mark(self, places: Iterable[Place]) -> None:
        """Mark changed rows, to read them again."""
        if not (self.is_complete or self._is_reading_all):
            return
        for name, row_id in places:
            if name == self._name and self._is_within(row_id):
                self._marks += 1
                self._marked[row_id] = self._marks

    def mark_all(self) -> None:
        """Mark everything, to read it again: changes may have been missed."""
        self.is_complete = False
        self._doubts += 1

    def _is_within(self, row_id: Any) -> bool:
        return self._ids is None or bool(self._ids[0] <= row_id < self._ids[1])

    def _lacks(self, known: int, ids: Some[Any] | None) -> bool:
        """Whether one of the rows was marked before a question came, and is still to be read."""
        if ids is None:
            return any(number <= known for number in self._marked.values())
        return any(self._marked.get(row_id, known + 1) <= known for row_id in ids)

    async def _refresh(self) -> None:
        """Read what is marked now; a row that is marked meanwhile stays marked."""
        if not self.is_complete:
            await self._read_all()
        marked = list(self._marked.items())
        for start in range(0, len(marked), IDS_PER_QUERY_MAX):
            numbers = dict(marked[start : start + IDS_PER_QUERY_MAX])
            found = await self._find({"_id": {"$in": list(numbers)}})
            documents = {document["_id"]: document for document in found}
            for count, (row_id, number) in enumerate(numbers.items(), 1):
                if row_id in documents:
                    self.picture.put(documents[row_id])
                else:
                    self.picture.drop(row_id)
                if self._marked.get(row_id) == number:
                    del self._marked[row_id]
                if count % ROWS_PER_TURN == 0:
                    await asyncio.sleep(0)

    async def _read_all(self) -> None:
        """Read all rows; those that change meanwhile are marked, and read again afterwards."""
        doubts = self._doubts
        self._marked.clear()
        self._is_reading_all = True
        try:
            self.picture.clear()
            bounds = {} if self._ids is None else {"$gte": self._ids[0], "$lt": self._ids[1]}
            documents: list[Document] = []
            while True:
                query = {"_id": bounds} if bounds else {}
                documents = await self._find(query, sort=BY_ID, limit=ROWS_PER_READ)
                for number, document in enumerate(documents, 1):
                    self.picture.put(document)
                    if number % ROWS_PER_TURN == 0:
                        await asyncio.sleep(0)
                if len(documents) < ROWS_PER_READ:
                    break
                bounds = {**bounds, "$gt": documents[-1]["_id"]}
                bounds.pop("$gte", None)
            self.is_complete = doubts == self._doubts
        finally:
            self._is_reading_all = False

    async def _find(
        self, query: Document, *, sort: Sort | None = None, limit: int = 0
    ) -> list[Document]:
        renew_time()
        return await self._database.find(
            self._name, query, sort=sort, limit=limit, projection=self._projection
        )
