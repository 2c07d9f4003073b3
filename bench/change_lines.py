"""What is measured of changes: lines of the table, their loads and their goals."""

import random
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final, Self

from bench.change_fixtures import KEY, SHELVES, STORES, TITLES, USERS, Fixtures, Side
from bench.frame import Line, at_least, at_most
from bench.load import Call, Sample, connections, for_seconds, through

SECONDS: Final = 0.6
"""Of a load of one side in one round."""
BOOKS_ALONE: Final = 48
PRICES_CENTS: Final = (500, 2_000)

Samples = dict[str, Sample]
"""By what was called."""
Put = Callable[[Side, random.Random, float], Awaitable[Samples]]
"""Puts a side under load for some seconds."""


def value(line: Line, sample: Sample) -> float:
    """The figure of a line: a rate, or the median time of one client."""
    return sample.median_ms if line.unit == "ms" else sample.per_second


@dataclass(frozen=True, slots=True)
class Load:
    """A stretch of load that gives the figures of one or more lines, by what is called."""

    by_hand: dict[str, Line]
    before: dict[str, Line]
    put: Put

    @classmethod
    def of(cls, every: Sequence[str], clients: int, goal: float, put: Put) -> Self:
        """A load of so many clients; the goal is how many times as fast as before."""
        by_hand = {what: _line(what, clients, 1, needs_before=False) for what in every}
        before = {what: _line(what, clients, goal, needs_before=True) for what in every}
        return cls(by_hand, before, put)

    @property
    def lines(self) -> tuple[Line, ...]:
        """All of them."""
        return (*self.by_hand.values(), *self.before.values())


Pick = Callable[[Fixtures, random.Random], Call]


def picking(what: str, clients: int, goal: float, pick: Pick) -> Load:
    """For a time, calls that are picked at random."""

    async def put(side: Side, source: random.Random, seconds: float) -> Samples:
        async with connections(side.port, clients) as opened:
            sample = await for_seconds(opened, KEY, seconds, lambda: pick(side.fixtures, source))
        return {what: sample}

    return Load.of([what], clients, goal, put)


def sale(fixtures: Fixtures, source: random.Random) -> Call:
    """A sale of any title."""
    return "sales.create", {"book_id": source.choice(fixtures.titles)}


def sale_of_one(fixtures: Fixtures, _: random.Random) -> Call:
    """A sale of always the same title."""
    return "sales.create", {"book_id": fixtures.titles[0]}


def purchase(fixtures: Fixtures, source: random.Random) -> Call:
    """A purchase by any user at one of the stores that sell."""
    listing = source.choice(fixtures.sold_listings)
    return "purchases.create", {"user_id": source.choice(fixtures.users), "listing_id": listing}


def user_name(fixtures: Fixtures, source: random.Random) -> Call:
    """A new name of any user."""
    name = f"User {source.randrange(1_000_000)}"
    return "users.update", {"id": source.choice(fixtures.users), "name": name}


def price(fixtures: Fixtures, source: random.Random) -> Call:
    """A new price of any listing that is not among those sold, whose prices stay."""
    listing = source.choice(fixtures.listings[len(fixtures.sold_listings) :])
    return "listings.update", {"id": listing, "price": source.randint(*PRICES_CENTS) / 100}


def store_name(fixtures: Fixtures, source: random.Random) -> Call:
    """A new name of any store, of words that others have."""
    name = f"Store Number {source.randrange(1_000)}"
    return "stores.update", {"id": source.choice(fixtures.stores), "name": name}


