"""What a batch of 1,000 calls costs against the same calls alone, and how long it holds the loop.

Reads are compared with bare aiohttp that answers single calls at 32 connections, sales with 64
clients of the same service that each have one sale under way. While a batch is answered, one more
connection asks for /healthz again and again: its longest wait is as long as a few turns of the
service's loop, since aiohttp takes three for a request. What else the machine does only adds to it,
so the least of the rounds counts.
"""

import asyncio
import contextlib
import itertools
import re
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from functools import partial
from pathlib import Path
from typing import Final

import orjson

from bench.dispatch import BARE, baseline, demo_books
from bench.frame import ROOT, Bench, Line, Run, at_least, at_most
from bench.http_client import Client, Params, batch_body, call_body, post, result_of
from bench.load import connections, pumped, through
from bench.rows import new_books
from bench.service import DEMO_KEY, lone_service

CALLS: Final = 1_000
TITLES: Final = 100
SINGLES: Final = 32
TILLS: Final = 64
STOCK: Final = 1_000_000
PING: Final = b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
QUERIES: Final = re.compile(rb"^octavo_read_cache_queries_total (\S+)", re.MULTILINE)

GETS: Final = Line(
    name=f"books.get, {CALLS} in a batch, against bare singles",
    load=f"1 connection, batches of {CALLS} books.get of 32 books, warm, 1 process",
    bound="one core of the service: the checks and the dispatch of each call",
    unit="calls/s",
    baseline=f"aiohttp and orjson on uvloop, single calls at {SINGLES} connections",
    goal=at_least(1.6),
)
COLD: Final = Line(
    name=f"books.get, {CALLS} in a batch, cold, finds",
    load=f"1 batch of {CALLS} books that nobody has read",
    bound="one find for the first call, one for those that wait with it",
    unit="finds",
    baseline="none",
    goal=at_most(3, itself=True),
)
SALES: Final = {
    titles: Line(
        name=f"sales.create, {CALLS} in a batch of {titles} title{'s' * (titles > 1)}, "
        f"against {TILLS} tills",
        load=f"1 connection, batches of {CALLS} sales, 1 process",
        bound="the engine: one transaction a group, a document written a sale",
        unit="calls/s",
        baseline=f"{TILLS} connections, each with one sale of those under way, the same service",
        goal=at_least(2),
    )
    for titles in (1, TITLES)
}
HOLD: Final = {
    what: Line(
        name=f"longest wait of others while {CALLS} {what} are answered in a batch",
        load="batches one after the other; one more connection asks for /healthz",
        bound="the turns that an answer takes, and what else runs on the two cores",
        unit="ms",
        baseline="none",
        goal=at_most(50, itself=True),
    )
    for what in ("books.get", "sales.create", "books.list")
}


def batch(method: str, every: Sequence[Params]) -> bytes:
    """One request of CALLS calls that have each of these parameters as often as fits."""
    calls = zip(range(CALLS), itertools.cycle(every), strict=False)
    return post(batch_body(method, [params for _, params in calls]), DEMO_KEY)


def gets(ids: Sequence[int]) -> bytes:
    """A batch that gets each of the books as often as fits."""
    return batch("books.get", [{"id": each} for each in ids])


def lists() -> bytes:
    """A batch whose answers take longest to write."""
    return batch("books.list", [{"limit": 20}])


def sales(ids: Sequence[int]) -> bytes:
    """A batch that sells each of the books as often as fits."""
    return batch("sales.create", [{"book_id": each} for each in ids])


async def shelve(port: int, count: int) -> list[int]:
    """The ids of so many new books with stock for ever."""
    async with Client.at(port, DEMO_KEY) as client:
        return await new_books(client, count, STOCK)


async def answered(port: int, request: bytes, seconds: float) -> float:
    """Calls a second in batches, one after the other. Raises RpcError for a call that fails."""
    async with connections(port, 1) as [connection]:
        started, count = time.perf_counter(), 0
        while (taken := time.perf_counter() - started) < seconds or not count:
            for answer in orjson.loads(await connection.ask(request)):
                result_of("batch", answer)
            count += CALLS
    return count / taken


async def tills(port: int, ids: Sequence[int]) -> float:
    """Sales a second of clients that each have one under way."""
    async with connections(port, TILLS) as opened:
        calls = [("sales.create", {"book_id": ids[each % len(ids)]}) for each in range(CALLS)]
        return (await through(opened, DEMO_KEY, calls)).per_second


async def finds(port: int, request: bytes) -> float:
    """How many queries the reads of a request become."""
    before = await _queries(port)
    async with connections(port, 1) as [connection]:
        await connection.ask(request)
    return await _queries(port) - before


async def _queries(port: int) -> float:
    async with connections(port, 1) as [connection]:
        shown = await connection.ask(b"GET /metrics HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
    found = QUERIES.search(shown)
    return 0.0 if found is None else float(found[1])


async def longest_wait_ms(port: int, request: bytes, seconds: float) -> float:
    """The longest time that a ping takes while batches are answered."""
    longest, end = 0.0, time.perf_counter() + seconds
    async with connections(port, 2) as (asks, pings):

        async def ask() -> None:
            while time.perf_counter() < end:
                await asks.ask(request)

        asking = asyncio.create_task(ask())
        while not asking.done():
            started = time.perf_counter()
            await pings.ask(PING)
            longest = max(longest, time.perf_counter() - started)
            await asyncio.sleep(0.001)
        await asking
    return longest * 1_000


@contextlib.asynccontextmanager
async def bare(books: dict[int, object]) -> AsyncIterator[int]:
    """The port of the baseline of single calls."""
    with tempfile.TemporaryDirectory(prefix="octavo-bench-") as folder:
        async with baseline(BARE, Path(folder), books) as port:
            yield port


async def measure(run: Run) -> None:
    """Put batches and singles under load in turns."""
    async with lone_service(ROOT) as port:
        books = await demo_books(port)
        warm, titles = gets(list(books)), await shelve(port, TITLES)
        if run.wants(GETS):
            singles = [post(call_body("books.get", {"id": each}), DEMO_KEY) for each in books]
            async with bare(books) as other:
                await run.in_turns(
                    GETS,
                    ours=partial(answered, port, warm, run.seconds),
                    baseline=partial(pumped, other, singles, SINGLES, run.seconds),
                )
        if run.wants(COLD):
            run.record(COLD, [await finds(port, gets(await shelve(port, CALLS)))])
        for count, line in SALES.items():
            await run.in_turns(
                line,
                ours=partial(answered, port, sales(titles[:count]), run.seconds),
                baseline=partial(tills, port, titles[:count]),
            )
        for line, request in zip(HOLD.values(), (warm, sales(titles), lists()), strict=True):
            if run.wants(line):
                waits = [
                    await longest_wait_ms(port, request, run.seconds) for _ in range(run.rounds)
                ]
                run.record(line, [min(waits)])


BENCH: Final = Bench("batches", (GETS, COLD, *SALES.values(), *HOLD.values()), measure)
