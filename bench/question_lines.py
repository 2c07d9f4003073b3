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
from functools import partial
from pathlib import Path
from typing import Any, Final

import orjson

from bench.by_hand_data import copy_marketplace
from bench.frame import ROOT, Bench, Line, Run, at_least, at_most
from bench.http_client import Client, HttpError, Params, RpcError, call_body, post
from bench.load import pumped
from bench.marketplace import shares_found
from bench.marketplace_data import Size
from bench.questions import DIFFERENT, STORES_OF_DEMO, Make, prepare, questions
from bench.questions import SIZES as SIZES_LOADED
from bench.service import ASKED_ANEW, DEMO_KEY, engine, listening, service

CONNECTIONS: Final = 8
SECONDS: Final = 0.25
ROUNDS: Final = 2
UNIT: Final = "answers/s"
NAMES: Final = 100
COMPARED: Final = 5
"""So many answers of the service by hand have to be the same."""
DEMO, LARGE = "demo data", "large data"
DATA: Final = {
    DEMO: "10 stores, 106 listings, 19 users, 173 purchases",
    LARGE: "2,203 stores, 18,716 listings, 1,000 users, 9,308 purchases",
}
STORES: Final = {DEMO: STORES_OF_DEMO, LARGE: Size().stores}
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


METHODS: Final = {title: method for title, (method, _) in (questions(1) | reports((), ())).items()}
"""The method of each question by its title."""
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
OF_A_POINT: Final = (
    "open at a moment",
    "open on a day and time",
    "open, by name",
    "hours a week",
    "number of books",
    "all stores",
    "listings of a store by price",
    "all listings",
    "search a name",
    "search a store",
)
"""Questions whose answer is as long on more data."""
TIMES_OUT: Final = (LARGE, "search a prefix")
"""What the checkout of the issue doesn't answer in time."""


def _line(size: str, title: str, baseline: str, goal: float, *, needs_before: bool = False) -> Line:
    than = "before" if needs_before else "by hand"
    from_memory = METHODS[title] in {"stores.list", SEARCH}
    return Line(
        name=f"{title}, {size}, against {than}",
        load=f"{METHODS[title]}, {CONNECTIONS} connections, {DATA[size]}, parameters that vary",
        bound="one core of the service" if from_memory else "the engine and the service together",
        unit=UNIT,
        baseline=baseline,
        goal=at_least(goal),
        needs_before=needs_before,
    )


def _asked(size: str) -> list[str]:
    """The questions that a size is for; it has the same books as the other."""
    return [title for title, method in METHODS.items() if size == DEMO or method != OF_BOOKS]


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


GROWTH: Final = {
    (LARGE, title): Line(
        name=f"{title}, growth with ten times the data",
        load=f"{CONNECTIONS} connections, {DATA[LARGE]}, parameters that vary",
        bound="looking through more names or sets, where more is to be looked through",
        unit="us an answer",
        baseline="our service with a tenth of the data",
        goal=at_most(1.5),
    )
    for title in OF_A_POINT
}
EXACT: Final = Line(
    name="exact names that search finds first",
    load=f"{NAMES} names of {DATA[LARGE]}",
    bound="nothing but a fault",
    unit="of 1",
    baseline="all",
    goal=at_least(1, itself=True),
)
TYPO: Final = Line(
    name="names with a typo that search finds among the first three",
    load=EXACT.load,
    bound="names that are a part of others when misspelt",
    unit="of 1",
    baseline="all",
    goal=at_least(0.98, itself=True),
)


ALL: Final = (BY_HAND, BEFORE, GROWTH)


@dataclass(frozen=True, slots=True)
class Sides:
    """Ports of services with the same data, or a tenth; None where it is not wanted."""

    ours: int
    by_hand: int
    before: int | None
    tenth: int | None
    stores: list[str]
    names: list[str]


@contextlib.asynccontextmanager
async def sides(run: Run, size: str) -> AsyncIterator[Sides]:
    """All services with the data of a size."""
    wants_before = run.wants(*(line for (of, _), line in BEFORE.items() if of == size))
    before = run.before if wants_before else None
    async with contextlib.AsyncExitStack() as stack:
        checkouts = [ROOT] if before is None else [ROOT, before]
        folders = [
            Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="octavo-bench-")))
            for _ in checkouts
        ]
        loaded = SIZES_LOADED["demo" if size == DEMO else "large"]
        every = zip(checkouts, folders, strict=True)
        await asyncio.gather(*(prepare(checkout, folder, loaded) for checkout, folder in every))
        url = await stack.enter_async_context(engine(ROOT, folders[0]))
        ours = await stack.enter_async_context(
            service(ROOT, folders[0], mongo_url=url, **ASKED_ANEW)
        )
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
            other = await stack.enter_async_context(service(before, folders[1], **ASKED_ANEW))
        tenth = None
        if size == LARGE and run.wants(*GROWTH.values()):
            tenth = await stack.enter_async_context(of_a_tenth())
        yield Sides(ours, by_hand, other, tenth, stores, names)


@contextlib.asynccontextmanager
async def of_a_tenth() -> AsyncIterator[int]:
    """Our service with a tenth of the large data and an engine of its own."""
    with tempfile.TemporaryDirectory(prefix="octavo-bench-") as name:
        folder = Path(name)
        await prepare(ROOT, folder, SIZES_LOADED["tenth"])
        async with service(ROOT, folder, **ASKED_ANEW) as port:
            yield port


async def record_shares(run: Run, port: int, names: Sequence[str]) -> None:
    """Search for names as they are and with a typo, and record what is found."""
    source = random.Random(11)  # noqa: S311 - a sample
    async with Client.at(port, DEMO_KEY) as client:
        exact, typo = await shares_found(partial(client.call, SEARCH), names, source)
    run.record(EXACT, [exact])
    run.record(TYPO, [typo])


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
    key = (size, title)
    against = {
        BY_HAND.get(key): of.by_hand,
        BEFORE.get(key): of.before,
        GROWTH.get(key): of.tenth,
    }
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
        if line.unit == UNIT:
            run.record(line, ours, rates)
        else:
            run.record(line, *([1e6 / each for each in of_side] for of_side in (ours, rates)))


async def measure(run: Run) -> None:
    """Ask all that is wanted, on each size."""
    for size, number_of_stores in STORES.items():
        lines = [line for each in ALL for (of, _), line in each.items() if of == size]
        if not run.wants(*lines, *((EXACT, TYPO) if size == LARGE else ())):
            continue
        async with sides(run, size) as of:
            every = questions(number_of_stores) | reports(of.stores, of.names)
            for title, (method, make) in every.items():
                try:
                    await ask(run, size, of, title, method, make)
                except (HttpError, RpcError) as failure:
                    for each in ALL:
                        run.fail(each.get((size, title)), str(failure))
            if size == LARGE and run.wants(EXACT, TYPO):
                await record_shares(run, of.ours, of.names[:NAMES])


BENCH: Final = Bench(
    "questions", (*(line for each in ALL for line in each.values()), EXACT, TYPO), measure
)
