"""A part of a collection in memory, updated after our own writes and by the change stream.

A changed row is marked and read again before the next question is answered. So this process sees
its own writes at once, and those of others as soon as the stream tells. In doubt all is read again.
A value that was read before a mark is never used after it.
"""

import asyncio
from collections.abc import Iterable
from typing import Any, Generic, Protocol, TypeVar

from repository.mongo.collections import IDS_PER_QUERY_MAX, Collection, Document, Place
from repository.mongo.connection import Database


class Picture(Protocol):
    """A structure that is built from the mirrored fields."""

    def put(self, document: Document) -> None:
        """Put a new or changed document into the picture."""

    def drop(self, row_id: Any) -> None:
        """Remove a document, if it is there."""

    def clear(self) -> None:
        """Remove all documents."""


PictureOf = TypeVar("PictureOf", bound=Picture)


class Mirror(Generic[PictureOf]):
    """Mirrors fields of a collection's documents in a picture.

    `picture` may lack known changes; `current` returns it with all of them.
    """

    def __init__(
        self,
        database: Database,
        collection: Collection[Any],
        fields: Iterable[str],
        picture: PictureOf,
    ) -> None:
        self._database = database
        self._name = collection.name
        self._projection = dict.fromkeys(fields, 1)
        self.picture = picture
        self._marked: set[Any] = set()
        self._is_complete = False
        self._refreshing: asyncio.Task[None] | None = None
        database.observe(self)

    async def current(self) -> PictureOf:
        """The picture with all known changes. Raises StorageUnavailable."""
        while self._marked or not self._is_complete:
            if self._refreshing is None or self._refreshing.done():
                self._refreshing = asyncio.create_task(self._refresh())
            # A caller who gives up must not cancel the read of the others.
            await asyncio.shield(self._refreshing)
        return self.picture

    def mark(self, places: Iterable[Place]) -> None:
        """Mark changed rows, to read them again."""
        self._marked.update(row_id for name, row_id in places if name == self._name)

    def mark_all(self) -> None:
        """Mark everything, to read it again: changes may have been missed."""
        self._is_complete = False

    async def _refresh(self) -> None:
        if not self._is_complete:
            await self._read_all()
        while self._marked and self._is_complete:
            ids = [self._marked.pop() for _ in range(min(len(self._marked), IDS_PER_QUERY_MAX))]
            try:
                found = await self._find({"_id": {"$in": ids}})
            except BaseException:
                self._marked.update(ids)
                raise
            documents = {document["_id"]: document for document in found}
            for row_id in ids:
                if row_id in self._marked:  # changed meanwhile: the value read may be old
                    continue
                if row_id in documents:
                    self.picture.put(documents[row_id])
                else:
                    self.picture.drop(row_id)

    async def _read_all(self) -> None:
        # Whatever is marked from here on is read again afterwards.
        self._is_complete = True
        self._marked.clear()
        try:
            documents = await self._find({})
        except BaseException:
            self._is_complete = False
            raise
        self.picture.clear()
        for document in documents:
            self.picture.put(document)

    async def _find(self, query: Document) -> list[Document]:
        return await self._database.find(self._name, query, projection=self._projection)
