"""With its shims the embedded engine stores the same, with fewer calls and fewer sessions."""

import contextlib
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from pymongo import MongoClient
from pymongo.errors import OperationFailure
from secantus import SecantusDBServer, storage

from repository.engine.storage_shims import (
    keep_sessions_of_transactions,
    pass_pointers_to_the_storage,
    stand_on_no_page_after_a_sweep,
)

LIBRARY: Any = sys.modules["swig_wiredtiger"]  # which the engine's storage has imported
TRANSACTIONS = 20


class CountingStorage(storage.Storage):  # type: ignore[misc]
    """The engine's storage; counts the transactions that opened a session of their own."""

    closed = 0

    def _close_user_txn_session(self, handle: Any) -> None:
        type(self).closed += not handle.closed
        super()._close_user_txn_session(handle)


class MendedStorage(CountingStorage):
    """The same with the shim of our launcher."""

    closed = 0


class TidyStorage(storage.Storage):  # type: ignore[misc]
    """The engine's storage with the shim for its sweeps."""


keep_sessions_of_transactions(
    SimpleNamespace(**vars(storage) | {"Storage": MendedStorage}),
)
stand_on_no_page_after_a_sweep(SimpleNamespace(Storage=TidyStorage))


@pytest.fixture
def server(tmp_path: Any) -> Iterator[SecantusDBServer]:
    with SecantusDBServer(port=0, storage_path=str(tmp_path)) as running:
        yield running


@pytest.fixture
def client(server: SecantusDBServer) -> Iterator[MongoClient[dict[str, Any]]]:
    with MongoClient[dict[str, Any]](server.uri, directConnection=True) as client:
        client.shop.rows.insert_many([{"_id": number, "stock": 100} for number in range(3)])
        yield client


def sessions_closed(server: SecantusDBServer, client: Any, kind: type[CountingStorage]) -> int:
    server.storage.__class__ = kind
    kind.closed = 0
    for number in range(TRANSACTIONS):
        with client.start_session() as session, session.start_transaction():
            client.shop.rows.update_one({"_id": 0}, {"$inc": {"stock": -1}}, session=session)
            client.shop.sales.insert_one({"number": number}, session=session)
    return kind.closed


def test_the_engine_still_closes_the_session_of_each_transaction(
    server: SecantusDBServer, client: Any
) -> None:
    assert sessions_closed(server, client, CountingStorage) == TRANSACTIONS, (
        "The engine keeps sessions by itself now:"
        " drop keep_sessions_of_transactions from repository/engine/storage_shims.py."
    )


def test_with_the_shim_a_transaction_takes_the_session_of_the_one_before(
    server: SecantusDBServer, client: Any
) -> None:
    assert sessions_closed(server, client, MendedStorage) == 0
    assert client.shop.rows.find_one({"_id": 0})["stock"] == 100 - TRANSACTIONS
    assert client.shop.sales.count_documents({}) == TRANSACTIONS
    assert len(server.storage.kept_sessions) == 1


def test_with_the_shim_a_transaction_sees_what_was_committed_before_it_began_and_no_more(
    server: SecantusDBServer, client: Any
) -> None:
    sessions_closed(server, client, MendedStorage)
    rows = client.shop.rows
    rows.update_one({"_id": 1}, {"$set": {"stock": 7}})
    with client.start_session() as session, session.start_transaction():
        assert rows.find_one({"_id": 1}, session=session)["stock"] == 7
        rows.update_one({"_id": 1}, {"$set": {"stock": 8}})
        assert rows.find_one({"_id": 1}, session=session)["stock"] == 7


def test_with_the_shim_what_is_aborted_or_conflicts_leaves_nothing(
    server: SecantusDBServer, client: Any
) -> None:
    sessions_closed(server, client, MendedStorage)
    rows = client.shop.rows
    with client.start_session() as session:
        session.start_transaction()
        rows.update_one({"_id": 1}, {"$set": {"stock": 0}}, session=session)
        session.abort_transaction()
    with client.start_session() as one, client.start_session() as other:
        one.start_transaction()
        other.start_transaction()
        rows.update_one({"_id": 2}, {"$inc": {"stock": -1}}, session=one)
        with pytest.raises(OperationFailure):
            rows.update_one({"_id": 2}, {"$inc": {"stock": -1}}, session=other)
        one.commit_transaction()

    sessions_closed(server, client, MendedStorage)

    assert [row["stock"] for row in rows.find({}, sort=[("_id", 1)])] == [
        100 - 2 * TRANSACTIONS,
        100,
        99,
    ]
    assert MendedStorage.closed == 0


def test_with_the_shim_many_transactions_at_once_have_a_session_each(
    server: SecantusDBServer, client: Any
) -> None:
    sessions_closed(server, client, MendedStorage)
    with contextlib.ExitStack() as stack:
        sessions = [stack.enter_context(client.start_session()) for _ in range(TRANSACTIONS)]
        for number, session in enumerate(sessions):
            session.start_transaction()
            client.shop.sales.insert_one({"_id": number}, session=session)
        for session in sessions:
            session.commit_transaction()

    assert client.shop.sales.count_documents({}) == 2 * TRANSACTIONS
    assert len(server.storage.kept_sessions) < TRANSACTIONS


