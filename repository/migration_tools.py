"""What the steps of migrations share."""

from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from functools import partial
from typing import Any, Final

from pymongo import UpdateOne
from pymongo.errors import OperationFailure

from repository.mongo.collections import Document
from repository.mongo.connection import AnyCollection, Database, Filter
from repository.mongo.indexes import patiently

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


async def give_missing(
    database: Database,
    collection: AnyCollection,
    field: str,
    given: Callable[[Document], Document],
) -> None:
    """Give each document without the field what is worked out from it; that includes the field."""
    async for page in pages(database, collection, {field: {"$exists": False}}):
        values = {row["_id"]: {"$set": given(row)} for row in page}
        await write_missing(database, collection, field, values)


async def drop_indexes(database: Database, collection: AnyCollection, names: Iterable[str]) -> None:
    """Drop indexes; they or their collection may be gone already."""
    for name in names:
        try:
            await patiently(partial(database.collection(collection).drop_index, name))
        except OperationFailure as failure:
            if failure.code not in _NOT_FOUND_CODES:
                raise
