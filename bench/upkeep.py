"""What a service costs besides its answers: a core's time while idle, and memory."""

import asyncio
from typing import Any, Final

import psutil
import pymongo

from bench.frame import ROOT, Bench, Line, Run, at_most
from bench.http_client import Client
from bench.rows import insert, new_books
from bench.service import DEMO_KEY, listening, lone_engine, lone_service, service

IDLE_S: Final = 4.0
SETTLE_S: Final = 2.0
SALES_BEFORE: Final = 1_000
BATCH: Final = 1_000
READS: Final = 100_000
FIRST_ID: Final = 1_000_000
MIB: Final = 2**20

IDLE: Final = Line(
    name="idle service with its engine",
    load="nobody calls, after 1,000 sales; heartbeats, sweeps and the change stream go on",
    bound="a heartbeat and a sweep each second, getMore on the change stream, the engine's threads",
    unit="% of a core",
    baseline="by hand, idle, with the same engine: no heartbeats, no sweeps, no stream",
    goal=at_most(2, itself=True),
)
MEMORY: Final = Line(
    name="resident memory after 100,000 distinct reads",
    load="members.get of 100,000 members in batches of 1,000",
    bound="20,000 cached rows, the largest batch, the heap that Python does not give back",
    unit="MiB",
    baseline="the same process before the first read",
    goal=at_most(200, itself=True),
)
GROWTH: Final = Line(
    name="resident memory, 100,000 distinct reads against 50,000",
    load=MEMORY.load,
    bound="caches that have a limit",
    unit="MiB",
    baseline="the same process after the first 50,000",
    goal=at_most(1.1),
)


def started() -> list[psutil.Process]:
    """All processes that this one has started, with theirs."""
    return list(psutil.Process().children(recursive=True))


def core_seconds() -> float:
    """The time that they have had a core."""
    times = [each.cpu_times() for each in started()]
    return float(sum(each.user + each.system for each in times))


async def idle_percent() -> float:
    """Percent of a core that they take while nobody calls."""
    await asyncio.sleep(SETTLE_S)
    before = core_seconds()
    await asyncio.sleep(IDLE_S)
    return round((core_seconds() - before) / IDLE_S * 100, 3)  # of ticks of 10 ms


def resident_mib() -> float:
    """The resident memory of the one service that runs, without its engine."""
    [one] = [each for each in started() if each.cmdline()[-2:] == ["-m", "rpc"]]
    return float(one.memory_info().rss / MIB)


async def idle_ours() -> float:
    """A service with its embedded engine that has worked before."""
    async with lone_service(ROOT) as port, Client.at(port, DEMO_KEY) as client:
        [book] = await new_books(client, 1, SALES_BEFORE)
        await client.batch("sales.create", [{"book_id": book}] * SALES_BEFORE)
        return await idle_percent()


async def idle_by_hand() -> float:
    """The hand-written service with the same engine."""
    async with (
        lone_engine(ROOT) as place,
        listening("bench.by_hand", place.folder, place.url),
    ):
        return await idle_percent()


def add_members(url: str) -> range:
    """The ids of many members: copies of the demo's first one."""
    with pymongo.MongoClient[dict[str, Any]](url) as client:
        members = client["octavo"]["members"]
        one = members.find_one({}) or {}
        ids = range(FIRST_ID, FIRST_ID + READS)
        members.drop_indexes()  # reads by id need none
        insert(members, [{**one, "_id": number} for number in ids])
    return ids


async def measure_memory(run: Run) -> None:
    """Read all members once."""
    async with (
        lone_engine(ROOT) as place,
        service(ROOT, place.folder, mongo_url=place.url) as port,
    ):
        sizes = [resident_mib()]
        ids = await asyncio.to_thread(add_members, place.url)
        async with Client.at(port, DEMO_KEY) as client:  # a silent connection would be closed
            for first in range(0, READS, BATCH):
                part = ids[first : first + BATCH]
                await client.batch("members.get", [{"id": each} for each in part])
                sizes.append(resident_mib())
    run.record(MEMORY, sizes[-1:], sizes[:1])
    run.record(GROWTH, sizes[-1:], [sizes[len(sizes) // 2]])


async def measure(run: Run) -> None:
    """Measure both."""
    if run.wants(IDLE):
        run.record(IDLE, [await idle_ours()], [await idle_by_hand()])
    if run.wants(MEMORY, GROWTH):
        await measure_memory(run)


BENCH: Final = Bench("upkeep", (IDLE, MEMORY, GROWTH), measure)
