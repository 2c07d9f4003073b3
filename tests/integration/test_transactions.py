"""Transactions: all or nothing, once, until a deadline; shown through sockets that break."""

import asyncio
import json
import os
import signal
import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from domain.effects import Add, Decision
from domain.errors import Busy, OutOfStock, StorageUnavailable
from repository.engine import embedded_engine
from repository.mongo import indexes, transactions
from repository.mongo.changes import Change, State, need_by
from repository.mongo.collections import Collection, Index, declared
from repository.mongo.connection import Database, connect
from repository.mongo.core import Core, running_core
from repository.mongo.idempotency import Answer, RequestKey, Shown, once
from repository.mongo.transactions import (
    BACKOFF_MAX_S,
    COMMIT_MARKERS,
    read_snapshot,
    remembers_outcomes,
)
from tests.factories.shelf import (
    SHELVES,
    TAKINGS,
    Shelf,
    put,
    relabel,
    stock,
    take,
    take_quietly,
    taken,
)
from tests.support.mongo_proxy import MongoProxy

PLENTY_S = 30.0


@pytest.fixture
async def proxy(mongo_url: str) -> AsyncIterator[MongoProxy]:
    async with MongoProxy(mongo_url) as running:
        yield running


@pytest.fixture
async def core(database: Database, proxy: MongoProxy) -> AsyncIterator[Core]:
    """A core that reaches the database by a socket that can be broken; one shelf of three."""
    await put(database, Shelf(1, 3))
    async with connect(proxy.url, database.name) as through_proxy:
        await through_proxy.ids.reserve(TAKINGS)
        async with running_core(through_proxy) as running:
            yield running


def soon(seconds: float = PLENTY_S) -> float:
    return asyncio.get_running_loop().time() + seconds


async def markers(database: Database) -> int:
    return await database.collection(COMMIT_MARKERS.name).count_documents({})


async def test_a_commit_whose_answer_is_lost_happens_once(
    core: Core, database: Database, proxy: MongoProxy
) -> None:
    proxy.lose_answers_to("commitTransaction", times=3)

    assert await core.submit(take(), deadline=soon()) == 2

    assert proxy.losses == 3
    assert await stock(database) == 2
    assert await taken(database) == 1


async def test_a_commit_that_never_arrives_is_sent_again(
    core: Core, database: Database, proxy: MongoProxy
) -> None:
    proxy.lose_requests("commitTransaction", times=3)

    assert await core.submit(take(), deadline=soon()) == 2

    assert proxy.losses == 3
    assert await stock(database) == 2


@pytest.mark.parametrize("command", ["find", "findAndModify", "insert"])
async def test_a_connection_lost_before_the_commit_starts_the_transaction_again(
    core: Core, database: Database, proxy: MongoProxy, command: str
) -> None:
    proxy.lose_answers_to(command, times=2)

    assert await core.submit(take(), deadline=soon()) == 2

    assert proxy.losses == 2
    assert await stock(database) == 2
    assert await taken(database) == 1


async def test_a_foreseen_change_that_loses_its_connection_happens_once(
    core: Core, database: Database, proxy: MongoProxy
) -> None:
    proxy.lose_answers_to("findAndModify", times=2)

    assert await core.submit(take(foreseen=True), deadline=soon()) == 2

    assert await stock(database) == 2
    assert await taken(database) == 1


async def test_an_unknown_commit_is_said_to_be_unknown(
    core: Core, database: Database, proxy: MongoProxy
) -> None:
    proxy.lose_answers_to("commitTransaction", times=1_000)

    with pytest.raises(StorageUnavailable) as refusal:
        await core.submit(take(), deadline=soon(0.2))

    assert "may have happened" in refusal.value.message
    assert await stock(database) == 2


async def test_a_server_that_stays_away_is_given_up_at_the_deadline(
    core: Core, proxy: MongoProxy, database: Database
) -> None:
    await proxy.cut()

    with pytest.raises(StorageUnavailable):
        await core.submit(take(), deadline=soon(0.2))

    assert await stock(database) == 3


def kill_engine(folder: Path) -> None:
    os.kill(json.loads((folder / "engine.json").read_bytes())["pid"], signal.SIGKILL)


