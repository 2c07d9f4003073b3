"""What the embedded engine writes with a shim is what it writes without."""

import contextlib
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pymongo import MongoClient
from pymongo.collection import Collection
from pymongo.errors import BulkWriteError, PyMongoError
from secantus import SecantusDBServer, commands, storage, transactions

from repository.engine.write_shims import (
    LOOKED_THROUGH_EVERY,
    find_by_id_first,
    look_through_kept_answers_rarely,
    read_the_catalogue_once_a_statement,
    write_changed_entries_alone,
)

Rows = Collection[dict[str, Any]]
ANSWERS = 50
INDEXES: list[dict[str, Any]] = [
    {"keys": [("a", 1)]},
    {"keys": [("b", -1), ("a", 1)]},
    {"keys": [("c.d", 1)]},
    {"keys": [("tags", 1), ("a", 1)]},
    {"keys": [("b", 1)], "name": "of_open", "partialFilterExpression": {"open": True}},
    {"keys": [("b", 1)], "name": "of_much", "partialFilterExpression": {"a": {"$gt": 1}}},
    {"keys": [("u", 1)], "unique": True, "sparse": True},
]


class MendedStorage(storage.Storage):  # type: ignore[misc]
    """The engine's storage, with all shims for writes of our launcher."""


MENDED = SimpleNamespace(**vars(storage) | {"Storage": MendedStorage})
find_by_id_first(MENDED)
COMMANDS: Any = SimpleNamespace(**vars(commands))
read_the_catalogue_once_a_statement(MENDED, COMMANDS)
write_changed_entries_alone(MENDED)


