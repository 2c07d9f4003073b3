"""What is measured of changes: lines of the table, their loads and their goals."""

import random
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from bench.change_fixtures import KEY, Fixtures, Side
from bench.load import Call, Sample, connections, for_seconds, through

ALONE_SHARE: Final = 0.6
"""The part of a line's seconds that one client alone gets."""
BOOKS_ALONE: Final = 48
PRICES_CENTS: Final = (500, 2_000)

Samples = dict[str, Sample]
"""By the title of a line."""


@dataclass(frozen=True, slots=True)
class Goal:
    """A bound on the ratio of after to before, and the issue that sets it."""

    issue: int
    ratio: float

    def is_met(self, ratio: float, *, is_latency: bool) -> bool:
        """Whether a ratio is good enough: rates have to be high, latencies low."""
        return ratio <= self.ratio if is_latency else ratio >= self.ratio


@dataclass(frozen=True, slots=True)
class Line:
    """One row: a rate in calls a second, or the median latency of one client in milliseconds."""

    title: str
    clients: int
    goals: tuple[Goal, ...] = ()

    @property
    def is_latency(self) -> bool:
        """Whether it is a time, so that less is better."""
        return self.clients == 1

    def value(self, sample: Sample) -> float:
        """The figure that a sample gives."""
        return sample.median_ms if self.is_latency else sample.per_second


Run = Callable[[Side, random.Random, float], Awaitable[Samples]]


@dataclass(frozen=True, slots=True)
class Load:
    """A stretch of load that gives the figures of one or more lines."""

    lines: tuple[Line, ...]
    run: Run


Pick = Callable[[Fixtures, random.Random], Call]


def picking(line: Line, pick: Pick) -> Load:
    """For a time, calls that are picked at random."""

    async def run(side: Side, source: random.Random, seconds: float) -> Samples:
        seconds *= ALONE_SHARE if line.is_latency else 1
        async with connections(side.port, line.clients) as clients:
            sample = await for_seconds(clients, KEY, seconds, lambda: pick(side.fixtures, source))
        return {line.title: sample}

    return Load((line,), run)


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


def lending(line: Line) -> Load:
    """Checkouts of different books; the returns are not measured."""

    async def run(side: Side, source: random.Random, _: float) -> Samples:
        day = LibraryDay(side.fixtures, source, len(side.fixtures.shelves))
        async with connections(side.port, line.clients) as clients:
            sample = await through(clients, KEY, day.by_borrowers("library.checkout"))
            await through(clients, KEY, day.by_borrowers("library.return"))
        return {line.title: sample}

    return Load((line,), run)


def library_day(lines: tuple[Line, Line, Line, Line, Line]) -> Load:
    """All steps of the library's day, each step of all shelves measured apart.

    The lines: checkout, reserve, return to who waits, fulfill, return with nobody waiting.
    """

    async def run(side: Side, source: random.Random, _: float) -> Samples:
        shelves = BOOKS_ALONE if lines[0].is_latency else len(side.fixtures.shelves)
        day = LibraryDay(side.fixtures, source, shelves)
        steps = (
            day.by_borrowers("library.checkout"),
            day.by_waiters("library.reserve"),
            day.by_borrowers("library.return"),
            day.by_waiters("library.fulfill"),
            day.by_waiters("library.return"),
        )
        async with connections(side.port, lines[0].clients) as clients:
            return {
                line.title: await through(clients, KEY, calls)
                for line, calls in zip(lines, steps, strict=True)
            }

    return Load(lines, run)


def _alone(title: str, *, issue_11: bool = True, issue_12: bool = True) -> Line:
    """One client: 0.7 of the time by issue 11, 1.6 times as fast by issue 12."""
    goals = (Goal(11, 0.7),) * issue_11 + (Goal(12, 1 / 1.6),) * issue_12
    return Line(f"{title}, 1 client, ms", 1, goals)


def _crowd(title: str, clients: int, *goals: Goal) -> Line:
    return Line(f"{title}, {clients} clients", clients, goals)


def _day(clients: int, goals: tuple[Goal, ...]) -> Load:
    unit = "1 client, ms" if clients == 1 else f"{clients} clients"
    checkout, reserve, handed_on, fulfill, returned = (
        Line(f"library.{step}, {unit}", clients, goals)
        for step in ("checkout", "reserve", "return to one waiting", "fulfill", "return")
    )
    if clients == 1:
        checkout = _alone("library.checkout")
    return library_day((checkout, reserve, handed_on, fulfill, returned))


LOADS: Final = (
    picking(_crowd("sales.create of 64 titles", 16, Goal(11, 5)), sale),
    picking(
        _crowd("purchases.create, 64 users, 10 stores", 16, Goal(11, 4)),
        purchase,
    ),
    lending(_crowd("library.checkout", 16, Goal(11, 4))),
    picking(_crowd("sales.create of one title", 64, Goal(11, 1), Goal(12, 1)), sale_of_one),
    picking(_alone("sales.create", issue_12=False), sale),
    picking(_alone("purchases.create"), purchase),
    picking(_alone("users.update"), user_name),
    picking(_alone("listings.update price"), price),
    picking(_alone("stores.update name"), store_name),
    _day(1, (Goal(12, 1 / 1.6),)),
    picking(_crowd("purchases.create", 8, Goal(12, 3)), purchase),
    picking(_crowd("users.update", 8, Goal(12, 4)), user_name),
    picking(_crowd("listings.update price", 8, Goal(12, 8)), price),
    picking(_crowd("stores.update name", 8, Goal(12, 8)), store_name),
    _day(8, (Goal(12, 5),)),
)
