"""A read of the embedded engine that ends at its limit gives what it gave without that."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pymongo import MongoClient
from pymongo.collection import Collection
from secantus import SecantusDBServer, commands, storage

from repository.engine import bounded_reads
from repository.engine.bounded_reads import Reader, stop_at_the_limit

DOCUMENTS = 600
READS = 200
NO_LONGER_NEEDED = (
    "The engine ends a read at its limit by itself now:"
    " drop repository/engine/bounded_reads.py and its tests."
)


class MendedStorage(storage.Storage):  # type: ignore[misc]
    """The engine's storage, with the shim of our launcher."""


def mended_handlers() -> dict[str, Any]:
    """The engine's commands with the shim; mends MendedStorage as well."""
    engine: Any = SimpleNamespace(**vars(storage) | {"Storage": MendedStorage})
    handlers: Any = SimpleNamespace(_HANDLERS=dict(commands._HANDLERS))
    stop_at_the_limit(engine, handlers)
    mended: dict[str, Any] = handlers._HANDLERS
    return mended


HANDLERS = mended_handlers()


ROWS: list[dict[str, Any]] = [
    {
        "_id": number,
        "cents": number * 7 % 40,
        "name": ["", "a", "a\0b", "ab", "b", "é", "zz"][number % 7],
        "tags": [["x", "y", "z", "w"][number % 4], "all", *(["rare"] * (number % 50 == 0))],
        "open": number % 3 == 0,
        **({"weight": number % 11 + 0.5} if number % 5 else {}),
        "mixed": [1, "one", None, [1, 9], 2.5][number % 5],
    }
    for number in range(DOCUMENTS)
]
"""Documents with ties, lists, texts of which one begins another, and some fields missing."""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SecantusDBServer]:
    """An engine in this process, without the shim."""
    with SecantusDBServer(port=0, storage_path=str(tmp_path_factory.mktemp("plain"))) as server:
        with MongoClient[dict[str, Any]](server.uri, directConnection=True) as client:
            collection = client.shop.rows
            collection.insert_many(ROWS)
            for keys in (
                [("cents", 1), ("_id", 1)],
                [("name", 1), ("_id", 1)],
                [("tags", 1), ("_id", 1)],
                [("tags", 1), ("cents", 1), ("_id", 1)],
                [("open", 1), ("name", 1), ("_id", 1)],
                [("weight", 1)],
                [("mixed", 1), ("_id", 1)],
            ):
                collection.create_index(keys)
            collection.create_index(
                [("cents", 1), ("name", 1)],
                name="open_ones",
                partialFilterExpression={"open": True},
            )
        yield server


@pytest.fixture(scope="module")
def collection(server: SecantusDBServer) -> Iterator[Collection[dict[str, Any]]]:
    """The documents as a client sees them."""
    with MongoClient[dict[str, Any]](server.uri, directConnection=True) as client:
        yield client.shop.rows


@pytest.fixture(scope="module")
def mended(server: SecantusDBServer) -> Iterator[None]:
    """The engine of this module has the shim, until the module ends."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(commands, "_HANDLERS", HANDLERS)
        patch.setattr(server.storage, "__class__", MendedStorage)
        yield


BY_CENTS = [("cents", 1), ("_id", 1)]
RANGES = st.dictionaries(
    st.sampled_from(["$gt", "$gte", "$lt", "$lte"]), st.integers(-1, 41), min_size=1, max_size=2
)
CONDITIONS = st.one_of(
    st.tuples(st.just("cents"), st.one_of(st.integers(0, 40), RANGES)),
    st.tuples(st.just("weight"), st.one_of(st.just(3.5), RANGES)),
    st.tuples(st.just("mixed"), st.one_of(st.sampled_from([1, "one", 9, None]), RANGES)),
    st.tuples(st.just("_id"), st.one_of(RANGES, st.integers(0, 9))),
    st.tuples(st.just("open"), st.booleans()),
    st.tuples(
        st.just("name"),
        st.one_of(
            st.sampled_from(["a", "ab", "zz", "none"]),
            st.dictionaries(
                st.sampled_from(["$gt", "$gte", "$lt", "$lte"]),
                st.sampled_from(["", "a", "a\0b", "ab", "é"]),
                min_size=1,
                max_size=2,
            ),
            st.builds(lambda names: {"$in": names}, st.lists(st.sampled_from(["a", "b", "é"]))),
        ),
    ),
    st.tuples(st.just("tags"), st.sampled_from(["x", "all", "rare", "none", {"$in": ["y", "w"]}])),
)
QUERIES = st.lists(CONDITIONS.map(lambda pair: {pair[0]: pair[1]}), max_size=4)
SORTS = st.sampled_from(
    [
        [("_id", 1)],
        [("cents", 1), ("_id", 1)],
        [("name", 1), ("_id", 1)],
        [("open", 1), ("name", 1), ("_id", 1)],
        [("weight", 1), ("_id", 1)],
        [("mixed", 1), ("_id", 1)],
        [("tags", 1), ("_id", 1)],
    ]
)


def in_memory(query: list[Any], sort: Any) -> list[int]:
    """The ids of all documents that match, in order, by the engine's matcher and sort alone."""
    clauses = {"$and": query} if query else {}
    matching = [row for row in ROWS if storage.matches(row, clauses)]
    return [row["_id"] for row in storage.sort_docs(matching, dict(sort))]