@contextlib.contextmanager
def mending(server: SecantusDBServer) -> Iterator[None]:
    """The engine of this module has the shims within the block."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(commands, "_run_txn_statement", COMMANDS._run_txn_statement)
        patch.setattr(server.storage, "__class__", MendedStorage)
        yield


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SecantusDBServer]:
    """An engine in this process, without a shim."""
    with SecantusDBServer(port=0, storage_path=str(tmp_path_factory.mktemp("plain"))) as server:
        yield server


@pytest.fixture(scope="module")
def both(server: SecantusDBServer) -> Iterator[tuple[Rows, Rows]]:
    """Two collections with the same indexes: one for the engine as it is, one for the mended."""
    with MongoClient[dict[str, Any]](server.uri, directConnection=True) as client:
        for rows in (client.shop.plain, client.shop.mended):
            for index in INDEXES:
                rows.create_index(**index)
        yield client.shop.plain, client.shop.mended


NUMBERS = st.sampled_from([0, 1, 2, 1.0, 2.5])
VALUES = st.one_of(
    NUMBERS,
    st.sampled_from([None, True, "", "x", "y"]),
    st.lists(st.one_of(NUMBERS, st.sampled_from(["x", None, [1]])), max_size=3),
    st.builds(lambda value: {"d": value}, NUMBERS),
)
FIELDS = st.sampled_from(["a", "b", "c", "tags", "open", "u", "z"])
BODIES = st.dictionaries(FIELDS, VALUES, max_size=5)
CHANGES = st.one_of(
    st.builds(lambda body: {"$set": body}, st.dictionaries(FIELDS, VALUES, min_size=1, max_size=2)),
    st.builds(lambda field: {"$unset": {field: ""}}, FIELDS),
    st.builds(lambda field, step: {"$inc": {field: step}}, FIELDS, st.sampled_from([1, 0.5, 0])),
    st.builds(lambda field, value: {"$push": {field: value}}, FIELDS, NUMBERS),
    st.builds(lambda value: {"$set": {"c.d": value}}, VALUES),
    st.builds(lambda value: [{"$set": {"a": value}}], NUMBERS),
)
UPDATES = st.fixed_dictionaries(
    {
        "q": st.one_of(
            st.just({}),
            st.builds(lambda number: {"_id": number}, st.integers(0, 4)),
            st.builds(
                lambda number, a: {"_id": number, "a": {"$gte": a}}, st.integers(0, 4), NUMBERS
            ),
        ),
        "u": CHANGES,
        "multi": st.booleans(),
        "upsert": st.booleans(),
    }
)


def outcome(rows: Rows, bodies: list[Any], updates: list[Any], *, at_once: bool) -> list[Any]:
    """What the engine answers to inserts and updates: `at_once` in one transaction."""
    answers: list[Any] = []
    try:
        rows.delete_many({})
        rows.insert_many([{"_id": number, **body} for number, body in enumerate(bodies)])
    except BulkWriteError as error:
        answers.append(error.details["writeErrors"][0]["code"])
    with rows.database.client.start_session() as session:
        try:
            if at_once:
                session.start_transaction()
                answer = rows.database.command(
                    "update", rows.name, updates=updates, session=session
                )
                answers.append(_told(answer))
                session.commit_transaction()
                return answers
            told = (rows.database.command("update", rows.name, updates=[each]) for each in updates)
            answers.extend(map(_told, told))
        except PyMongoError as error:
            answers.append(getattr(error, "code", None))
    return answers


def _told(answer: Any) -> Any:
    codes = [error["code"] for error in answer.get("writeErrors", [])]
    return answer["n"], answer["nModified"], answer.get("upserted"), codes


def kept(server: SecantusDBServer, rows: Rows) -> dict[str, list[Any]]:
    """All that the engine keeps of a collection: documents, index entries and unique keys."""
    engine = server.storage
    engine._refresh_read_snapshot()
    places = {
        row: place for place, row in enumerate(_rows_of(engine, rows, storage._NAT_SEQ_TABLE))
    }
    entries = []
    for index, key in _keys_of(engine, rows, storage._IDX_ENTRIES_TABLE):
        escaped, row = storage._unpack_entry(key)
        entries.append((index, escaped, places[row]))
    return {
        "documents": list(rows.find({}, sort=[("_id", 1)])),
        "entries": entries,
        "unique": list(_keys_of(engine, rows, storage._UNIQ_TABLE)),
    }


def _keys_of(engine: Any, rows: Rows, table: str) -> list[tuple[str, bytes]]:
    cursor = engine._cursor(table)
    found = []
    while cursor.next() == 0:
        database, collection, *rest = cursor.get_key()
        if (database, collection) == (rows.database.name, rows.name):
            found.append(tuple(rest))
    return found


def _rows_of(engine: Any, rows: Rows, table: str) -> list[int]:
    cursor = engine._cursor(table)
    found = []
    while cursor.next() == 0:
        if tuple(cursor.get_key()[:2]) == (rows.database.name, rows.name):
            found.append(cursor.get_value())
    return sorted(found)


@settings(deadline=None, max_examples=100)
@given(
    bodies=st.lists(BODIES, min_size=1, max_size=4),
    updates=st.lists(UPDATES, min_size=1, max_size=4),
    at_once=st.booleans(),
)
@example(
    bodies=[{"a": 1, "u": 1}, {"a": 2, "u": 2}],
    updates=[
        {"q": {"_id": 0}, "u": {"$set": {"u": 2}}, "multi": False, "upsert": False},
        {"q": {"_id": 1}, "u": {"$set": {"a": True}}, "multi": False, "upsert": False},
    ],
    at_once=False,
)
def test_updates_leave_the_same_documents_and_index_entries(
    server: SecantusDBServer,
    both: tuple[Rows, Rows],
    bodies: list[Any],
    updates: list[Any],
    at_once: bool,  # noqa: FBT001 - drawn by hypothesis
) -> None:
    plain, mended = both
    expected = outcome(plain, bodies, updates, at_once=at_once)
    with mending(server):
        assert outcome(mended, bodies, updates, at_once=at_once) == expected
    assert kept(server, mended) == kept(server, plain)


GUARDS = st.dictionaries(
    st.sampled_from(["a", "b", "tags", "c.d", "$and", "$or", "$expr"]),
    st.one_of(
        VALUES,
        st.builds(
            lambda name, value: {name: value},
            st.sampled_from(["$gte", "$lt", "$ne", "$in", "$exists", "$size", "$not", "$near"]),
            VALUES,
        ),
        st.lists(st.builds(lambda value: {"a": value}, VALUES), max_size=2),
    ),
    max_size=3,
)
IDS = st.one_of(
    st.integers(0, 5),
    st.sampled_from([1.0, True, None, "x", {"$gte": 2}, {"$in": [1, 2, 9]}, {"$in": []}]),
    st.sampled_from([{"$eq": 1}, {"$ne": 1}, {"$in": [1, None, "x"]}, {"$gt": 1, "$in": [1, 3]}]),
)


@pytest.fixture(scope="module")
def filled(both: tuple[Rows, Rows]) -> Rows:
    """Documents of many kinds, which nothing changes."""
    rows = both[0].database.filled
    for index in INDEXES[:4]:
        rows.create_index(**index)
    bodies = [{"a": 1, "b": 2}, {"a": [1, 2]}, {"tags": ["x", "y"], "a": 2.5}, {"c": {"d": 1}}]
    rows.insert_many([{"_id": number, **body} for number, body in enumerate(bodies)])
    rows.insert_many([{"_id": "x", "a": 1}, {"_id": True, "a": 2}])
    return rows


def found(rows: Rows, query: dict[str, Any]) -> Any:
    """What is found by a query, and what a command that writes would change."""
    try:
        documents = list(rows.find(query))
        changed = rows.find_one_and_update(query, {"$unset": {"nothing": ""}})
        count = rows.update_many(query, {"$unset": {"nothing": ""}}).matched_count
    except PyMongoError as error:
        return str(error).partition(", full error")[0]
    return documents, changed, count


@settings(deadline=None, max_examples=200)
@given(id_condition=IDS, guard=GUARDS)
def test_a_guarded_document_is_found_by_its_id_as_before(
    server: SecantusDBServer, filled: Rows, id_condition: Any, guard: dict[str, Any]
) -> None:
    query = {"_id": id_condition, **guard}
    expected = found(filled, query)
    with mending(server):
        assert found(filled, query) == expected


def keys_made_by_an_update(
    server: SecantusDBServer, rows: Rows, kind: type, monkeypatch: pytest.MonkeyPatch
) -> int:
    """How often the keys of an index are made when a field is set that no index has."""
    made = []
    variants = storage._index_key_variants

    def noted(*args: Any, **more: Any) -> Any:
        made.append(args)
        return variants(*args, **more)

    rows.replace_one({"_id": -1}, {"a": 1, "tags": ["x", "y"]}, upsert=True)
    with monkeypatch.context() as patch:
        patch.setattr(storage, "_index_key_variants", noted)
        patch.setattr(server.storage, "__class__", kind)
        rows.update_one({"_id": -1}, {"$inc": {"z": 1}})
    return len(made)


def test_the_engine_still_rewrites_entries_that_do_not_change(
    server: SecantusDBServer, both: tuple[Rows, Rows], monkeypatch: pytest.MonkeyPatch
) -> None:
    made = keys_made_by_an_update(server, both[0], storage.Storage, monkeypatch)

    assert made > len(INDEXES), (
        "The engine writes changed index entries alone by itself now:"
        " drop write_changed_entries_alone from repository/engine/write_shims.py."
    )


def test_with_the_shim_an_update_makes_no_key_that_does_not_change(
    server: SecantusDBServer, both: tuple[Rows, Rows], monkeypatch: pytest.MonkeyPatch
) -> None:
    made = keys_made_by_an_update(server, both[1], MendedStorage, monkeypatch)

    assert made == 1  # of the unique index, to look whether the key is taken


class Answers(dict[Any, Any]):
    """Kept answers, and how often all of them are looked through."""

    looks = 0

    def items(self) -> Any:
        self.looks += 1
        return super().items()


def looks_of_many_writes(kind: type, count: int) -> Answers:
    """The answers kept after some writes."""
    registry = kind()
    registry._retryable = answers = Answers()
    for number in range(count):
        assert registry.retryable_reply(b"session", number, b"command") is None
        registry.record_retryable(b"session", number, b"command", {"n": 1, "ok": 1.0})
        assert registry.retryable_reply(b"session", number, b"command") == {"n": 1, "ok": 1.0}
    return answers


class MendedRegistry(transactions.TransactionRegistry):  # type: ignore[misc]
    """The engine's registry of transactions and answers, with the shim of our launcher."""


look_through_kept_answers_rarely(MendedRegistry)


def test_the_engine_still_looks_through_all_answers_for_each_write() -> None:
    answers = looks_of_many_writes(transactions.TransactionRegistry, ANSWERS)

    assert answers.looks >= ANSWERS, (
        "The engine looks through kept answers rarely by itself now:"
        " drop look_through_kept_answers_rarely from repository/engine/write_shims.py."
    )


def test_with_the_shim_answers_are_looked_through_rarely() -> None:
    assert looks_of_many_writes(MendedRegistry, ANSWERS).looks == 0


def test_with_the_shim_answers_are_still_dropped_in_the_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(transactions, "_RETRYABLE_RECORD_MAX", ANSWERS)

    answers = looks_of_many_writes(MendedRegistry, 10 * LOOKED_THROUGH_EVERY)

    assert ANSWERS <= len(answers) <= ANSWERS + LOOKED_THROUGH_EVERY
