"""Transactions: all or nothing, once, until a deadline; shown through sockets that break."""

import asyncio
import json
import os
import signal
import uuid
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from pymongo.errors import BulkWriteError

from domain.errors import Busy, StorageUnavailable
from repository import indexes, transactions
from repository.embedded_engine import embedded_engine
from repository.mongo_connection import Database, connect
from repository.transactions import BACKOFF_MAX_S, COMMITS, Transaction
from tests.mongo_proxy import MongoProxy

SHELF = "books"
PLENTY_S = 30.0


@pytest.fixture
async def proxy(mongo_url: str) -> AsyncIterator[MongoProxy]:
    async with MongoProxy(mongo_url) as running:
        yield running


@pytest.fixture
async def shelf(database: Database, proxy: MongoProxy) -> AsyncIterator[Database]:
    """The database by way of a socket that can be broken, with three copies of one book."""
    await database.collection(SHELF).insert_one({"_id": 1, "stock": 3})
    async with connect(proxy.url, database.name) as through_proxy:
        yield through_proxy


def soon(seconds: float = PLENTY_S) -> float:
    return asyncio.get_running_loop().time() + seconds


async def take(transaction: Transaction) -> int:
    book = await transaction.hold(SHELF, 1)
    assert book is not None
    transaction.change(SHELF, book, add={"stock": -1})
    return int(book["stock"])


async def stock(database: Database) -> int:
    book = await database.find_one(SHELF, {"_id": 1})
    assert book is not None
    return int(book["stock"])


async def commits(database: Database) -> int:
    return await database.collection(COMMITS).count_documents({})


async def test_a_commit_whose_answer_is_lost_happens_once(
    shelf: Database, proxy: MongoProxy
) -> None:
    proxy.lose_answers_to("commitTransaction", times=3)

    assert await transactions.run(shelf, take, deadline=soon()) == 2

    assert proxy.losses == 3
    assert await stock(shelf) == 2
    assert await commits(shelf) == 1


async def test_a_commit_that_never_arrives_is_sent_again(
    shelf: Database, proxy: MongoProxy
) -> None:
    proxy.lose_requests("commitTransaction", times=3)

    assert await transactions.run(shelf, take, deadline=soon()) == 2

    assert proxy.losses == 3
    assert await stock(shelf) == 2


@pytest.mark.parametrize("command", ["find", "findAndModify", "insert"])
async def test_a_connection_lost_before_the_commit_starts_the_transaction_again(
    shelf: Database, proxy: MongoProxy, command: str
) -> None:
    proxy.lose_answers_to(command, times=2)

    assert await transactions.run(shelf, take, deadline=soon()) == 2

    assert proxy.losses == 2
    assert await stock(shelf) == 2
    assert await commits(shelf) == 1


async def test_an_unknown_commit_is_said_to_be_unknown(shelf: Database, proxy: MongoProxy) -> None:
    proxy.lose_answers_to("commitTransaction", times=1_000)

    with pytest.raises(StorageUnavailable) as refusal:
        await transactions.run(shelf, take, deadline=soon(0.2))

    assert "may have happened" in refusal.value.message
    assert await stock(shelf) == 2


async def test_a_server_that_stays_away_is_given_up_at_the_deadline(
    shelf: Database, proxy: MongoProxy, database: Database
) -> None:
    await proxy.cut()

    with pytest.raises(StorageUnavailable):
        await transactions.run(shelf, take, deadline=soon(0.2))

    assert await stock(database) == 3


@pytest.mark.skipif("OCTAVO_MONGO_URL" in os.environ, reason="the server is not ours to kill")
@pytest.mark.parametrize("has_happened", [True, False])
async def test_a_commit_is_known_by_its_marker_after_its_server_was_killed(
    tmp_path: Path,
    has_happened: bool,  # noqa: FBT001 - a case of the test
) -> None:
    def kill() -> None:
        os.kill(json.loads((tmp_path / "engine.json").read_bytes())["pid"], signal.SIGKILL)

    async with (
        embedded_engine(tmp_path) as url,
        MongoProxy(url) as proxy,
        connect(proxy.url, "octavo") as shelf,
    ):
        await indexes.ensure(shelf)
        await shelf.collection(SHELF).insert_one({"_id": 1, "stock": 3})
        lose = proxy.lose_answers_to if has_happened else proxy.lose_requests
        lose("commitTransaction", and_then=kill)

        assert await transactions.run(shelf, take, deadline=soon()) == 2

        assert proxy.losses == 1
        assert await stock(shelf) == 2
        assert await commits(shelf) == 1


async def test_a_transaction_that_meets_another_starts_again(database: Database) -> None:
    await database.collection(SHELF).insert_one({"_id": 1, "stock": 30})
    attempts = 0

    async def take_slowly(transaction: Transaction) -> int:
        nonlocal attempts
        attempts += 1
        left = await take(transaction)
        await asyncio.sleep(0.01)
        return left

    left = await asyncio.gather(
        *(transactions.run(database, take_slowly, deadline=soon()) for _ in range(10))
    )

    assert sorted(left) == list(range(20, 30))
    assert attempts > 10
    assert await stock(database) == 20