@pytest.mark.usefixtures("mended")
@settings(deadline=None, max_examples=100)
@given(
    query=QUERIES,
    sort=SORTS,
    direction=st.sampled_from([1, -1]),
    limit=st.integers(1, DOCUMENTS),
    few=st.sampled_from([(1, 2), (5, 20), (100, 2_000)]),
)
@example(
    query=[{"_id": {"$gte": 1, "$lte": 8}}],
    sort=[("_id", 1)],
    direction=-1,
    limit=DOCUMENTS,
    few=(1, 2),
)
def test_a_read_ends_at_its_limit_with_what_is_first(
    collection: Collection[dict[str, Any]],
    query: list[Any],
    sort: list[tuple[str, int]],
    direction: int,
    limit: int,
    few: tuple[int, int],
) -> None:
    order = [(field, direction) for field, _ in sort]
    pipeline = [*({"$match": part} for part in query), {"$sort": dict(order)}, {"$limit": limit}]
    clauses = {"$and": query} if query else {}

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bounded_reads, "HANDFUL", few[0])
        patch.setattr(bounded_reads, "TRIAL", few[1])
        patch.setattr(bounded_reads, "FEW", few[1])
        found = list(collection.find(clauses).sort(order).limit(limit))
        aggregated = list(collection.aggregate(pipeline))
        unsorted = list(collection.find(clauses).limit(limit))

        fields = {"cents": 1, "tags": 1}
        projected = list(collection.find(clauses, fields).sort(order).limit(limit))

    expected = in_memory(query, order)
    assert [row["_id"] for row in found] == expected[:limit]
    assert projected == [
        {name: row[name] for name in ("_id", *fields) if name in row} for row in found
    ]
    assert [row["_id"] for row in aggregated] == expected[:limit]
    assert {row["_id"] for row in unsorted} <= set(expected)
    assert len(unsorted) == min(limit, len(expected))


