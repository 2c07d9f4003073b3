"""Answers that are asked for again: what they cost, and how soon they show another's change."""

import asyncio
import contextlib
import time
from functools import partial
from typing import Final

from bench.by_hand_data import copy_marketplace
from bench.frame import ROOT, Bench, Line, Run, at_most
from bench.http_client import Client, Params, call_body, post
from bench.load import Call, pumped
from bench.service import DEMO_KEY, listening, lone_engine, service

CONNECTIONS: Final = 32
BOOK: Final[Call] = ("books.get", {"id": 1})
REPEATED: Final[dict[str, Call]] = {
    "list": ("listings.list", {"store_id": 1, "limit": 5}),
    "search": ("search.find", {"query": "ruby", "limit": 5}),
    "ranking": ("users.top", {"from": "2019-01-01", "to": "2019-12-31", "limit": 5}),
    "report": ("sales.totals", {"from": "2026-01-01", "to": "2026-12-31"}),
}
LISTING: Final = 1
PRICE: Final = 12.0
CHANGES: Final = 7
POLL_S: Final = 0.002
PATIENCE_S: Final = 10.0


def _line(kind: str, call: Call) -> Line:
    return Line(
        name=f"a repeated {kind} against a warm books.get",
        load=f"{call[0]} {call[1]}, again and again, {CONNECTIONS} connections, nothing changes",
        bound="one core of the service; a longer answer takes longer to send",
        unit="us a call",
        baseline="books.get of one book, warm, on the same connections",
        goal=at_most(1.5),
    )


COSTS: Final = {kind: _line(kind, call) for kind, call in REPEATED.items()}
FRESH: Final = Line(
    name="another process's change shows in a kept list",
    load=f"{CHANGES} prices changed in one process, listings.list polled in another",
    bound="the change stream of the engine",
    unit="s",
    baseline="by hand: each poll asks the database",
    goal=at_most(0.5, itself=True),
)


async def us_a_call(port: int, seconds: float, call: Call) -> float:
    """Microseconds of one call after the other on one core."""
    return 1e6 / await pumped(port, [post(call_body(*call), DEMO_KEY)], CONNECTIONS, seconds)


async def seconds_until_seen(writer: Client, reader: Client, price: float) -> float:
    """From the answer to a change of a price until a list of another process shows it."""
    asked: Params = {"store_id": 1, "limit": 50}
    await reader.call("listings.list", asked)
    await writer.call("listings.update", {"id": LISTING, "price": price})
    started = time.perf_counter()
    async with asyncio.timeout(PATIENCE_S):
        while True:
            items = (await reader.call("listings.list", asked))["items"]
            if any(item["id"] == LISTING and item["price"] == price for item in items):
                return time.perf_counter() - started
            await asyncio.sleep(POLL_S)


async def measure(run: Run) -> None:
    """Measure what is wanted."""
    async with contextlib.AsyncExitStack() as stack:
        place = await stack.enter_async_context(lone_engine(ROOT))
        started = partial(service, ROOT, place.folder, mongo_url=place.url)
        port = await stack.enter_async_context(started())
        for kind, call in REPEATED.items():
            cost = partial(us_a_call, port, run.seconds / 2)
            await run.in_turns(COSTS[kind], ours=partial(cost, call), baseline=partial(cost, BOOK))
        if not run.wants(FRESH):
            return
        other = await stack.enter_async_context(started())
        writer = await stack.enter_async_context(Client.at(port, DEMO_KEY))
        await copy_marketplace(writer, place.url, [])
        hands = [
            await stack.enter_async_context(listening("bench.by_hand", place.folder, place.url))
            for _ in range(2)
        ]
        readers = [await stack.enter_async_context(Client.at(each, DEMO_KEY)) for each in hands]
        reader = await stack.enter_async_context(Client.at(other, DEMO_KEY))
        ours, by_hand = [], []
        for number in range(1, CHANGES + 1):
            ours.append(await seconds_until_seen(writer, reader, PRICE + number))
            by_hand.append(await seconds_until_seen(readers[0], readers[1], PRICE + number))
        run.record(FRESH, ours, by_hand)


BENCH: Final = Bench("kept", (*COSTS.values(), FRESH), measure)
