"""What a call costs on its way through: books.get, warm, against doing the same without Octavo.

One service process, bare aiohttp with orjson on uvloop that answers the same bytes, and
jsonrpcserver as its manual shows, on the loop of the manual and on uvloop. Each connection has one
request under way. Before anything is measured, all have to answer the same to the same calls.
"""

import contextlib
import tempfile
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any, Final

import orjson

from bench.frame import ROOT, Bench, Line, Run, at_least
from bench.http_client import Client, Connection, HttpError, call_body, post
from bench.load import pumped
from bench.service import DEMO_KEY, listening, lone_service

OURS, BARE, BEFORE = "octavo", "bare", "before"
MANUALS: Final = ("jsonrpcserver", "jsonrpcserver_uvloop")
BOOKS: Final = 32

Rates = dict[str, list[float]]
"""Calls a second of each round, by the service's name."""


def _line(connections: int, than: str, baseline: str, goal: float | None, **more: bool) -> Line:
    crowd = f"{connections} connection{'s' * (connections > 1)}"
    return Line(
        name=f"books.get, {crowd}, against {than}",
        load=f"books.get of {BOOKS} books, warm, 1 process, {crowd}",
        bound="one core of the service: HTTP, the checks of a call, its metrics",
        unit="calls/s",
        baseline=baseline,
        goal=None if goal is None else at_least(goal),
        **more,
    )


AGAINST_BARE: Final = {
    count: _line(count, "bare aiohttp", "aiohttp and orjson on uvloop, the same bytes", 0.6)
    for count in (32, 1)
}
AGAINST_MANUAL: Final = {
    count: _line(
        count, "jsonrpcserver", "jsonrpcserver as its manual shows; the quicker of two loops", goal
    )
    for count, goal in ((32, 2.5), (1, None))
}
AGAINST_BEFORE: Final = {
    count: _line(count, "before", "the other checkout", None, needs_before=True)
    for count in (32, 1)
}


async def demo_books(port: int) -> dict[int, object]:
    """Some books of a service, by id."""
    async with Client.at(port, DEMO_KEY) as client:
        page = await client.call("books.list", {"limit": BOOKS})
        ids = [book["id"] for book in page["items"]]
        return {each: await client.call("books.get", {"id": each}) for each in ids}


@contextlib.asynccontextmanager
async def baseline(name: str, folder: Path, books: dict[int, object]) -> AsyncIterator[int]:
    """The port of a service of bench.dispatch_baselines."""
    path = folder / "books.json"
    path.write_bytes(orjson.dumps({str(number): book for number, book in books.items()}))
    async with listening("bench.dispatch_baselines", folder, str(path), name) as port:
        yield port


async def require_same_answers(ports: dict[str, int], requests: Sequence[bytes]) -> None:
    """Raise HttpError unless all services answer the same; an older one may lack fields."""
    answers: dict[str, list[dict[str, Any]]] = {}
    for name, port in ports.items():
        connection = await Connection.open(port)
        answers[name] = [orjson.loads(await connection.ask(request)) for request in requests]
        connection.close()
    for name, given in answers.items():
        for one, wanted in zip(given, answers[BARE], strict=True):
            book, full = one.get("result") or {}, wanted["result"]
            known = {each: full.get(each) for each in book} if name == BEFORE else full
            if not book or book != known:
                raise HttpError(f"{name} answers otherwise: {one} instead of {wanted}")


async def measure(run: Run) -> None:
    """Put all services under load in turns."""
    async with contextlib.AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="octavo-bench-")))
        ports = {OURS: await stack.enter_async_context(lone_service(ROOT))}
        books = await demo_books(ports[OURS])
        for name in (BARE, *MANUALS):
            ports[name] = await stack.enter_async_context(baseline(name, folder, books))
        if run.wants(*AGAINST_BEFORE.values()):
            ports[BEFORE] = await stack.enter_async_context(lone_service(run.before))
        requests = [post(call_body("books.get", {"id": each}), DEMO_KEY) for each in books]
        await require_same_answers(ports, requests)
        for count in AGAINST_BARE:
            rates: Rates = {name: [] for name in ports}
            for _ in range(run.rounds):
                for name, port in ports.items():
                    rates[name].append(await pumped(port, requests, count, run.seconds))
            manual = [max(both) for both in zip(*(rates[name] for name in MANUALS), strict=True)]
            run.record(AGAINST_BARE[count], rates[OURS], rates[BARE])
            run.record(AGAINST_MANUAL[count], rates[OURS], manual)
            run.record(AGAINST_BEFORE[count], rates[OURS], rates.get(BEFORE, []))


LINES: Final = tuple(
    lines[count] for count in (32, 1) for lines in (AGAINST_BARE, AGAINST_MANUAL, AGAINST_BEFORE)
)
BENCH: Final = Bench("dispatch", LINES, measure)
