"""The questions on the demo data and on large data, against a service by hand and against before.

Each connection has one question under way, with other parameters each time, so that no answer is
kept from before. The service by hand asks the same engine, in a database of its own that has the
same rows; it has to give the same answers. The other checkout has an engine of its own.
"""

import asyncio
import contextlib
import random
import tempfile
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import orjson

from bench.by_hand_data import copy_marketplace
from bench.frame import ROOT, Bench, Line, Run, at_least
from bench.http_client import Client, HttpError, Params, RpcError, call_body, post
from bench.load import pumped
from bench.questions import DIFFERENT, Make, prepare, questions
from bench.questions import SIZES as SIZES_LOADED
from bench.service import DEMO_KEY, engine, listening, service, url_of

CONNECTIONS: Final = 8
SECONDS: Final = 0.4
ROUNDS: Final = 2
COMPARED: Final = 5
"""So many answers of the service by hand have to be the same."""
DEMO, LARGE = "demo data", "large data"
DATA: Final = {
    DEMO: "10 stores, 106 listings, 19 users, 173 purchases",
    LARGE: "2,203 stores, 18,716 listings, 1,000 users, 9,308 purchases",
}
STORES: Final = {DEMO: 10, LARGE: 2_203}
USERS_OF_DEMO: Final = ROOT / "data" / "datasets" / "user_data.json"
OF_BOOKS: Final = "books.list"
SEARCH: Final = "search.find"
NOT_BY_HAND: Final = frozenset({"hours a day"})
NOT_THE_SAME: Final = frozenset(
    {"search a name", "search a store", "search a prefix", "users.top", "stores.popular"}
)
"""By hand a search knows no typos, words in part or ranks; a ranking leaves ties as they are."""


def reports(stores: Sequence[str], names: Sequence[str]) -> dict[str, tuple[str, Make]]:
    """Rankings, totals and search, as `questions`."""
    return {
        "search a name": (SEARCH, lambda r: {"query": r.choice(names), "limit": r.randint(5, 30)}),
        "search a store": (
            SEARCH,
            lambda r: {"query": r.choice(stores), "kinds": ["store"], "limit": r.randint(5, 30)},
        ),
        "search a prefix": (
            SEARCH,
            lambda r: {"query": f"The {r.choice('bcdfghklmnprst')}{r.choice('aeiou')}"},
        ),
        "users.top": ("users.top", lambda r: _period(r) | {"limit": r.randint(3, 12)}),
        "purchases.totals": ("purchases.totals", _period),
        "users.count": ("users.count", lambda r: _period(r) | {"more_than": r.randint(10, 60)}),
        "stores.popular": (
            "stores.popular",
            lambda r: _period(r) | {"by": r.choice(("count", "value")), "limit": r.randint(3, 12)},
        ),
    }


def _period(source: random.Random) -> Params:
    return {
        "from": f"2018-{source.randint(1, 12):02}-{source.randint(1, 28):02}",
        "to": f"2020-{source.randint(1, 12):02}-{source.randint(1, 28):02}",
    }


def _titles() -> dict[str, str]:
    """The method of each question by its title."""
    every = questions(1) | reports((), ())
    return {title: method for title, (method, _) in every.items()}


GOALS: Final = {
    DEMO: {
        "search a name": 8.0,
        "search a store": 8.0,
        "search a prefix": 8.0,
        "stores.popular": 6,
    },
    LARGE: {
        "open at a moment": 30.0,
        "open on a day and time": 5.0,
        "users.top": 12.0,
        "purchases.totals": 12.0,
        "users.count": 12.0,
        "stores.popular": 40.0,
        "search a store": 3.0,
    },
}
"""How many times as fast as before; the others 2.5 times."""
OTHERS: Final = 2.5
TIMES_OUT: Final = (LARGE, "search a prefix")
"""What the checkout of the issue doesn't answer in time."""


def _line(size: str, title: str, baseline: str, goal: float, *, needs_before: bool = False) -> Line:
    than = "before" if needs_before else "by hand"
    from_memory = _titles()[title] in {"stores.list", SEARCH}
    return Line(
        name=f"{title}, {size}, against {than}",
        load=f"{_titles()[title]}, {CONNECTIONS} connections, {DATA[size]}, parameters that vary",
        bound="one core of the service" if from_memory else "the engine and the service together",
        unit="answers/s",
        baseline=baseline,
        goal=at_least(goal),
        needs_before=needs_before,
    )


def _asked(size: str) -> list[str]:
    """The questions that a size is for; it has the same books as the other."""
    return [title for title, method in _titles().items() if size == DEMO or method != OF_BOOKS]


