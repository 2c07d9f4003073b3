"""Who is alive is told by the server's time and the kernel; what the dead left open is ended."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from pymongo.errors import OperationFailure

from domain.errors import WaitedTooLong
from repository.mongo import heartbeats
from repository.mongo.connection import Database, connect
from repository.mongo.heartbeats import HEARTBEATS, TAKEN_FOR_DEAD_AFTER, Heartbeat
from repository.mongo.processes import has_ended, own_name
from tests.support.service_process import ROOT

ELECTION = timedelta(seconds=12)
CHILD = """
import asyncio, sys
from repository.mongo.connection import connect
from repository.mongo.heartbeats import Heartbeat

async def main():
    async with connect(sys.argv[1], sys.argv[2]) as database:
        async with database.session() as session:
            session.start_transaction()
            await database.motor.rows.update_one({"_id": 1}, {"$inc": {"n": 1}}, session=session)
            await Heartbeat(database).beat()
            print("open", flush=True)
            await asyncio.sleep(600)

asyncio.run(main())
"""


@pytest.fixture
async def other(database: Database, mongo_url: str) -> AsyncIterator[Database]:
    """Another process's connection, whose clock is an hour behind."""
    async with connect(mongo_url, database.name) as connection:
        clock = connection.clock
        connection.clock = lambda: clock() - timedelta(hours=1)
        yield connection


@pytest.fixture
async def killed(database: Database, mongo_url: str) -> AsyncIterator[None]:
    """What a process leaves that was killed in the middle of a transaction."""
    await database.motor.rows.insert_one({"_id": 1, "n": 0})
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        CHILD,
        mongo_url,
        database.name,
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
    )
    assert child.stdout is not None
    assert await child.stdout.readline() == b"open\n"
    os.kill(child.pid, signal.SIGKILL)
    await child.wait()
    yield
    await database.motor.drop_collection("rows")


async def silence(database: Database, heartbeat: Heartbeat, since: timedelta) -> None:
    """Make a heartbeat as old as that, of a process on another machine."""
    sign = await database.row(HEARTBEATS, {"_id": heartbeat.id})
    assert sign is not None
    await database.collection(HEARTBEATS).update_one(
        {"_id": heartbeat.id}, {"$set": {"at": sign.at - since, "process": "elsewhere 1 1"}}
    )


async def test_a_wrong_clock_makes_nobody_dead(database: Database, other: Database) -> None:
    mine, others = Heartbeat(database), Heartbeat(other)

    await mine.beat()
    await others.beat()

    assert await mine.others_alive() == [others.id]
    assert await others.others_alive() == [mine.id]


async def test_silence_counts_only_after_an_election_and_after_heartbeats_of_ones_own(
    database: Database, other: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine, others = Heartbeat(database), Heartbeat(other)
    await others.beat()
    await mine.beat()

    await silence(database, others, ELECTION)
    monkeypatch.setattr(heartbeats, "OWN_BEATS_S", 0.0)
    assert await mine.others_alive() == [others.id]

    await silence(database, others, TAKEN_FOR_DEAD_AFTER)
    assert await mine.others_alive() == []

    monkeypatch.setattr(heartbeats, "OWN_BEATS_S", 60.0)
    assert await mine.others_alive() == [others.id]


@pytest.mark.usefixtures("killed")
async def test_the_open_transaction_of_a_killed_process_is_ended_at_once(
    database: Database,
) -> None:
    mine = Heartbeat(database)
    await mine.beat()
    async with database.session() as session:
        session.start_transaction()
        with pytest.raises(OperationFailure, match=r"[Cc]onflict"):
            await database.motor.rows.update_one({"_id": 1}, {"$inc": {"n": 1}}, session=session)

    await mine.clean_up()

    async with database.session() as session, session.start_transaction():
        await database.motor.rows.update_one({"_id": 1}, {"$inc": {"n": 1}}, session=session)
    assert [row["n"] for row in await database.find("rows", {})] == [1]
    assert [sign.id for sign in await database.rows(HEARTBEATS, {})] == [mine.id]


def test_a_process_that_runs_has_not_ended_and_one_elsewhere_is_unknown() -> None:
    name = own_name()
    assert name is not None
    place, pid, birth = name.rsplit(" ", maxsplit=2)

    assert not has_ended(name)
    assert not has_ended(None)
    assert not has_ended(f"elsewhere {pid} {birth}")
    assert has_ended(f"{place} {pid} {int(birth) + 1}")


def soon(seconds: float = 0.0) -> float:
    return asyncio.get_running_loop().time() + seconds


async def test_what_one_process_holds_no_other_gets_before_it_is_done(
    database: Database, other: Database
) -> None:
    mine, others = Heartbeat(database), Heartbeat(other)
    async with mine.alone("audit", soon()):
        await mine.beat()
        with pytest.raises(WaitedTooLong):
            async with others.alone("audit", soon()):
                pytest.fail("two do it at once")
        async with others.alone("something else", soon()):
            pass
        turn = others.alone("audit", soon(20))
        waits = asyncio.create_task(turn.__aenter__())
        await others.beat()
        assert not waits.done()

    await waits
    holding = await database.rows(HEARTBEATS, {"holds": "audit"})
    await turn.__aexit__(None, None, None)
    assert [sign.id for sign in holding] == [others.id]


async def test_what_a_dead_process_held_is_free(database: Database, other: Database) -> None:
    mine, others = Heartbeat(database), Heartbeat(other)
    name = own_name()
    assert name is not None
    place, pid, birth = name.rsplit(" ", maxsplit=2)
    async with others.alone("audit", soon()):
        await database.collection(HEARTBEATS).update_one(
            {"_id": others.id}, {"$set": {"process": f"{place} {pid} {int(birth) + 1}"}}
        )
        await mine.beat()
        await mine.clean_up()

        async with mine.alone("audit", soon()):
            pass
