"""What a call costs on its way through: books.get, warm, against doing the same without Octavo.

    python -m bench.dispatch [--checkout DIR ...] [--seconds 2] [--rounds 5] [--require]

One service process of each checkout, bare aiohttp with orjson on uvloop that answers the same
bytes, and jsonrpcserver as its manual shows, on the loop of the manual and on uvloop. In turns in
one run, at 32 connections and at 1, each connection with one request under way; the client is this
process. Before anything is measured, all have to answer the same to the same calls. A row shows
the medians in calls a second, and the median over the rounds of the ratios to bare and to the
quicker jsonrpcserver. With `--require` it ends with 1 when a goal of issue 12 is missed by the last
checkout.
"""

import argparse
import asyncio
import contextlib
import itertools
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Final, cast

import orjson
import uvloop

from bench.http_client import Client, Connection, HttpError, Responses, call_body, post
from bench.ratios import say
from bench.service import DEMO_KEY, StartError, environment, free_port, lone_service, process

BARE: Final = "bare"
MANUALS: Final = ("jsonrpcserver", "jsonrpcserver_uvloop")
BOOKS: Final = 32
CONNECTIONS: Final = (32, 1)
OF_BARE_MIN: Final = 0.6
OF_MANUAL_MIN: Final = 2.5
WARM_S: Final = 0.3
START_S: Final = 20.0
ROOT: Final = Path(__file__).resolve().parent.parent

Rates = dict[str, list[float]]
"""Calls a second of each round, by the service's name."""


