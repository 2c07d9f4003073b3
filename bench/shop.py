"""A shop under load: reads and sales mixed, one title that all want, one worker and two."""

import contextlib
import itertools
import random
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Final, Self

import pymongo

from bench.by_hand import DATABASE as BY_HAND
from bench.frame import ROOT, Bench, Line, Run, at_least
from bench.http_client import Client, call_body, post
from bench.load import Call, connections, for_seconds, pumped
from bench.question_lines import OF_BOOKS, reports
from bench.questions import STORES_OF_DEMO, questions
from bench.rows import insert, new_books
from bench.service import ASKED_ANEW, DEMO_KEY, Place, listening, lone_engine, lone_service, service

TITLES: Final = 10_000
FIRST_ID: Final = 1_000_000
STOCK: Final = 100_000_000
READS_OF_TEN: Final = 8
CROWD: Final = 64
DIFFERENT: Final = 3_000
SEED: Final = 12
OURS: Final = "octavo"

MIXED: Final = Line(
    name="mixed load, 32 connections",
    load="80 % books.get, 20 % sales.create, 10,000 titles by Zipf, 1 worker",
    bound="the engine, which takes four statements a group of sales",
    unit="calls/s",
    baseline="by hand: a find a read, a transaction a sale, the same engine",
    goal=at_least(1),
)
WORKERS: Final = Line(
    name="2 workers against 1",
    load="questions on stores, listings and users, search and reports in turns, parameters that "
    "vary, no answer kept, demo data, 32 connections",
    bound="the machine's cores: the clients and the engine run on the same ones",
    unit="calls/s",
    baseline="1 worker",
    goal=at_least(1.6),
)


@contextlib.asynccontextmanager
async def stocked() -> AsyncIterator[Place]:
    """An engine with titles for both sides: the demo's first book, again and again."""
    async with lone_engine(ROOT) as place:
        async with service(ROOT, place.folder, mongo_url=place.url):
            pass  # it leaves the demo data and all indexes
        _copy_titles(place.url)
        yield place


def _copy_titles(url: str) -> None:
    with pymongo.MongoClient[dict[str, Any]](url) as client:
        book = client[OURS]["books"].find_one({}, sort=[("_id", 1)])
        assert book  # noqa: S101 - the demo has books
        stock = {"stock": STOCK, "received": STOCK} if "received" in book else {"stock": STOCK}
        numbers = range(FIRST_ID, FIRST_ID + TITLES)
        copies = [{**book, **stock, "_id": number} for number in numbers]
        shown = ("_id", "title", "authors", "pages", "price_cents", "isbn", "stock")
        plain = [{name: each.get(name) for name in shown} for each in copies]
        for database, documents in ((OURS, copies), (BY_HAND, plain)):
            insert(client[database]["books"], documents)


def by_hand(place: Place, processes: int) -> contextlib.AbstractAsyncContextManager[int]:
    """The port of the hand-written service."""
    return listening("bench.by_hand", place.folder, place.url, processes=processes)


def by_zipf(source: random.Random) -> Callable[[], Call]:
    """Calls on titles, the n-th of which is asked for 1/n times as often as the first."""
    weights = list(itertools.accumulate(1 / rank for rank in range(1, TITLES + 1)))
    ids = range(FIRST_ID, FIRST_ID + TITLES)

    def call() -> Call:
        (book_id,) = source.choices(ids, cum_weights=weights)
        if source.randrange(10) < READS_OF_TEN:
            return "books.get", {"id": book_id}
        return "sales.create", {"book_id": book_id}

    return call


def sale_of(book_id: int) -> Call:
    """A sale of a copy of a title."""
    return "sales.create", {"book_id": book_id}


def order_of(book_id: int) -> Call:
    """A paid order of a copy of a title."""
    return "orders.place", {
        "items": [{"book_id": book_id, "quantity": 1}],
        "customer": {"name": "Ada Lovelace", "email": "ada@example.org"},
        "payment": {"token": "tok_ok"},
    }


