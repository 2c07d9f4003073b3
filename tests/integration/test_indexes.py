"""Every index serves the query that stands beside it, and none is there for nothing."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from pymongo import MongoClient
from secantus import SecantusDBServer
from secantus.storage import Storage

from repository import indexes, mongo_connection
from repository.engine_shims import answer_guarded_updates_by_id
from repository.indexes import INDEXES, Index
from repository.mongo_connection import Database, connect

MANY = 20_000
SHIM_MESSAGE = (
    "The engine finds a guarded document by its _id itself now:"
    " drop answer_guarded_updates_by_id from repository/engine_shims.py."
)


def used_indexes(plan: Any) -> set[str]:
    """The names of all indexes that a plan uses."""
    if isinstance(plan, list):
        return {name for part in plan for name in used_indexes(part)}
    if not isinstance(plan, dict):
        return set()
    own = {plan["indexName"]} if "indexName" in plan else set()
    return own | {name for part in plan.values() for name in used_indexes(part)}


def with_instants(query: Any) -> Any:
    """The query with a present instant wherever it leaves one open."""
    if isinstance(query, dict):
        return {name: with_instants(value) for name, value in query.items()}
    return datetime.now(UTC) if query is None else query


@pytest.mark.parametrize("index", INDEXES, ids=lambda index: f"{index.collection}-{index.name}")
async def test_an_index_serves_its_query(database: Database, index: Index) -> None:
    cursor = database.collection(index.collection).find(with_instants(index.query))
    if index.sort is not None:
        cursor = cursor.sort(list(index.sort))

    explained = await cursor.explain()

    assert used_indexes(explained["queryPlanner"]["winningPlan"]) == {index.name}


async def test_no_index_stands_but_those_that_are_listed(database: Database) -> None:
    listed = {(index.collection, index.name) for index in INDEXES}

    standing = {
        (name, index["name"])
        for name in indexes.COLLECTIONS
        async for index in database.collection(name).list_indexes()
    }

    assert len(listed) == len(INDEXES)
    assert standing - listed == {(name, "_id_") for name in indexes.COLLECTIONS}
    assert listed <= standing


async def test_every_index_belongs_to_a_collection_that_is_made(database: Database) -> None:
    await indexes.ensure(database)

    assert {index.collection for index in INDEXES} <= set(indexes.COLLECTIONS)
    assert set(indexes.COLLECTIONS) <= set(await database.motor.list_collection_names())


class CountingStorage(Storage):  # type: ignore[misc]
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


answer_guarded_updates_by_id(MendedStorage)


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SecantusDBServer]:
    """An engine in this process, without the shim."""
    with SecantusDBServer(port=0, storage_path=str(tmp_path_factory.mktemp("plain"))) as server:
        with MongoClient[dict[str, Any]](server.uri, directConnection=True) as client:
            rows = [{"_id": number, "stock": 1} for number in range(MANY)]
            client.shop.books.insert_many(rows)
        yield server


def scans_of_a_guarded_update(server: SecantusDBServer, storage: type[CountingStorage]) -> int:
    """How often a guarded findAndModify of one document searches without an index."""
    server.storage.__class__ = storage
    storage.scans = 0
    with MongoClient[dict[str, Any]](server.uri, directConnection=True) as client:
        updated = client.shop.books.find_one_and_update(
            {"_id": 7, "stock": {"$gte": 0}}, {"$inc": {"stock": 1}}
        )
    assert updated is not None
    return storage.scans


def test_the_engine_still_needs_the_shim(engine: SecantusDBServer) -> None:
    assert scans_of_a_guarded_update(engine, CountingStorage) > 0, SHIM_MESSAGE


def test_with_the_shim_a_guarded_update_does_not_scan(engine: SecantusDBServer) -> None:
    assert scans_of_a_guarded_update(engine, MendedStorage) == 0


async def test_an_index_that_takes_long_to_build_is_waited_for(
    database: Database, mongo_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = [f"word{number}" for number in range(50)]
    rows = [{"_id": number, "words": words, "length": number} for number in range(300)]
    await database.collection("search_names").drop_index("words_by_length")
    await database.collection("search_names").insert_many(rows)
    monkeypatch.setattr(mongo_connection, "SOCKET_TIMEOUT_MS", 300)

    async with connect(mongo_url, database.name) as impatient:
        await indexes.ensure(impatient)

    standing = await database.collection("search_names").index_information()
    assert "words_by_length" in standing
