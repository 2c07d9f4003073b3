"""Makes the collections and indexes that the topics declare, before any traffic."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any, Final

import structlog
from pymongo.errors import CollectionInvalid, NetworkTimeout, OperationFailure

from repository.mongo.collections import Collection, Index, declared, fingerprint
from repository.mongo.connection import COUNTERS, Database, storage_errors
from repository.mongo.start_checks import reason_of
from repository.mongo.timelines import TAIL_INDEX

INDEX_PATIENCE_S: Final = 600.0
"""How long the first start may wait until a new index is built, or an old one is dropped."""
_NAMESPACE_EXISTS: Final = 48
_INDEX_NOT_FOUND: Final = 27
_IN_THE_WAY: Final = frozenset({85, 86})
"""The codes for an index of other options, and for one of other fields."""
_DUPLICATE_KEY: Final = 11000
_NO_DEFINITION: Final = frozenset({"v", "key", "name", "ns", "background"})
"""What the server tells of an index beside its options."""

log = structlog.get_logger("octavo.indexes")


class IndexInTheWayError(Exception):
    """An index that is not ours is where one of ours has to be, or its rows contradict it."""


async def ensure(database: Database, collections: Iterable[Collection[Any]] | None = None) -> None:
    """Make all collections, or those given, and their indexes where they are missing.

    An index of ours that an earlier version has made otherwise is replaced. Raises
    StorageUnavailable, and IndexInTheWayError for any other index in its place.

    This comes before traffic: to make a collection inside a transaction would delay it.
    """
    with storage_errors():
        wanted = list(declared() if collections is None else collections)
        existing = set(await database.motor.list_collection_names())
        for name in (*(each.name for each in wanted), COUNTERS):
            if name not in existing:
                await _create_collection(database, name)
        for collection in wanted:
            await _ensure_indexes(database, collection)


async def _create_collection(database: Database, name: str) -> None:
    try:
        await database.motor.create_collection(name)
    except CollectionInvalid:  # checked by the driver
        return
    except OperationFailure as failure:  # made by another process in the meantime
        if failure.code != _NAMESPACE_EXISTS:
            raise


async def _ensure_indexes(database: Database, collection: Collection[Any]) -> None:
    listed = await database.collection(collection).list_indexes().to_list(None)
    found = {each["name"]: each for each in listed}
    for index in collection.indexes:
        there = found.get(index.name)
        if there is not None:
            if (known := _fingerprint(there)) == index.fingerprint:
                continue
            if known not in index.formerly:
                raise IndexInTheWayError(
                    f"{_place(collection, index)} is not as this service makes it, nor as an"
                    f" earlier version did. {_remedy(collection, index.name)}"
                )
            log.info("an index is made anew", collection=collection.name, index=index.name)
            await _drop(database, collection, there)
        await _create_index(database, collection, index)


def _fingerprint(listed: Mapping[str, Any]) -> str:
    options = {name: value for name, value in listed.items() if name not in _NO_DEFINITION}
    return fingerprint(listed["key"].items(), options)


async def _drop(database: Database, collection: Collection[Any], listed: Mapping[str, Any]) -> None:
    """Drop an index by its fields: another process may have made the new one of that name."""
    command = {"dropIndexes": collection.name, "index": listed["key"]}
    try:
        await patiently(lambda: database.motor.command(command))
    except OperationFailure as failure:
        if failure.code != _INDEX_NOT_FOUND:
            raise


async def _create_index(database: Database, collection: Collection[Any], index: Index) -> None:
    try:
        await patiently(
            lambda: database.collection(collection.name).create_index(
                list(index.keys), name=index.name, **index.options
            )
        )
    except OperationFailure as failure:
        if failure.code in _IN_THE_WAY:
            fields = ", ".join(f"{name}: {order}" for name, order in index.keys)
            raise IndexInTheWayError(
                f"{_place(collection, index)} can't be made, because another index on"
                f" {{{fields}}} is in its way ({reason_of(failure)}). Drop that one and start the"
                " service again."
            ) from failure
        if failure.code == _DUPLICATE_KEY:
            raise IndexInTheWayError(
                f"{_place(collection, index)} has to be unique, and two documents have the same"
                f" values ({reason_of(failure)}). Remove one of them and start the service again."
            ) from failure
        raise


def _place(collection: Collection[Any], index: Index) -> str:
    return f'The index "{index.name}" of the collection {collection.name}'


def _remedy(collection: Collection[Any], name: str) -> str:
    return (
        f'Drop it, db.{collection.name}.dropIndex("{name}"), and start the service again, which'
        " makes its own."
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


def tailed() -> list[str]:
    """The names of the collections whose movements are in tails first."""
    return [each.name for each in declared() if TAIL_INDEX in each.indexes]


def held() -> list[Collection[Any]]:
    """The collections whose rows are held in memory for lists, if there aren't too many."""
    return [each for each in declared() if each.held is not None]


def cached() -> list[str]:
    """The names of the collections whose rows the read cache may cache."""
    return [each.name for each in declared() if each.cached]