async def test_a_way_that_stays_blocked_is_busy_at_the_deadline(database: Database) -> None:
    await database.collection(SHELF).insert_one({"_id": 1, "stock": 3})

    async def meet_another(transaction: Transaction) -> int:
        left = await take(transaction)
        await database.collection(SHELF).update_one({"_id": 1}, {"$inc": {"price_cents": 1}})
        return left

    with pytest.raises(Busy):
        await transactions.run(database, meet_another, deadline=soon(0.2))

    assert await stock(database) == 3
    assert await commits(database) == 0


async def test_a_duplicate_key_lets_the_next_attempt_see_who_came_first(
    database: Database,
) -> None:
    attempts = 0

    async def name_first_come(transaction: Transaction) -> str:
        nonlocal attempts
        attempts += 1
        found = await transaction.find_one(SHELF, {"isbn": "x"})
        if attempts == 1:
            await database.collection(SHELF).insert_one({"_id": 7, "isbn": "x"})
        if found is None:
            transaction.append(SHELF, {"_id": 8, "isbn": "x"})
        return "mine" if found is None else "another's"

    assert await transactions.run(database, name_first_come, deadline=soon()) == "another's"
    assert attempts == 2


async def test_a_duplicate_key_that_stays_is_handed_on(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transactions, "DUPLICATE_KEY_PATIENCE_S", 0.1)
    await database.collection(SHELF).insert_one({"_id": 1})
    attempts = 0

    async def add_again(transaction: Transaction) -> None:
        nonlocal attempts
        attempts += 1
        transaction.append(SHELF, {"_id": 1})

    with pytest.raises(BulkWriteError):
        await transactions.run(database, add_again, deadline=soon())

    assert attempts > 1


async def test_a_connection_is_closed_after_the_transactions_that_nobody_waits_for(
    mongo_url: str, database: Database
) -> None:
    await database.collection(SHELF).insert_one({"_id": 1, "stock": 3})
    started = asyncio.Event()

    async def take_slowly(transaction: Transaction) -> int:
        left = await take(transaction)
        await transaction.flush()
        started.set()
        await asyncio.sleep(0.2)
        return left

    async with connect(mongo_url, database.name) as other:
        caller = asyncio.create_task(transactions.run(other, take_slowly, deadline=soon()))
        await started.wait()
        caller.cancel()

    assert await stock(database) == 2


async def test_a_cancelled_caller_does_not_cut_a_transaction(database: Database) -> None:
    await database.collection(SHELF).insert_one({"_id": 1, "stock": 3})
    written, go_on = asyncio.Event(), asyncio.Event()

    async def take_in_steps(transaction: Transaction) -> int:
        left = await take(transaction)
        written.set()
        await go_on.wait()
        return left

    caller = asyncio.create_task(transactions.run(database, take_in_steps, deadline=soon()))
    await written.wait()
    caller.cancel()
    go_on.set()
    await asyncio.wait([caller])

    for _ in range(100):
        if await commits(database):
            break
        await asyncio.sleep(0.02)
    assert caller.cancelled()
    assert await stock(database) == 2


async def test_a_refusal_leaves_no_trace(database: Database) -> None:
    await database.collection(SHELF).insert_one({"_id": 1, "stock": 3})
    effects = []

    async def take_and_refuse(transaction: Transaction) -> int:
        transaction.after_commit(lambda: effects.append("done"))
        await take(transaction)
        raise Busy("no")

    with pytest.raises(Busy):
        await transactions.run(database, take_and_refuse, deadline=soon())

    assert await stock(database) == 3
    assert not effects


async def test_a_counter_never_falls_below_zero(database: Database) -> None:
    await database.collection(SHELF).insert_one({"_id": 1, "stock": 0})

    with pytest.raises(Busy):
        await transactions.run(database, take, deadline=soon(0.1))

    assert await stock(database) == 0


def test_the_backoff_grows_to_its_cap() -> None:
    longest = [max(transactions.backoff_s(attempt) for _ in range(200)) for attempt in (0, 5, 40)]

    assert longest[0] <= transactions.BACKOFF_FIRST_S
    assert longest[0] < longest[1] < longest[2] <= BACKOFF_MAX_S


async def test_ids_are_unique_over_processes_and_kinds(mongo_url: str, database: Database) -> None:
    async with connect(mongo_url, database.name) as other:
        ids = await asyncio.gather(
            *(process.ids.next("thing", block_size=3) for process in (database, other) * 20)
        )

        assert len(set(ids)) == 40
        assert await other.ids.next("another kind") == 1


async def test_ids_that_rows_brought_along_are_skipped(database: Database) -> None:
    await database.skip_ids("thing", 50)

    assert await database.ids.next("thing") == 51


async def test_all_can_make_the_collections_at_once(mongo_url: str) -> None:
    async with connect(mongo_url, f"octavo_test_{uuid.uuid4().hex[:12]}") as fresh:
        await asyncio.gather(*(indexes.ensure(fresh) for _ in range(4)))

        assert set(indexes.COLLECTIONS) <= set(await fresh.motor.list_collection_names())
        await fresh.client.drop_database(fresh.name)


async def test_a_stage_that_mongodb_refuses_in_a_transaction_is_refused_on_every_engine(
    database: Database,
) -> None:
    union = [{"$unionWith": {"coll": "refunds"}}]

    assert await database.aggregate("sales", union) == []
    with pytest.raises(ValueError, match=r"\$unionWith"):
        await transactions.run(
            database, lambda transaction: transaction.aggregate("sales", union), deadline=soon()
        )
