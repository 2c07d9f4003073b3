"""Makes the collections and indexes that the topics declare, before any traffic."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import Any, Final

from pymongo.errors import CollectionInvalid, NetworkTimeout, OperationFailure

from repository.mongo.collections import Collection, Index, declared
from repository.mongo.connection import COUNTERS, Database, storage_errors

INDEX_PATIENCE_S: Final = 600.0
"""How long the first start may wait until a new index is built, or an old one is dropped."""
_NAMESPACE_EXISTS: Final = 48


async def ensure(database: Database, collections: Iterable[Collection[Any]] | None = None) -> None:
    """Make all collections, or those given, and their indexes where they are missing.

    Raises StorageUnavailable.

    This comes before traffic: to make a collection inside a transaction would delay it.
    """
    with storage_errors():
        wanted = list(declared() if collections is None else collections)
        existing = set(await database.motor.list_collection_names())
        for name in (*(each.name for each in wanted), COUNTERS):
            if name not in existing:
                await _create_collection(database, name)
        for collection in wanted:
            for index in collection.indexes:
                await _create_index(database, collection, index)


async def _create_collection(database: Database, name: str) -> None:
    try:
        await database.motor.create_collection(name)
    except CollectionInvalid:  # checked by the driver
        return
    except OperationFailure as failure:  # made by another process in the meantime
        if failure.code != _NAMESPACE_EXISTS:
            raise


async def _create_index(database: Database, collection: Collection[Any], index: Index) -> None:
    await patiently(
        lambda: database.collection(collection.name).create_index(
            list(index.keys), name=index.name, **index.options
        )
    )


async def patiently(send: Callable[[], Awaitable[Any]]) -> None:
    """Send a request about an index or a collection again until it is done.

    With many rows that takes longer than the driver waits; the server goes on, and the next request
    waits for that. Raises NetworkTimeout once the patience is over.
    """
    loop = asyncio.get_running_loop()
    patience_ends = loop.time() + INDEX_PATIENCE_S
    while True:
        try:
            await send()
        except NetworkTimeout:
            if loop.time() >= patience_ends:
                raise
        else:
            return


def mirrored() -> list[str]:
    """The names of the collections that are in memory, new rows too."""
    return [each.name for each in declared() if each.mirrored or each.held is not None]


def held() -> list[Collection[Any]]:
    """The collections whose rows are held in memory for lists, if there aren't too many."""
    return [each for each in declared() if each.held is not None]


def cached() -> list[str]:
    """The names of the collections whose rows the read cache may cache."""
    return [each.name for each in declared() if each.cached]
