"""An update rewrites the index entries that it changes; each index still finds what it should."""

import random
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any, Final

import pytest
from pymongo import MongoClient
from pymongo.errors import DuplicateKeyError, WriteError
from secantus import SecantusDBServer, storage

from repository.engine.write_shims import write_changed_entries_alone

DOCUMENTS: Final = 40
UPDATES: Final = 400
VALUES: Final[list[Any]] = [None, 1, 1.0, True, "a", "b", [], ["a", "b"], ["b", 1], {"x": 1}]
INDEXES: Final[dict[str, tuple[list[tuple[str, int]], dict[str, Any]]]] = {
    "word": ([("word", 1)], {}),
    "words": ([("words", 1), ("_id", 1)], {}),
    "nested": ([("nested.x", -1)], {"sparse": True}),
    "partial": ([("word", 1)], {"partialFilterExpression": {"open": True}}),
    "key": ([("key", 1)], {"unique": True, "sparse": True}),
}
NO_LONGER_NEEDED: Final = (
    "The engine rewrites changed entries alone by itself now:"
    " drop write_changed_entries_alone from repository/engine/write_shims.py."
)


class CountingStorage(storage.Storage):  # type: ignore[misc]
    """The engine's storage; counts the indexes whose entries are written."""

    written = 0

    def _write_index_entries(
        self, db: str, coll: str, doc: Any, indexes: Any, *a: Any, **k: Any
    ) -> None:
        type(self).written += len(indexes)
        super()._write_index_entries(db, coll, doc, indexes, *a, **k)


class MendedStorage(CountingStorage):
    """The same with the shim of our launcher."""

    written = 0


write_changed_entries_alone(SimpleNamespace(**vars(storage) | {"Storage": MendedStorage}))


@pytest.fixture
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """An engine in this process with a collection that has many indexes."""
    folder = tmp_path_factory.mktemp("plain")
    with (
        SecantusDBServer(port=0, storage_path=str(folder)) as server,
        MongoClient[dict[str, Any]](server.uri, directConnection=True) as client,
    ):
        for name, (keys, options) in INDEXES.items():
            client.shop.rows.create_index(keys, name=name, **options)
        client.shop.rows.insert_many([{"_id": number} for number in range(DOCUMENTS)])
        client.engine = server
        yield client


def indexes_written(client: Any, kind: type[CountingStorage]) -> int:
    """How many indexes get entries while a field without an index is set."""
    client.engine.storage.__class__ = kind
    kind.written = 0
    client.shop.rows.update_one({"_id": 1}, {"$set": {"count": 7}})
    return kind.written


def change_at_random(rows: Any, chance: random.Random) -> None:
    """One update of one document or of all, of fields with and without an index."""
    field = chance.choice(["word", "words", "nested", "open", "count", "nested.x"])
    operator = chance.choice(["$set", "$set", "$set", "$unset"])
    change = {operator: {field: chance.choice(VALUES)}}
    number = {"_id": chance.randrange(DOCUMENTS)}
    match chance.randrange(5):
        case 0:
            rows.update_many({"count": chance.choice(VALUES)}, {"$set": {"count": 2}} | change)
        case 1:
            rows.replace_one(number, {"word": chance.choice(VALUES), "open": True})
        case 2:
            rows.delete_one(number)
            rows.update_one(number, {"$set": {"word": chance.choice(VALUES)}}, upsert=True)
        case 3:
            rows.update_one(number, {"$set": {"key": chance.randrange(DOCUMENTS)}})
        case _:
            rows.find_one_and_update(number, change)


def test_the_engine_still_needs_the_shim(client: Any) -> None:
    assert indexes_written(client, CountingStorage) == len(INDEXES), NO_LONGER_NEEDED


def test_with_the_shim_a_field_without_an_index_changes_no_entry(client: Any) -> None:
    assert indexes_written(client, MendedStorage) == 0


@pytest.mark.parametrize("seed", range(3))
def test_after_any_updates_each_index_finds_what_a_scan_finds(client: Any, seed: int) -> None:
    client.engine.storage.__class__ = MendedStorage
    chance = random.Random(seed)  # noqa: S311 - made-up data
    rows = client.shop.rows
    for _ in range(UPDATES):
        try:
            change_at_random(rows, chance)
        except (DuplicateKeyError, WriteError):
            continue

    unindexed = client.shop.unindexed
    unindexed.insert_many(list(rows.find()))
    for field in ("word", "words", "nested.x", "key"):
        for value in [*VALUES, *range(DOCUMENTS)]:
            for query in ({field: value}, {field: value, "open": True}):
                found = {row["_id"] for row in rows.find(query)}
                assert found == {row["_id"] for row in unindexed.find(query)}, query


def test_a_key_that_is_given_up_may_be_taken_and_one_that_is_held_may_not(client: Any) -> None:
    client.engine.storage.__class__ = MendedStorage
    rows = client.shop.rows
    rows.update_one({"_id": 1}, {"$set": {"key": 5}})

    with pytest.raises(DuplicateKeyError):
        rows.update_one({"_id": 2}, {"$set": {"key": 5}})
    rows.update_one({"_id": 1}, {"$set": {"key": 6}})
    rows.update_one({"_id": 2}, {"$set": {"key": 5}})

    assert rows.find_one({"key": 5})["_id"] == 2