class Pump(asyncio.Protocol):
    """A connection that sends the next request as soon as it has an answer."""

    def __init__(self, requests: Sequence[bytes]) -> None:
        self.answered = 0
        self.failure: Exception | None = None
        self._requests = itertools.cycle(requests)
        self._responses = Responses()
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Called by the loop."""
        self._transport = cast("asyncio.Transport", transport)
        self._transport.write(next(self._requests))

    def data_received(self, data: bytes) -> None:
        """Called by the loop."""
        try:
            body = self._responses.feed(data)
        except HttpError as failure:
            self._fail(failure)
            return
        if body is None or self._transport is None:
            return
        if b'"error"' in body:
            self._fail(HttpError(body.decode()))
            return
        self.answered += 1
        self._transport.write(next(self._requests))

    def _fail(self, failure: Exception) -> None:
        self.failure = failure
        self.close()

    def close(self) -> None:
        """Close the connection."""
        if self._transport is not None:
            self._transport.abort()


async def rate(port: int, requests: Sequence[bytes], connections: int, seconds: float) -> float:
    """Calls a second that a service answers. Raises HttpError at the first error."""
    loop = asyncio.get_running_loop()
    pumps = [
        (await loop.create_connection(lambda: Pump(requests), "127.0.0.1", port))[1]
        for _ in range(connections)
    ]
    try:
        await asyncio.sleep(WARM_S)
        before, started = sum(pump.answered for pump in pumps), time.perf_counter()
        await asyncio.sleep(seconds)
        answered, taken = sum(pump.answered for pump in pumps), time.perf_counter() - started
    finally:
        for pump in pumps:
            pump.close()
    for pump in pumps:
        if pump.failure is not None:
            raise pump.failure
    return (answered - before) / taken


def requests_for(ids: Sequence[int]) -> list[bytes]:
    """A call for each book."""
    return [post(call_body("books.get", {"id": each}), DEMO_KEY) for each in ids]


async def demo_books(port: int) -> dict[int, object]:
    """Some books of a service, by id."""
    async with Client.at(port, DEMO_KEY) as client:
        page = await client.call("books.list", {"limit": BOOKS})
        ids = [book["id"] for book in page["items"]]
        return {each: await client.call("books.get", {"id": each}) for each in ids}


@contextlib.asynccontextmanager
async def baseline(name: str, folder: Path, books: dict[int, object]) -> AsyncIterator[int]:
    """The port of a service of bench.dispatch_baselines."""
    port, path = free_port(), folder / "books.json"
    by_text = {str(number): book for number, book in books.items()}
    await asyncio.to_thread(path.write_bytes, orjson.dumps(by_text))
    command = [sys.executable, "-m", "bench.dispatch_baselines", name, str(port), str(path)]
    log_path = folder / f"{name}.log"
    async with process(command, log_path, cwd=ROOT, env=environment()):
        deadline = time.monotonic() + START_S
        while not await _accepts(port):
            if time.monotonic() > deadline:
                raise StartError(f"{name} does not listen")
            await asyncio.sleep(0.05)
        yield port


async def _accepts(port: int) -> bool:
    try:
        (await Connection.open(port)).close()
    except OSError:
        return False
    return True


async def require_same_answers(ports: dict[str, int], requests: Sequence[bytes]) -> None:
    """Raise HttpError unless all services answer the same."""
    answers: dict[str, list[object]] = {}
    for name, port in ports.items():
        connection = await Connection.open(port)
        answers[name] = [orjson.loads(await connection.ask(request)) for request in requests]
        connection.close()
    for name, given in answers.items():
        if given != answers[BARE]:
            raise HttpError(f"{name} answers otherwise: {given[0]} instead of {answers[BARE][0]}")


def show(connections: int, rates: Rates, checkouts: Sequence[str]) -> bool:
    """Print the rows of one number of connections; whether the last checkout meets the goals."""
    say(f"\nbooks.get, {connections} connection{'s' * (connections > 1)}")
    say(f"{'':<28}{'calls/s':>10}{'of bare':>9}{'of manual':>11}")
    is_met = True
    for name, each in rates.items():
        of_bare, of_manual = ratio(rates, name, [BARE]), ratio(rates, name, MANUALS)
        goal = ""
        if name in checkouts:
            goal = f"   >= {OF_BARE_MIN} of bare, >= {OF_MANUAL_MIN} of the manual"
            is_met = of_bare >= OF_BARE_MIN and of_manual >= OF_MANUAL_MIN
            goal += "" if is_met else " missed"
        say(f"{name:<28}{statistics.median(each):>10,.0f}{of_bare:>9.2f}{of_manual:>11.2f}{goal}")
    return is_met


def ratio(rates: Rates, name: str, others: Sequence[str]) -> float:
    """The middle one of a service's ratios to the quickest of others, round by round."""
    rounds = zip(rates[name], *(rates[other] for other in others), strict=True)
    ratios: list[float] = [own / max(best) for own, *best in rounds]
    return statistics.median(ratios)


def arguments() -> argparse.Namespace:
    """What the command line asks for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--checkout", type=Path, action="append", help="default: here")
    parser.add_argument("--seconds", type=float, default=2.0, help="of a round of a service")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--require", action="store_true")
    return parser.parse_args()


async def main(options: argparse.Namespace) -> int:
    """Measure and print; 1 if a goal that is required is missed."""
    checkouts = [path.resolve() for path in options.checkout or [Path()]]
    async with contextlib.AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="octavo-bench-")))
        ports = {
            f"{number}: {path.name}": await stack.enter_async_context(lone_service(path))
            for number, path in enumerate(checkouts, start=1)
        }
        names = list(ports)
        books = await demo_books(ports[names[0]])
        for name in (BARE, *MANUALS):
            ports[name] = await stack.enter_async_context(baseline(name, folder, books))
        requests = requests_for(list(books))
        await require_same_answers(ports, requests)
        is_met = True
        for connections in CONNECTIONS:
            rates: Rates = {name: [] for name in ports}
            for _ in range(options.rounds):
                for name, port in ports.items():
                    got = await rate(port, requests, connections, options.seconds)
                    rates[name].append(got)
            is_met &= show(connections, rates, names)
    return 0 if is_met or not options.require else 1


if __name__ == "__main__":
    sys.exit(uvloop.run(main(arguments())))