@pytest.mark.skipif("OCTAVO_MONGO_URL" in os.environ, reason="the server is not ours to kill")
@pytest.mark.parametrize("has_happened", [True, False])
@pytest.mark.parametrize("with_a_row", [True, False])
async def test_a_commit_is_known_by_its_witness_after_its_server_was_killed(
    tmp_path: Path,
    has_happened: bool,  # noqa: FBT001 - a case of the test
    with_a_row: bool,  # noqa: FBT001 - as above
) -> None:
    async with (
        embedded_engine(tmp_path) as url,
        MongoProxy(url) as proxy,
        connect(proxy.url, "octavo") as database,
        running_core(database) as core,
    ):
        await indexes.ensure(database)
        await put(database, Shelf(1, 3))
        await database.ids.reserve(TAKINGS)
        lose = proxy.lose_answers_to if has_happened else proxy.lose_requests
        lose("commitTransaction", and_then=lambda: kill_engine(tmp_path))

        change = take() if with_a_row else take_quietly()
        assert await core.submit(change, deadline=soon()) == 2

        assert proxy.losses == 1
        assert await stock(database) == 2
        # A row that is added anyway is the witness; only without one there is a marker.
        assert await markers(database) == (0 if with_a_row else 1)


@pytest.mark.skipif("OCTAVO_MONGO_URL" in os.environ, reason="the server is not ours to kill")
async def test_a_record_of_another_process_is_no_witness_of_a_lost_commit(tmp_path: Path) -> None:
    """The same key is tried by two processes; the commit of the first is lost with its server."""
    gone = asyncio.Event()

    def crash() -> None:
        kill_engine(tmp_path)
        gone.set()

    def keyed() -> Change[Answer]:
        key = RequestKey("till", "k", "take", "same")
        return once(take_quietly(1), key, Shown(lambda left: str(left).encode()))

    async with (
        embedded_engine(tmp_path) as url,
        MongoProxy(url) as proxy,
        connect(proxy.url, "octavo") as database,
        connect(url, "octavo") as of_another,
        running_core(database) as core,
        running_core(of_another) as another,
    ):
        await indexes.ensure(of_another)
        await put(of_another, Shelf(1, 10), Shelf(2, 10))
        proxy.lose_requests("commitTransaction", and_then=crash)
        group = asyncio.gather(
            core.submit(keyed(), deadline=soon()),
            core.submit(take_quietly(2), deadline=soon()),
        )
        await gone.wait()
        await proxy.cut()
        first = await another.submit(keyed(), deadline=soon())
        await proxy.restore()
        again, beside = await group

        assert (first.result, again.result, beside) == (b"9", b"9", 9)
        assert [await stock(of_another, shelf_id) for shelf_id in (1, 2)] == [9, 9]


@pytest.mark.skipif("OCTAVO_MONGO_URL" in os.environ, reason="the server is not ours to kill")
@pytest.mark.parametrize("has_happened", [True, False])
async def test_a_certain_change_of_two_rows_needs_no_witness_when_its_server_is_killed(
    tmp_path: Path,
    has_happened: bool,  # noqa: FBT001 - a case of the test
) -> None:
    async with (
        embedded_engine(tmp_path) as url,
        MongoProxy(url) as proxy,
        connect(proxy.url, "octavo") as database,
        running_core(database) as core,
    ):
        await indexes.ensure(database)
        await put(database, Shelf(1, 3), Shelf(2, 3))
        lose = proxy.lose_answers_to if has_happened else proxy.lose_requests
        lose("commitTransaction", and_then=lambda: kill_engine(tmp_path))

        assert await core.submit(relabel(1, 2), deadline=soon()) == 3

        assert proxy.losses == 1
        assert [shelf.label for shelf in await database.rows(SHELVES, {})] == ["new", "new"]
        assert await markers(database) == 0


async def test_a_server_remembers_outcomes_if_it_records_transactions(
    database: Database,
) -> None:
    remembers = await remembers_outcomes(database)

    records = database.client.get_database("config").get_collection("transactions")
    assert remembers is (await records.count_documents({}) > 0)
    if "OCTAVO_MONGO_URL" not in os.environ:  # the embedded engine keeps no such records
        assert not remembers


@pytest.mark.parametrize("remembers", [True, False])
async def test_a_marker_is_left_only_on_a_server_that_does_not_remember_outcomes(
    database: Database,
    remembers: bool,  # noqa: FBT001 - a case of the test
) -> None:
    await put(database, Shelf(1, 3))
    database.remembers_outcomes = remembers

    async with running_core(database) as core:
        assert await core.submit(take_quietly(), deadline=soon()) == 2

    assert await markers(database) == (0 if remembers else 1)


async def test_transactions_of_other_processes_that_meet_start_again(database: Database) -> None:
    await put(database, Shelf(1, 30))
    processes = [Core(database) for _ in range(5)]

    left = await asyncio.gather(
        *(core.submit(take(), deadline=soon()) for core in processes for _ in range(2))
    )

    assert sorted(left) == list(range(20, 30))
    assert await stock(database) == 20


async def test_a_way_that_stays_blocked_is_busy_at_the_deadline(
    core: Core, database: Database
) -> None:
    async with database.session() as session:
        session.start_transaction()
        await database.collection(SHELVES.name).update_one(
            {"_id": 1}, {"$set": {"label": "held"}}, session=session
        )
        with pytest.raises(Busy):
            await core.submit(take(), deadline=soon(0.3))
        await session.abort_transaction()

    assert await stock(database) == 3
    assert await taken(database) == 0


