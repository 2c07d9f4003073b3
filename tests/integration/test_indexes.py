"""Every index serves the query that stands beside it, and none is there for nothing."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from pymongo import MongoClient
from secantus import SecantusDBServer, storage

from repository.books import BOOKS
from repository.engine.write_shims import find_by_id_first
from repository.mongo import connection, indexes
from repository.mongo.collections import Collection, Index, declared
from repository.mongo.connection import COUNTERS, Database, Document, connect
from tests.support.explain import documents_examined, used_indexes

MANY = 20_000
MATCHING = 20
PAGE = 5
FAR = 10_000
LISTS = {"author_words", "title_words", "name_beginnings"}
"""Fields that hold lists."""
SHIM_MESSAGE = (
    "The engine finds a guarded document by its _id itself now:"
    " drop find_by_id_first from repository/engine/write_shims.py."
)


INDEXES = [
    (collection, index)
    for collection in declared()
    if not collection.name.startswith("test_")
    for index in collection.indexes
]
COLLECTIONS = sorted({*(collection.name for collection in declared()), COUNTERS})


def named(each: Any) -> str:
    return f"{each.name}"


def with_instants(query: Any) -> Any:
    """The query with a present instant wherever it leaves one open."""
    if isinstance(query, dict):
        return {name: with_instants(value) for name, value in query.items()}
    return datetime.now(UTC) if query is None else query


@pytest.mark.parametrize(("collection", "index"), INDEXES, ids=named)
async def test_an_index_serves_its_query(
    database: Database, collection: Collection[Any], index: Index
) -> None:
    cursor = database.collection(collection).find(with_instants(index.query))
    if index.sort is not None:
        cursor = cursor.sort(list(index.sort))

    explained = await cursor.explain()

    assert used_indexes(explained["queryPlanner"]["winningPlan"]) == {index.name}


def moved(value: Any, steps: int) -> Any:
    """A value that many steps above another, or below it."""
    if isinstance(value, datetime):
        return value + timedelta(minutes=steps)
    if isinstance(value, str):
        return value + "a" * steps if steps > 0 else f"a{-steps}"
    return value + steps


def value_for(condition: Any, number: int) -> Any:
    """A value for which a condition holds, another one for each number where it leaves a choice."""
    match condition:
        case {"$in": [value]}:
            return value
        case {"$gt": bound} | {"$gte": bound}:
            return moved(bound, number + 1)
        case {"$lt": bound} | {"$lte": bound}:
            return moved(bound, -number - 1)
    return condition


def value_against(condition: Any, number: int) -> Any:
    """A value for which a condition does not hold."""
    match condition:
        case bool():
            return not condition
        case {"$in": [value]}:
            return moved(value, number + 1)
        case {"$gt": bound} | {"$gte": bound}:
            return moved(bound, -number - 1)
        case {"$lt": bound} | {"$lte": bound}:
            return moved(bound, number + 1)
    return moved(condition, number + 1)


def is_single(index: Index) -> bool:
    """Whether no two documents may answer the query of an index, since it is unique."""
    values = [index.query.get(field, {"$gt": 0}) for field, _ in index.keys]
    ranges = [value for value in values if isinstance(value, dict) and "$in" not in value]
    return "unique" in index.options and not ranges


def rows_for(
    collection: Collection[Any], index: Index, query: dict[str, Any]
) -> tuple[list[Document], list[Document]]:
    """Documents that match the query of an index, and ones that don't for what the index holds."""
    unique = [
        field for each in collection.indexes for field, _ in each.keys if "unique" in each.options
    ]

    def row(number: int, values: Document) -> Document:
        listed = {name: [values[name], "zzz"] for name in LISTS & set(values)}
        return dict.fromkeys(unique, number) | {"_id": number} | values | listed

    def matching(number: int) -> Document:
        return {name: value_for(condition, number) for name, condition in query.items()}

    wanted = [matching(number) for number in range(1 if is_single(index) else MATCHING)]
    held = {field for field, _ in index.keys} | set(
        index.options.get("partialFilterExpression", {})
    )
    others = [
        matching(number)
        | {"_id": FAR * place + number}
        | {name: value_against(query[name], number)}
        for place, name in enumerate(sorted(held & set(query)), start=1)
        for number in range(MATCHING)
    ]
    return (
        [row(number, values) for number, values in enumerate(wanted, start=100)],
        [row(values["_id"], values) for values in others],
    )


