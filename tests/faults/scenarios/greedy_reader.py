"""One key asks for all that it can get, while another one sells."""

import asyncio
import contextlib
import itertools
import random
import statistics
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import aiohttp
import psutil

from tests.faults.books import load_books
from tests.faults.frame import Outcome, Scenario, resident_mb
from tests.support.rpc_client import RpcClient, RpcError
from tests.support.service_process import ServiceProcess, service_process

BOOKS = 10_000
SALES = 100
ROUNDS = 2
"""Idle and beside others in turns; the better one counts, as other work may disturb one."""
WORDS = ("stone", "river", "night", "garden", "winter", "house", "letter", "silver")
TIMES_IDLE_MAX = {"50 batches of 20 lists": 20.0}
TIMES_IDLE_MAX_ELSE = 10.0
GROWTH_MB_MAX = 800.0
ASKED_S_MAX = 60.0


def _searches() -> list[dict[str, Any]]:
    """A batch of searches for a common word, each another one."""
    number = next(_NUMBERS)
    return [
        _call("search.find", query=f"the {WORDS[n % 8][: 1 + n % 5]}", limit=1 + (n + number) % 50)
        for n in range(500)
    ]


_NUMBERS = itertools.count()


def _call(method: str, **params: Any) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "method": method, "params": params, "id": 1}


GREED: dict[str, tuple[int, Callable[[], Any]]] = {
    "4 batches of 500 searches": (4, _searches),
    "50 audits": (50, lambda: _call("audit.run")),
    "50 batches of 20 lists": (
        50,
        lambda: [_call("books.list", author="n", sort="title", limit=500)] * 20,
    ),
}
"""What the greedy key sends, so many at a time."""


async def run(folder: Path) -> Outcome:
    """Sell when all is quiet, and then beside each kind of greed."""
    async with service_process(folder) as service:
        await _load_books(service)
        async with RpcClient(service.url) as rpc:
            keys = [await rpc("keys.create", name=role, role=role) for role in ("clerk", "admin")]
            book = await rpc(
                "books.create", title="Sold", authors=["N."], pages=9, price=1, quantity=100_000
            )
        till, greedy = (each["key"] for each in keys)
        outcome = Outcome(acknowledged=0)
        for name in GREED:
            before = _engine_mb(service)
            times, peak = float("inf"), before
            for _ in range(ROUNDS):
                idle = await _sell(service, till, book["id"], outcome)
                async with _greed(service, greedy, name) as seen:
                    taken = await _sell(service, till, book["id"], outcome, name)
                times, peak = min(times, _p95(taken) / _p95(idle)), max(peak, *seen)
            outcome.figures[name] = f"{times:.1f} x idle, engine +{peak - before:.0f} MB"
            if times > TIMES_IDLE_MAX.get(name, TIMES_IDLE_MAX_ELSE):
                outcome.faults.append(f"beside {name} a sale takes {times:.1f} x as long")
            if peak - before > GROWTH_MB_MAX:
                outcome.faults.append(f"{name} make the engine grow by {peak - before:.0f} MB")
        outcome.healed = await service.readiness() == 200
        async with RpcClient(service.url) as rpc:
            sold = 100_000 - (await rpc("books.get", id=book["id"]))["stock"]
        outcome.lost = max(outcome.acknowledged - sold, 0)
        outcome.doubled = max(sold - outcome.acknowledged, 0)
        return outcome


def _p95(seconds: list[float]) -> float:
    return statistics.quantiles(seconds, n=20)[-1]


def _engine_mb(service: ServiceProcess) -> float:
    pid = service.engine_pid()
    return 0.0 if pid is None else resident_mb(psutil.Process(pid))


async def _sell(
    service: ServiceProcess, key: str, book_id: int, outcome: Outcome, beside: str = "nothing"
) -> list[float]:
    """The seconds of each of some sales, one after the other."""
    taken = list[float]()
    async with RpcClient(service.url, key, over_one_connection=True) as rpc:
        for _ in range(SALES):
            started = time.monotonic()
            try:
                await rpc("sales.create", book_id=book_id)
                outcome.acknowledged += 1
            except RpcError as refusal:
                outcome.faults.append(f"beside {beside}: {refusal}")
            taken.append(time.monotonic() - started)
            outcome.longest_stall_s = max(outcome.longest_stall_s, taken[-1])
    return taken


@contextlib.asynccontextmanager
async def _greed(service: ServiceProcess, key: str, name: str) -> AsyncIterator[list[float]]:
    """One key that asks all the time; the engine's memory in megabytes, as it was seen."""
    at_once, body = GREED[name]
    seen = [_engine_mb(service)]

    async def ask(http: aiohttp.ClientSession) -> None:
        while True:
            async with http.post(f"{service.url}/rpc", json=body()) as response:
                await response.read()
            seen.append(_engine_mb(service))

    timeout = aiohttp.ClientTimeout(total=ASKED_S_MAX)
    connector = aiohttp.TCPConnector(limit=0)
    headers = {"X-API-Key": key}
    async with aiohttp.ClientSession(timeout=timeout, connector=connector, headers=headers) as http:
        asking = [asyncio.create_task(ask(http)) for _ in range(at_once)]
        await asyncio.sleep(0.5)
        try:
            yield seen
        finally:
            for task in asking:
                task.cancel()
            await asyncio.gather(*asking, return_exceptions=True)


async def _load_books(service: ServiceProcess) -> None:
    """Many books, half of them with `the` in their title."""
    choice = random.Random(0).choice  # noqa: S311 - the same books each time
    titles = (
        f"{'The' if number % 2 else 'A'} {choice(WORDS)} {choice(WORDS)} {number}"
        for number in range(BOOKS)
    )
    rows = ((title, f"N{n % 500} Author", 100, "9.99", 5) for n, title in enumerate(titles))
    await load_books(service, ("title", "authors", "pages", "price", "quantity"), rows)


SCENARIO = Scenario("a greedy reader", run, seconds_max=400, megabytes_max=4_000, stall_s_max=10)
