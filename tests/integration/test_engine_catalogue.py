"""A statement of the embedded engine that writes reads its collection's indexes once."""

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from pymongo import MongoClient
from secantus import SecantusDBServer, commands, storage

from repository.engine.write_shims import read_the_catalogue_once_a_statement

DOCUMENTS = 50
NO_LONGER_NEEDED = (
    "The engine reads a collection's indexes once a statement by itself now:"
    " drop read_the_catalogue_once_a_statement from repository/engine/write_shims.py."
)


class CountingStorage(storage.Storage):  # type: ignore[misc]
    """The engine's storage; counts how often indexes are read."""

    reads = 0

    def _iter_indexes(self, db: str, coll: str) -> Any:
        type(self).reads += 1
        return super()._iter_indexes(db, coll)


class MendedStorage(CountingStorage):
    """The same with the shim of our launcher."""

    reads = 0


COMMANDS: Any = SimpleNamespace(**vars(commands))
read_the_catalogue_once_a_statement(
    SimpleNamespace(**vars(storage) | {"Storage": MendedStorage}), COMMANDS
)


@pytest.fixture
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MongoClient[dict[str, Any]]]:
    """An engine in this process, without the shim."""
    folder = tmp_path_factory.mktemp("plain")
    with (
        SecantusDBServer(port=0, storage_path=str(folder)) as server,
        MongoClient[dict[str, Any]](server.uri, directConnection=True) as client,
    ):
        client.shop.rows.create_index("word")
        client.engine = server
        yield client


def reads_of_an_insert(client: Any, kind: type[CountingStorage]) -> int:
    """How often indexes are read while documents are inserted."""
    client.engine.storage.__class__ = kind
    kind.reads = 0
    client.shop.rows.insert_many([{"word": str(number)} for number in range(DOCUMENTS)])
    return kind.reads


def test_the_engine_still_needs_the_shim(client: Any) -> None:
    assert reads_of_an_insert(client, CountingStorage) > DOCUMENTS, NO_LONGER_NEEDED


def test_with_the_shim_an_insert_of_many_reads_them_once(client: Any) -> None:
    assert reads_of_an_insert(client, MendedStorage) < 5


def test_with_the_shim_an_index_made_in_between_gets_what_is_written_next(client: Any) -> None:
    reads_of_an_insert(client, MendedStorage)
    client.shop.rows.create_index("number")

    client.shop.rows.insert_one({"word": "new", "number": 7})

    assert client.shop.rows.find_one({"number": 7}, hint="number_1")["word"] == "new"
    client.shop.rows.update_one({"number": 7}, {"$set": {"number": 8}})
    assert client.shop.rows.count_documents({"number": 7}, hint="number_1") == 0
    assert client.shop.rows.count_documents({"number": 8}, hint="number_1") == 1


def reads_of_a_group(client: Any, kind: type[CountingStorage]) -> int:
    """How often indexes are read while one command of a transaction changes many documents."""
    rows = [{"_id": number, "word": str(number)} for number in range(DOCUMENTS)]
    client.shop.rows.insert_many(rows)
    client.engine.storage.__class__ = kind
    updates = [{"q": {"_id": number}, "u": {"$set": {"word": ""}}} for number in range(DOCUMENTS)]
    with client.start_session() as session, session.start_transaction():
        client.shop.rows.find_one({}, session=session)
        kind.reads = 0
        client.shop.command("update", "rows", updates=updates, session=session)
        return kind.reads


def test_the_engine_still_needs_the_shim_for_a_group(client: Any) -> None:
    assert reads_of_a_group(client, CountingStorage) > DOCUMENTS, NO_LONGER_NEEDED


def test_with_the_shim_a_command_of_a_transaction_reads_them_once(
    client: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(commands, "_run_txn_statement", COMMANDS._run_txn_statement)

    assert reads_of_a_group(client, MendedStorage) < 5