@pytest.mark.parametrize(("collection", "index"), INDEXES, ids=named)
async def test_an_index_leads_to_what_matches_alone(
    database: Database, collection: Collection[Any], index: Index
) -> None:
    query = with_instants(index.query)
    matching, others = rows_for(collection, index, query)
    await database.collection(collection).delete_many({})
    await database.collection(collection).insert_many([*others, *matching])
    read: dict[str, Any] = {"find": collection.name, "filter": query}
    if index.sort is not None:
        read |= {"sort": dict(index.sort), "limit": PAGE}

    found = (await database.motor.command(read))["cursor"]["firstBatch"]
    examined = await documents_examined(database, read)

    assert len(found) == (PAGE if index.sort else len(matching))
    assert examined == len(found)


async def test_no_index_stands_but_those_that_are_listed(database: Database) -> None:
    listed = {(collection.name, index.name) for collection, index in INDEXES}

    standing = {
        (name, index["name"])
        for name in COLLECTIONS
        async for index in database.collection(name).list_indexes()
    }

    assert len(listed) == len(INDEXES)
    assert standing - listed == {(name, "_id_") for name in COLLECTIONS}
    assert listed <= standing


class CountingStorage(storage.Storage):  # type: ignore[misc]
    """The engine's storage; counts the searches that no index answered."""

    scans = 0

    def _try_index_id_keys(
        self, db: str, coll: str, query: dict[str, Any], *, collation: Any = None
    ) -> Any:
        found = super()._try_index_id_keys(db, coll, query, collation=collation)
        type(self).scans += found is None
        return found


class MendedStorage(CountingStorage):
    """The same with the shim of our launcher."""

    scans = 0


find_by_id_first(SimpleNamespace(**vars(storage) | {"Storage": MendedStorage}))


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SecantusDBServer]:
    """An engine in this process, without the shim."""
    with SecantusDBServer(port=0, storage_path=str(tmp_path_factory.mktemp("plain"))) as server:
        with MongoClient[dict[str, Any]](server.uri, directConnection=True) as client:
            rows = [{"_id": number, "stock": 1} for number in range(MANY)]
            client.shop.books.insert_many(rows)
        yield server


def scans_of_a_guarded_update(server: SecantusDBServer, kind: type[CountingStorage]) -> int:
    """How often a guarded findAndModify of one document searches without an index."""
    server.storage.__class__ = kind
    kind.scans = 0
    with MongoClient[dict[str, Any]](server.uri, directConnection=True) as client:
        updated = client.shop.books.find_one_and_update(
            {"_id": 7, "stock": {"$gte": 0}}, {"$inc": {"stock": 1}}
        )
    assert updated is not None
    return kind.scans


def test_the_engine_still_needs_the_shim(engine: SecantusDBServer) -> None:
    assert scans_of_a_guarded_update(engine, CountingStorage) > 0, SHIM_MESSAGE


def test_with_the_shim_a_guarded_update_does_not_scan(engine: SecantusDBServer) -> None:
    assert scans_of_a_guarded_update(engine, MendedStorage) == 0


async def test_an_index_that_takes_long_to_build_is_waited_for(
    database: Database, mongo_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = [f"word{number}" for number in range(50)]
    rows = [{"_id": number, "isbn": str(number), "title_words": words} for number in range(300)]
    await database.collection(BOOKS).drop_index("title_word")
    await database.collection(BOOKS).insert_many(rows)
    monkeypatch.setattr(connection, "SOCKET_TIMEOUT_MS", 300)

    async with connect(mongo_url, database.name) as impatient:
        await indexes.ensure(impatient)

    standing = await database.collection(BOOKS).index_information()
    assert "title_word" in standing
