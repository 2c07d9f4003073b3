"""Every collection that grows can be sharded with the indexes that it has."""

import json
import re
from pathlib import Path

import pytest

import rpc.application  # noqa: F401 - it imports all topics
from repository.mongo.collections import Collection, Index, declared
from repository.mongo.connection import COUNTERS
from repository.sharding import HASHED, SPREAD, WHOLE, shard_keys

ROOT = Path(__file__).resolve().parents[2]
SCALING = (ROOT / "docs" / "scaling.md").read_text()
COLLECTIONS = {
    each.name: each
    for each in declared()
    if each.row.__module__.startswith(("domain.", "repository."))
}
"""Without those that other tests declare."""
UNIQUE = [
    pytest.param(collection, index, id=f"{collection.name}.{index.name}")
    for collection in COLLECTIONS.values()
    for index in collection.indexes
    if index.options.get("unique")
]


def allows(key: dict[str, int | str], index: Index) -> bool:
    """Whether MongoDB shards by the key beside a unique index: its fields are the index's first."""
    return [name for name, _ in index.keys][: len(key)] == list(key)


def test_each_collection_is_spread_or_stays_whole() -> None:
    assert sorted([*SPREAD, *WHOLE]) == sorted([*COLLECTIONS, COUNTERS])


@pytest.mark.parametrize(("collection", "index"), UNIQUE)
def test_a_unique_index_begins_with_the_shard_key(
    collection: "Collection[object]", index: Index
) -> None:
    if collection.name in WHOLE:
        assert index.keys[0][0] in WHOLE[collection.name], "the reason names the field"
    else:
        assert allows(shard_keys()[collection.name], index)


def test_a_unique_index_on_another_field_would_be_found() -> None:
    other = Index("other", [("name", 1)], query={}, options={"unique": True})

    assert not allows({"_id": HASHED}, other)
    assert not allows({"kind": 1, "name": 1}, other)
    assert allows({"name": HASHED}, other)


@pytest.mark.parametrize("name", SPREAD)
def test_a_key_is_of_fields_that_every_row_has_and_keeps(name: str) -> None:
    fields = set(COLLECTIONS[name].row.__dataclass_fields__) | {"_id"}
    key = SPREAD[name].key

    assert set(key) <= fields
    assert list(key.values()).count(HASHED) <= 1
    assert not set(key) & COLLECTIONS[name].absent_if_none


@pytest.mark.parametrize("name", [*SPREAD, *WHOLE])
def test_the_page_has_each_collection_with_its_key(name: str) -> None:
    key = ", ".join(f"{field}: {order}" for field, order in shard_keys().get(name, {}).items())
    (cells,) = re.findall(rf"^\| `{name}` \| (.*?) \| (.*?) \|", SCALING, re.MULTILINE)

    assert cells[0] == (f"`{{{key}}}`" if key else "whole")
    assert cells[1].replace("\\|", "|") == (SPREAD[name].why if key else WHOLE[name])


def test_the_cluster_is_started_with_these_keys() -> None:
    written = json.loads((ROOT / "containers" / "shard_keys.json").read_text())

    assert written == shard_keys(), "run `make docs`"