class LibraryDay:
    """Every shelf's copy lent, waited for, returned to the next, lent to that one, returned.

    All shelves in a new random order each time, every one with a member of its own; afterwards all
    is as it was, so a day may follow another.
    """

    def __init__(self, fixtures: Fixtures, source: random.Random, shelves: int) -> None:
        self._source = source
        self._shelves = source.sample(fixtures.shelves, shelves)
        self._borrowers = source.sample(fixtures.borrowers, shelves)
        self._waiters = source.sample(fixtures.waiters, shelves)

    def by_borrowers(self, method: str) -> Iterator[Call]:
        """A call for each shelf by the member who has the copy first."""
        return self._calls(method, self._borrowers)

    def by_waiters(self, method: str) -> Iterator[Call]:
        """A call for each shelf by the member who has the copy second."""
        return self._calls(method, self._waiters)

    def _calls(self, method: str, members: list[int]) -> Iterator[Call]:
        pairs = list(zip(self._shelves, members, strict=True))
        self._source.shuffle(pairs)
        for book_id, member_id in pairs:
            params: dict[str, Any] = {"member_id": member_id, "book_id": book_id}
            yield method, params


def shelves_for(fixtures: Fixtures, clients: int, seconds: float) -> int:
    """How many shelves a load walks through: fewer if it is to be short, as to warm up."""
    full = BOOKS_ALONE if clients == 1 else len(fixtures.shelves)
    return round(full * min(1.0, seconds / SECONDS))


def library_day(clients: int, goal: float) -> Load:
    """All steps of the library's day, each step of all shelves measured apart."""
    what = ("checkout", "reserve", "return to one who waits", "fulfill", "return")
    every = [f"library.{each}" for each in what]

    async def put(side: Side, source: random.Random, seconds: float) -> Samples:
        day = LibraryDay(side.fixtures, source, shelves_for(side.fixtures, clients, seconds))
        steps = (
            day.by_borrowers("library.checkout"),
            day.by_waiters("library.reserve"),
            day.by_borrowers("library.return"),
            day.by_waiters("library.fulfill"),
            day.by_waiters("library.return"),
        )
        async with connections(side.port, clients) as opened:
            return {
                each: await through(opened, KEY, calls)
                for each, calls in zip(every, steps, strict=True)
            }

    return Load.of(every, clients, goal, put)


def lending(clients: int, goal: float) -> Load:
    """Checkouts of all shelves; the returns are not measured."""
    checkout = "library.checkout"

    async def put(side: Side, source: random.Random, seconds: float) -> Samples:
        day = LibraryDay(side.fixtures, source, shelves_for(side.fixtures, clients, seconds))
        async with connections(side.port, clients) as opened:
            sample = await through(opened, KEY, day.by_borrowers(checkout))
            await through(opened, KEY, day.by_borrowers("library.return"))
        return {checkout: sample}

    return Load.of([checkout], clients, goal, put)


def _line(what: str, clients: int, goal: float, *, needs_before: bool) -> Line:
    """A rate; of one client the time of a call, of which a goal takes the inverse."""
    is_alone = clients == 1
    crowd = f"{clients} client{'s' * (not is_alone)}"
    by_hand = "by hand: a transaction a change, the same engine"
    return Line(
        name=f"{what}, {crowd}, against {'before' if needs_before else 'by hand'}",
        load=f"{crowd}, 1 worker; rows picked at random among {TITLES} titles, {STORES} stores, "
        f"{USERS} users, {SHELVES} shelves",
        bound="round trips to the engine" if is_alone else "the engine: its work a statement",
        unit="ms" if is_alone else "calls/s",
        baseline="the other checkout, an engine of its own" if needs_before else by_hand,
        goal=at_most(1 / goal) if is_alone else at_least(goal),
        needs_before=needs_before,
    )


LOADS: Final = (
    picking("sales.create of one title", 64, 1, sale_of_one),
    picking("sales.create of any title", 16, 5, sale),
    picking("purchases.create", 16, 4, purchase),
    lending(16, 4),
    picking("sales.create of any title", 1, 1 / 0.7, sale),
    picking("purchases.create", 1, 1.6, purchase),
    picking("users.update", 1, 1.6, user_name),
    picking("listings.update price", 1, 1.6, price),
    picking("stores.update name", 1, 1.6, store_name),
    library_day(1, 1.6),
    picking("purchases.create", 8, 3, purchase),
    picking("users.update", 8, 4, user_name),
    picking("listings.update price", 8, 8, price),
    picking("stores.update name", 8, 8, store_name),
    library_day(8, 5),
)