@dataclass(frozen=True, slots=True)
class Named:
    id: int
    name: str


NAMES = Collection(
    "test_names",
    Named,
    indexes=(Index("name", [("name", 1)], query={"name": "x"}, options={"unique": True}),),
)


def name_first_come(row_id: int) -> Change[str]:
    def decide(state: State) -> Decision[str]:
        if state.all_by(NAMES, "name", "x"):
            return Decision("another's")
        return Decision("mine", (Add(Named(row_id, "x")),))

    return Change(decide, (need_by(NAMES, "name", ["x"]),))


async def test_who_comes_later_sees_the_name_of_who_came_first(database: Database) -> None:
    await indexes.ensure(database)

    answers = await asyncio.gather(
        *(Core(database).submit(name_first_come(n), deadline=soon()) for n in range(6))
    )

    assert sorted(answers) == ["another's"] * 5 + ["mine"]


async def test_within_a_group_the_first_gets_the_name(database: Database) -> None:
    core = Core(database)

    answers = await asyncio.gather(
        *(core.submit(name_first_come(n), deadline=soon()) for n in range(3))
    )

    assert answers == ["mine", "another's", "another's"]


async def test_a_connection_is_closed_after_the_transactions_that_nobody_waits_for(
    database: Database, proxy: MongoProxy
) -> None:
    await put(database, Shelf(1, 3))
    proxy.hold_requests("commitTransaction")

    async def release_soon() -> None:
        await asyncio.sleep(0.2)
        proxy.release_requests()

    async with connect(proxy.url, database.name) as other, running_core(other) as core:
        caller = asyncio.create_task(core.submit(take(), deadline=soon()))
        await proxy.requests_held()
        caller.cancel()
        releasing = asyncio.create_task(release_soon())
    await releasing

    assert await stock(database) == 2


async def test_a_refusal_leaves_no_trace(core: Core, database: Database) -> None:
    await database.collection(SHELVES.name).update_one({"_id": 1}, {"$set": {"stock": 0}})

    with pytest.raises(OutOfStock):
        await core.submit(take(), deadline=soon())

    assert await stock(database) == 0
    assert await taken(database) == 0


async def test_a_snapshot_sees_one_moment(database: Database) -> None:
    await put(database, Shelf(1, 3))

    async def read_twice(documents: transactions.Documents) -> list[int]:
        first = await documents.rows(SHELVES, {})
        await Core(database).submit(take(), deadline=soon())
        return [shelf.stock for shelf in first + await documents.rows(SHELVES, {})]

    assert await read_snapshot(database, read_twice, deadline=soon()) == [3, 3]
    assert await stock(database) == 2


def test_the_backoff_grows_to_its_cap() -> None:
    longest = [max(transactions.backoff_s(attempt) for _ in range(200)) for attempt in (0, 5, 40)]

    assert longest[0] <= transactions.BACKOFF_FIRST_S
    assert longest[0] < longest[1] < longest[2] <= BACKOFF_MAX_S


async def test_ids_are_unique_over_processes_and_kinds(mongo_url: str, database: Database) -> None:
    async with connect(mongo_url, database.name) as other:
        ids = []
        for process in (database, other) * 20:
            await process.ids.reserve(TAKINGS)
            ids += [*process.ids.take(TAKINGS, 1), *process.ids.take(TAKINGS, 2)]

        assert len(set(ids)) == 120
        await other.ids.reserve(NAMES)
        assert other.ids.take(NAMES, 1) == [1]


async def test_ids_that_rows_brought_along_are_skipped(database: Database) -> None:
    await database.skip_ids(TAKINGS, 50)
    await database.ids.reserve(TAKINGS)

    assert database.ids.take(TAKINGS, 1) == [51]


async def test_all_can_make_the_collections_at_once(mongo_url: str) -> None:
    async with connect(mongo_url, f"octavo_test_{uuid.uuid4().hex[:12]}") as fresh:
        await asyncio.gather(*(indexes.ensure(fresh) for _ in range(4)))

        names = {collection.name for collection in declared()}
        assert names <= set(await fresh.motor.list_collection_names())
        await fresh.client.drop_database(fresh.name)


async def test_a_stage_that_mongodb_refuses_in_a_transaction_is_refused_on_every_engine(
    database: Database,
) -> None:
    union = [{"$unionWith": {"coll": "refunds"}}]

    assert await database.aggregate("sales", union) == []
    with pytest.raises(ValueError, match=r"\$unionWith"):
        await read_snapshot(
            database, lambda documents: documents.aggregate("sales", union), deadline=soon()
        )