BY_HAND: Final = {
    (size, title): _line(size, title, "by hand: a query a question, the same engine", 1)
    for size in DATA
    for title in _asked(size)
    if title not in NOT_BY_HAND
}
BEFORE: Final = {
    (size, title): _line(
        size,
        title,
        "the other checkout, an engine of its own",
        GOALS[size].get(title, OTHERS),
        needs_before=True,
    )
    for size in DATA
    for title in _asked(size)
    if (size, title) != TIMES_OUT
}


@dataclass(frozen=True, slots=True)
class Sides:
    """Ports of services with the same data; no `before` where it is not wanted."""

    ours: int
    by_hand: int
    before: int | None
    stores: list[str]
    names: list[str]


@contextlib.asynccontextmanager
async def sides(size: str, before: Path | None) -> AsyncIterator[Sides]:
    """All services with the data of a size."""
    async with contextlib.AsyncExitStack() as stack:
        checkouts = [ROOT] if before is None else [ROOT, before]
        folders = [
            Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="octavo-bench-")))
            for _ in checkouts
        ]
        loaded = SIZES_LOADED["demo" if size == DEMO else "large"]
        every = zip(checkouts, folders, strict=True)
        await asyncio.gather(*(prepare(checkout, folder, loaded) for checkout, folder in every))
        url = url_of(await stack.enter_async_context(engine(ROOT, folders[0])))
        ours = await stack.enter_async_context(service(ROOT, folders[0], mongo_url=url))
        users = USERS_OF_DEMO if loaded is None else folders[0] / "users.json"
        async with Client.at(ours, DEMO_KEY) as client:
            await copy_marketplace(
                client, url, orjson.loads(await asyncio.to_thread(users.read_bytes))
            )
            stores, names = [
                [item["name"] for item in (await client.call(method, {"limit": 200}))["items"]]
                for method in ("stores.list", "listings.list")
            ]
        by_hand = await stack.enter_async_context(listening("bench.by_hand", folders[0], url))
        other = None
        if before is not None:
            other = await stack.enter_async_context(service(before, folders[1]))
        yield Sides(ours, by_hand, other, stores, names)


async def require_same_ids(ours: int, by_hand: int, method: str, every: Sequence[Params]) -> None:
    """Raise HttpError unless both services give the same answers, by ids and counts."""
    async with Client.at(ours, DEMO_KEY) as one, Client.at(by_hand, DEMO_KEY) as other:
        for params in every:
            answers = [_compared(await each.call(method, params)) for each in (one, other)]
            if answers[0] != answers[1]:
                raise HttpError(f"{method} {params}: {answers[0]} by hand {answers[1]}")


def _compared(answer: dict[str, Any]) -> Any:
    items = answer.get("items")
    return answer.get("count") if items is None else sorted(item["id"] for item in items)


async def ask(run: Run, size: str, of: Sides, title: str, method: str, make: Make) -> None:
    """Put one question to all sides in turns."""
    against = {BY_HAND.get((size, title)): of.by_hand, BEFORE.get((size, title)): of.before}
    ports = {
        line: port
        for line, port in against.items()
        if line is not None and port is not None and run.wants(line)
    }
    if not ports:
        return
    source = random.Random(7)  # noqa: S311 - made-up questions
    every = [make(source) for _ in range(DIFFERENT)]
    if BY_HAND.get((size, title)) in ports and title not in NOT_THE_SAME:
        await require_same_ids(of.ours, of.by_hand, method, every[:COMPARED])
    requests = [post(call_body(method, params), DEMO_KEY) for params in every]
    ours: list[float] = []
    others: dict[Line, list[float]] = {line: [] for line in ports}
    for _ in range(ROUNDS):
        ours.append(await pumped(of.ours, requests, CONNECTIONS, SECONDS))
        for line, port in ports.items():
            others[line].append(await pumped(port, requests, CONNECTIONS, SECONDS))
    for line, rates in others.items():
        run.record(line, ours, rates)


async def measure(run: Run) -> None:
    """Ask all that is wanted, on each size."""
    for size, number_of_stores in STORES.items():
        by_hand = [line for (of, _), line in BY_HAND.items() if of == size]
        before = [line for (of, _), line in BEFORE.items() if of == size]
        if not run.wants(*by_hand, *before):
            continue
        async with sides(size, run.before if run.wants(*before) else None) as of:
            every = questions(number_of_stores) | reports(of.stores, of.names)
            for title, (method, make) in every.items():
                try:
                    await ask(run, size, of, title, method, make)
                except (HttpError, RpcError) as failure:
                    for lines in (BY_HAND, BEFORE):
                        run.fail(lines.get((size, title)), str(failure))


BENCH: Final = Bench("questions", (*BY_HAND.values(), *BEFORE.values()), measure)