@pytest.fixture
def looked_at(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The ids of the documents that are compared with a query, as they are."""
    ids: list[int] = []
    matches = storage.matches

    def noted(document: dict[str, Any], *rest: Any, **more: Any) -> Any:
        ids.extend([document["_id"]] if document else [])
        return matches(document, *rest, **more)

    monkeypatch.setattr(storage, "matches", noted)
    compare = Reader._matches

    def noted_compare(self: Reader, document: dict[str, Any]) -> bool:
        ids.append(document["_id"])
        return compare(self, document)

    monkeypatch.setattr(Reader, "_matches", noted_compare)
    return ids


def first_ten(
    collection: Collection[dict[str, Any]], fields: dict[str, int] | None = None
) -> list[int]:
    """The first ten of those that have a tag, which is every other one."""
    query = {"$and": [{"tags": {"$in": ["x", "z"]}}, {"cents": {"$gte": 3}}]}
    return [row["_id"] for row in collection.find(query, fields).sort(BY_CENTS).limit(10)]


def test_the_engine_still_needs_the_shim(
    collection: Collection[dict[str, Any]],
    server: SecantusDBServer,
    looked_at: list[int],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(server.storage, "__class__", storage.Storage)

    first_ten(collection)

    assert len(looked_at) == DOCUMENTS, NO_LONGER_NEEDED


@pytest.mark.usefixtures("mended")
@pytest.mark.parametrize("fields", [None, {"cents": 1}], ids=["whole", "some fields"])
def test_with_the_shim_a_page_reads_little_more_than_it_gives(
    collection: Collection[dict[str, Any]], looked_at: list[int], fields: dict[str, int] | None
) -> None:
    found = first_ten(collection, fields)

    assert len(found) == 10
    assert len(looked_at) < 40


@pytest.mark.usefixtures("mended")
def test_explain_names_the_index_that_the_page_was_read_by(
    collection: Collection[dict[str, Any]],
) -> None:
    pipeline = [{"$match": {"open": True}}, {"$sort": dict(BY_CENTS)}, {"$limit": 10}]
    command = {"aggregate": "rows", "pipeline": pipeline, "cursor": {}}

    explained = collection.database.command("explain", command, verbosity="queryPlanner")

    assert "'indexName': 'cents_1__id_1'" in str(explained)


@pytest.mark.usefixtures("mended")
@pytest.mark.parametrize(
    ("query", "sort", "limit", "returned"),
    [
        ({"tags": "x"}, BY_CENTS, 10, 10),
        ({"tags": "rare", "open": True}, [("name", 1), ("_id", 1)], 10, 4),
        ({"tags": "rare", "open": True}, [], 0, 4),
        ({"cents": {"$gte": 38}}, [], 0, 30),
        ({"open": True, "cents": 3}, BY_CENTS, 2, 2),
        ({"nothing": 1}, [], 0, 0),
    ],
    ids=str,
)
def test_explain_tells_how_many_documents_were_examined(
    collection: Collection[dict[str, Any]],
    looked_at: list[int],
    query: dict[str, Any],
    sort: list[tuple[str, int]],
    limit: int,
    returned: int,
) -> None:
    command: dict[str, Any] = {"find": "rows", "filter": query, "limit": limit, "sort": dict(sort)}
    found = list(collection.find(query, sort=sort, limit=limit))
    examined = len(looked_at)

    told = collection.database.command("explain", command, verbosity="executionStats")

    assert told["executionStats"]["nReturned"] == len(found) == returned
    assert told["executionStats"]["totalDocsExamined"] == examined


@pytest.mark.usefixtures("mended")
def test_a_later_stage_reads_the_same_collection_to_its_end(
    collection: Collection[dict[str, Any]],
) -> None:
    lookup = {"from": "rows", "localField": "open", "foreignField": "open", "as": "others"}
    pipeline = [{"$match": {"_id": {"$gte": 0}}}, {"$sort": {"_id": 1}}, {"$limit": 1}]

    [row] = collection.aggregate([*pipeline, {"$lookup": lookup}])

    assert len(row["others"]) == DOCUMENTS / 3


@pytest.mark.usefixtures("mended")
def test_a_later_stage_reads_to_the_end_also_after_a_hint(
    collection: Collection[dict[str, Any]],
) -> None:
    lookup = {"from": "rows", "pipeline": [], "as": "others"}

    rows = collection.aggregate(
        [{"$match": {"cents": 7}}, {"$limit": 1}, {"$lookup": lookup}], hint="cents_1__id_1"
    )

    assert [len(row["others"]) for row in rows] == [DOCUMENTS]


@pytest.mark.usefixtures("mended")
def test_what_the_engine_shows_of_itself_is_still_there(
    collection: Collection[dict[str, Any]],
) -> None:
    log = collection.database.client.local["oplog.rs"]

    assert len(list(log.find().sort("_id", 1).limit(1))) == 1


@pytest.mark.usefixtures("mended")
def test_numbers_too_great_to_be_exact_are_found_in_either_form(
    collection: Collection[dict[str, Any]],
) -> None:
    collection.insert_one({"_id": -7, "weight": 2.0**60})
    try:
        found = list(collection.find({"$and": [{"weight": 2**60}]}).sort(BY_CENTS).limit(3))
    finally:
        collection.delete_one({"_id": -7})

    assert [row["_id"] for row in found] == [-7]


@pytest.mark.usefixtures("mended")
def test_what_a_transaction_has_written_is_in_its_pages(
    collection: Collection[dict[str, Any]],
) -> None:
    with collection.database.client.start_session() as session:
        session.start_transaction()
        collection.insert_one({"_id": -5, "cents": -5}, session=session)
        inside = list(collection.find({}, session=session).sort(BY_CENTS).limit(1))
        outside = list(collection.find({}).sort(BY_CENTS).limit(1))
        session.abort_transaction()

    assert [inside[0]["_id"], outside[0]["_id"]] == [-5, 0]


@pytest.mark.usefixtures("mended")
def test_reads_of_all_kinds_at_once_do_not_wait_for_each_other(server: SecantusDBServer) -> None:
    def read(sort: list[tuple[str, int]]) -> int:
        address = f"{server.uri}?directConnection=true"
        with MongoClient[dict[str, Any]](address, socketTimeoutMS=10_000) as client:
            return sum(
                len(list(client.shop.rows.find({"cents": 7}).sort(sort).limit(3)))
                for _ in range(READS)
            )

    sorts = [BY_CENTS, [("name", -1), ("_id", 1)], [("_id", -1)], [("mixed", 1), ("_id", 1)]]
    with ThreadPoolExecutor(len(sorts)) as clients:
        assert list(clients.map(read, sorts)) == [3 * READS] * len(sorts)
