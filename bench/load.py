"""Load on a service: clients that each have one request under way, for a time or for a list."""

import asyncio
import itertools
import statistics
import time
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Final

import orjson

from bench.http_client import (
    Connection,
    HttpError,
    Params,
    Receiver,
    call_body,
    post,
    result_of,
)

WARM_SHARE: Final = 0.15
"""The part of a time that passes before anything is measured."""
WARM_S: Final = 0.2
ANSWERS_MIN: Final = 8
PATIENCE_S: Final = 2.5
"""So long a slow service may take for the least number of answers that makes a rate."""

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


class Pump(Receiver):
    """A connection that sends the next request as soon as it has an answer.

    It takes a few microseconds an answer, which it does not parse.
    """

    def __init__(self, requests: Iterator[bytes]) -> None:
        super().__init__()
        self.answered = 0
        self.failure: Exception | None = None
        self._requests = requests

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Called by the loop."""
        super().connection_made(transport)
        self._send()

    def _send(self) -> None:
        if self.transport is not None and not self.transport.is_closing():
            self.transport.write(next(self._requests))

    def received(self, body: bytes) -> None:
        """Count it and send the next."""
        if b'"error"' in body:
            self.failed(HttpError(body.decode()))
            return
        self.answered += 1
        self._send()

    def failed(self, failure: HttpError) -> None:
        """Stop, and keep the first reason."""
        self.failure = self.failure or failure
        self.close()


async def pumped(port: int, requests: Sequence[bytes], count: int, seconds: float) -> float:
    """Answers a second to requests that so many connections take in turns, again and again.

    Raises HttpError at the first error.
    """
    loop, turns = asyncio.get_running_loop(), itertools.cycle(requests)
    made = [loop.create_connection(lambda: Pump(turns), "127.0.0.1", port) for _ in range(count)]
    pumps = [(await each)[1] for each in made]
    try:
        await asyncio.sleep(WARM_S)
        before = answered = sum(pump.answered for pump in pumps)
        started, taken = time.perf_counter(), 0.0
        while taken < seconds or (answered - before < ANSWERS_MIN and taken < PATIENCE_S):
            await asyncio.sleep(max(seconds - taken, 0.05))
            answered, taken = sum(pump.answered for pump in pumps), time.perf_counter() - started
        failures = [pump.failure for pump in pumps if pump.failure is not None]
    finally:
        for pump in pumps:
            pump.close()
    if failures:
        raise failures[0]
    return max(answered - before, 1) / taken  # if there was none, one would have come later