def test_with_the_shim_no_cursor_of_a_kept_session_stands_on_a_page(
    server: SecantusDBServer, client: Any
) -> None:
    # Such a page can't be split: who writes to it would wait until the session is used again.
    client.shop.rows.create_index("stock")
    server.storage.__class__ = MendedStorage
    with client.start_session() as session, session.start_transaction():
        assert len(list(client.shop.rows.find({"stock": 100}, session=session))) == 3

    [(_, cursors)] = server.storage.kept_sessions

    assert len(cursors) > 2
    assert not any(map(stands, cursors.values()))


def standing_after_a_sweep(server: SecantusDBServer, client: Any, kind: type) -> int:
    """On how many tables a sweep of expired documents leaves a cursor."""
    expired = datetime.now(UTC) - timedelta(minutes=1)
    client.shop.marks.create_index("at", expireAfterSeconds=1)
    client.shop.marks.insert_many([{"at": expired}, {"at": datetime.now(UTC)}])
    server.storage.__class__ = kind
    try:
        assert server.storage.prune_ttl_all_collections() == 1
        return sum(map(stands, server.storage._tls.cursors.values()))
    finally:
        server.storage._reset_thread_session()


def stands(cursor: Any) -> bool:
    """Whether a cursor is at a row."""
    try:
        cursor.get_value()
    except LIBRARY.WiredTigerError:
        return False
    return True


def test_the_engine_still_leaves_cursors_on_pages_after_a_sweep(
    server: SecantusDBServer, client: Any
) -> None:
    assert standing_after_a_sweep(server, client, storage.Storage) > 0, (
        "The engine tidies up by itself now: drop stand_on_no_page_after_a_sweep."
    )


def test_with_the_shim_a_sweep_leaves_no_cursor_on_a_page(
    server: SecantusDBServer, client: Any
) -> None:
    # Such a page can't be split: who fills it would wait for the next sweep, a minute later.
    assert standing_after_a_sweep(server, client, TidyStorage) == 0
    assert client.shop.marks.count_documents({}) == 1


class Calls:
    """The library's functions; counts the calls that give it a pointer, and others."""

    def __init__(self, raw: Any) -> None:
        self._raw = raw
        self.pointers = self.objects = 0

    def __getattr__(self, name: str) -> Any:
        function = getattr(self._raw, name)

        def counted(first: Any, *rest: Any) -> Any:
            is_pointer = type(first).__name__ == "SwigPyObject"
            self.pointers += is_pointer
            self.objects += not is_pointer
            return function(first, *rest)

        return counted


@pytest.fixture
def library(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The library with the shim, for one test."""
    for name, method in vars(LIBRARY.Cursor).items():
        if callable(method) and not name.startswith("__"):
            monkeypatch.setattr(LIBRARY.Cursor, name, method)
    calls = Calls(LIBRARY._wiredtiger)
    with monkeypatch.context() as patch:
        patch.setattr(LIBRARY, "_wiredtiger", calls)
        pass_pointers_to_the_storage(LIBRARY)
    return calls


def work_with_cursors(client: Any) -> list[Any]:
    """Writes and reads of all kinds, and what is there after them."""
    rows = client.shop.work
    rows.create_index("word")
    rows.create_index("card", unique=True, sparse=True)
    rows.insert_many([{"_id": each, "word": f"w{each}", "card": each} for each in range(30)])
    rows.update_many({"word": "w7"}, {"$set": {"word": "w8"}})
    rows.delete_many({"_id": {"$gte": 25}})
    with pytest.raises(OperationFailure, match="E11000"):
        rows.insert_one({"_id": 99, "card": 3})
    found = [
        list(rows.find({"word": "w8"})),
        list(rows.find({"_id": {"$in": [1, 2, 29]}})),
        list(rows.find({}, sort=[("word", -1)], limit=5)),
        list(rows.aggregate([{"$group": {"_id": None, "sum": {"$sum": "$card"}}}])),
    ]
    rows.drop()
    return found


@pytest.mark.usefixtures("library")
def test_with_the_shim_a_closed_cursor_is_refused(server: SecantusDBServer) -> None:
    cursor = server.storage._cursor("table:secantus_collections")
    cursor.close()

    for call in (
        lambda: cursor.set_key("a", "b"),
        lambda: cursor.set_value(b"a"),
        cursor.get_key,
        cursor.get_value,
        cursor.search,
        cursor.search_near,
        cursor.reset,
    ):
        with pytest.raises(TypeError):
            call()
    server.storage._tls.cursors.clear()


def test_the_engine_still_passes_objects_to_its_storage() -> None:
    called = type(LIBRARY.Cursor.__dict__["search"]).__name__

    assert called == "instancemethod", (
        "The storage's library has other methods now: see whether pass_pointers_to_the_storage in"
        " repository/engine/storage_shims.py is still needed."
    )


def test_with_the_shim_the_storage_gets_pointers_and_finds_the_same(
    client: Any, request: pytest.FixtureRequest
) -> None:
    expected = work_with_cursors(client)
    calls = request.getfixturevalue("library")

    assert work_with_cursors(client) == expected
    assert calls.pointers > 100
    assert calls.objects == 0
