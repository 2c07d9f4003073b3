"""What is measured of changes: lines of the table, their loads and their goals."""

import random
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from bench.change_fixtures import KEY, SHELVES, STORES, TITLES, USERS, Fixtures, Side
from bench.frame import Line, at_least, at_most
from bench.load import Call, Sample, connections, for_seconds, through

BOOKS_ALONE: Final = 48
PRICES_CENTS: Final = (500, 2_000)

Samples = dict[Line, Sample]


def value(line: Line, sample: Sample) -> float:
    """The figure of a line: a rate, or the median time of one client."""
    return sample.median_ms if line.unit == "ms" else sample.per_second


Put = Callable[[Side, random.Random, float], Awaitable[Samples]]
"""Puts a side under load for some seconds."""


@dataclass(frozen=True, slots=True)
class Load:
    """A stretch of load that gives the figures of one or more lines."""

    lines: tuple[Line, ...]
    put: Put


Pick = Callable[[Fixtures, random.Random], Call]


def picking(what: str, clients: int, goal: float, pick: Pick) -> Load:
    """For a time, calls that are picked at random."""
    line = _line(what, clients, goal)

    async def put(side: Side, source: random.Random, seconds: float) -> Samples:
        async with connections(side.port, clients) as opened:
            sample = await for_seconds(opened, KEY, seconds, lambda: pick(side.fixtures, source))
        return {line: sample}

    return Load((line,), put)


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


def library_day(clients: int, goal: float) -> Load:
    """All steps of the library's day, each step of all shelves measured apart."""
    what = ("checkout", "reserve", "return to one who waits", "fulfill", "return")
    lines = tuple(_line(f"library.{each}", clients, goal) for each in what)

    async def put(side: Side, source: random.Random, _: float) -> Samples:
        shelves = BOOKS_ALONE if clients == 1 else len(side.fixtures.shelves)
        day = LibraryDay(side.fixtures, source, shelves)
        steps = (
            day.by_borrowers("library.checkout"),
            day.by_waiters("library.reserve"),
            day.by_borrowers("library.return"),
            day.by_waiters("library.fulfill"),
            day.by_waiters("library.return"),
        )
        async with connections(side.port, clients) as opened:
            return {
                line: await through(opened, KEY, calls)
                for line, calls in zip(lines, steps, strict=True)
            }

    return Load(lines, put)


def _line(what: str, clients: int, goal: float) -> Line:
    """A rate; of one client the time of a call, of which a goal takes the inverse."""
    is_alone = clients == 1
    crowd = f"{clients} client{'s' * (not is_alone)}"
    return Line(
        name=f"{what}, {crowd}",
        load=f"{crowd}, 1 worker; rows picked at random among {TITLES} titles, {STORES} stores, "
        f"{USERS} users, {SHELVES} shelves",
        bound="the engine: its statements a change, one core" if not is_alone else "round trips",
        unit="ms" if is_alone else "calls/s",
        baseline="the other checkout, an engine of its own",
        goal=at_most(1 / goal) if is_alone else at_least(goal),
        needs_before=True,
    )


LOADS: Final = (
    picking("sales.create of one title", 64, 1, sale_of_one),
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