async def all_questions(port: int, source: random.Random) -> list[bytes]:
    """Requests that put the questions of the marketplace in turns."""
    async with Client.at(port, DEMO_KEY) as client:
        stores, names = [
            [item["name"] for item in (await client.call(method, {"limit": 200}))["items"]]
            for method in ("stores.list", "listings.list")
        ]
    every = questions(STORES_OF_DEMO) | reports(stores, names)
    makes = [(method, make) for method, make in every.values() if method != OF_BOOKS]
    return [
        post(call_body(method, make(source)), DEMO_KEY)
        for _ in range(DIFFERENT // len(makes))
        for method, make in makes
    ]


async def rate(port: int, clients: int, seconds: float, call: Callable[[], Call]) -> float:
    """Calls a second."""
    async with connections(port, clients) as opened:
        return (await for_seconds(opened, DEMO_KEY, seconds, call)).per_second


async def measure(run: Run) -> None:
    """Measure what is wanted, each pair of sides in turns."""
    source = random.Random(SEED)  # noqa: S311 - made-up load
    async with contextlib.AsyncExitStack() as stack:
        place = await stack.enter_async_context(stocked())
        ours = partial(service, ROOT, place.folder, mongo_url=place.url)
        if run.wants(MIXED):
            async with ours() as port, by_hand(place, 1) as other:
                load = partial(rate, clients=32, seconds=run.seconds, call=by_zipf(source))
                await run.in_turns(MIXED, ours=partial(load, port), baseline=partial(load, other))
        if not run.wants(*OF_CROWDS, WORKERS):
            return
        ours = partial(ours, **ASKED_ANEW)
        two = await stack.enter_async_context(ours(workers=2))
        for crowd in CROWDS:
            if run.wants(*crowd.lines):
                await crowd.put(run, two, place)
        if run.wants(WORKERS):
            one = await stack.enter_async_context(ours())
            asked = await all_questions(two, source)
            load = partial(pumped, requests=asked, count=32, seconds=run.seconds)
            await run.in_turns(WORKERS, ours=partial(load, two), baseline=partial(load, one))


@dataclass(frozen=True, slots=True)
class Crowd:
    """Clients of two workers who all want one title: its lines, and how they call for it."""

    against_by_hand: Line
    against_before: Line
    call: Callable[[int], Call]

    @classmethod
    def of(cls, what: str, load: str, by_hand: str, call: Callable[[int], Call]) -> Self:
        """A crowd that wants something; `by_hand` is how it is done there."""
        against_by_hand = Line(
            name=f"{what}, {CROWD} connections in 2 processes",
            load=f"{load}, 2 workers",
            bound="the two workers' groups, which conflict on the title and take turns",
            unit="calls/s",
            baseline=f"by hand: {by_hand}, 2 processes, the same engine",
            goal=at_least(10),
        )
        against_before = replace(
            against_by_hand,
            name=f"{what} against before",
            baseline="the other checkout, 2 workers, an engine of its own",
            goal=at_least(1),
            needs_before=True,
        )
        return cls(against_by_hand, against_before, call)

    @property
    def lines(self) -> tuple[Line, Line]:
        """Both."""
        return self.against_by_hand, self.against_before

    async def put(self, run: Run, two: int, place: Place) -> None:
        """Put our two workers and both others under its load, in turns."""
        load = partial(rate, clients=CROWD, seconds=run.seconds, call=partial(self.call, FIRST_ID))
        async with by_hand(place, 2) as other:
            ours, theirs = partial(load, two), partial(load, other)
            await run.in_turns(self.against_by_hand, ours=ours, baseline=theirs)
        if run.wants(self.against_before):
            async with lone_service(run.before, workers=2) as before:
                async with Client.at(before, DEMO_KEY) as client:
                    [book] = await new_books(client, 1, STOCK)
                theirs = partial(load, before, call=partial(self.call, book))
                await run.in_turns(self.against_before, ours=ours, baseline=theirs)


CROWDS: Final = (
    Crowd.of("flash sale", "sales.create of one title", "a transaction a sale", sale_of),
    Crowd.of(
        "orders of one title",
        "orders.place of one copy of one title",
        "a transaction, a payment, a transaction",
        order_of,
    ),
)
OF_CROWDS: Final = tuple(line for crowd in CROWDS for line in crowd.lines)
BENCH: Final = Bench("shop", (MIXED, *OF_CROWDS, WORKERS), measure)
