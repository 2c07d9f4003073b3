"""What the steps of migrations share."""

import contextlib
from collections.abc import AsyncIterator, Iterator, Mapping
from typing import Any, Final

from pymongo import UpdateOne
from pymongo.errors import OperationFailure

from repository.mongo.collections import Document
from repository.mongo.connection import AnyCollection, Database, Filter

PAGE_SIZE: Final = 500
_NOT_FOUND_CODES: Final = frozenset({26, 27})
"""The codes for an unknown collection, and for an unknown index."""


async def pages(
    database: Database, collection: AnyCollection, query: Filter
) -> AsyncIterator[list[Document]]:
    """The documents that match, in pages by id."""
    after: Filter = {}
    while True:
        page = await database.find(
            collection, {**query, **after}, sort=[("_id", 1)], limit=PAGE_SIZE
        )
        if not page:
            return
        yield page
        after = {"_id": {"$gt": page[-1]["_id"]}}


async def write_missing(
    database: Database, collection: AnyCollection, field: str, values: Mapping[Any, Document]
) -> None:
    """Give documents, by id, new values; those that have the field do not change."""
    missing = {field: {"$exists": False}}
    await database.write(
        collection, [UpdateOne({"_id": key, **missing}, change) for key, change in values.items()]
    )


@contextlib.contextmanager
def unless_gone() -> Iterator[None]:
    """Let a collection or an index that is dropped be gone already."""
    try:
        yield
    except OperationFailure as failure:
        if failure.code not in _NOT_FOUND_CODES:
            raise
