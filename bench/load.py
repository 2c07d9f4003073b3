"""Load on a service: clients that each have one request under way, for a time or for a list."""

import asyncio
import statistics
import time
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Final

import orjson

from bench.http_client import Connection, Params, call_body, post, result_of

WARM_SHARE: Final = 0.15
"""The part of a time that passes before anything is measured."""

Call = tuple[str, Params]
"""A method with its parameters."""


@dataclass(slots=True)
class Sample:
    """What one stretch of load gave."""

    seconds: float = 0.0
    latencies_s: list[float] = field(default_factory=list)

    @property
    def per_second(self) -> float:
        """Calls answered in a second."""
        return len(self.latencies_s) / self.seconds

    @property
    def median_ms(self) -> float:
        """The middle one of the times from request to answer."""
        return statistics.median(self.latencies_s) * 1_000


@asynccontextmanager
async def connections(port: int, count: int) -> AsyncIterator[list[Connection]]:
    """Connections to a service, closed after the block."""
    opened = [await Connection.open(port) for _ in range(count)]
    try:
        yield opened
    finally:
        for connection in opened:
            connection.close()


async def ask(connection: Connection, key: str, call: Call) -> float:
    """Make one call; the seconds that it took. Raises RpcError, HttpError."""
    method, params = call
    request = post(call_body(method, params), key)
    started = time.perf_counter()
    answer = await connection.ask(request)
    taken = time.perf_counter() - started
    result_of(method, orjson.loads(answer))
    return taken


async def for_seconds(
    clients: list[Connection], key: str, seconds: float, next_call: Callable[[], Call]
) -> Sample:
    """Let every client call again and again; what was answered after the start-up counts."""
    begin = time.perf_counter() + seconds * WARM_SHARE
    end = begin + seconds
    sample = Sample(seconds)

    async def client(connection: Connection) -> None:
        while time.perf_counter() < end:
            taken = await ask(connection, key, next_call())
            if begin < time.perf_counter() <= end:
                sample.latencies_s.append(taken)

    async with asyncio.TaskGroup() as group:
        for connection in clients:
            group.create_task(client(connection))
    return sample


async def through(clients: list[Connection], key: str, calls: Iterable[Call]) -> Sample:
    """Let the clients share a list of calls, each taking the next."""
    left = deque(calls)
    sample = Sample()

    async def client(connection: Connection) -> None:
        while left:
            sample.latencies_s.append(await ask(connection, key, left.popleft()))

    started = time.perf_counter()
    async with asyncio.TaskGroup() as group:
        for connection in clients:
            group.create_task(client(connection))
    sample.seconds = time.perf_counter() - started
    return sample
