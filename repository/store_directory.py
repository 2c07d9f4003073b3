"""All stores in memory, with the fields that lists filter by: hours, prices of listings, names.

Filters on opening hours and prices compare every store; in memory that takes microseconds per
store, for any combination. The rows of the stores found are read from the database.
"""

from bisect import bisect_left, bisect_right, insort
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter
from typing import Any, Final

from domain.opening_hours import Span, day_minutes, is_open_at
from domain.stores import (
    BooksCount,
    StoreFilter,
    StoreRow,
    StoreSort,
    between,
    has_books,
    has_hours_per_day,
    is_between,
    minute_of_week,
)
from domain.words import sort_key, words_of
from repository import search_terms
from repository.listings import LISTINGS
from repository.mongo.collections import Collection, Document, Index
from repository.mongo.connection import Database
from repository.mongo.mirror import Mirror

STORES: Final = Collection(
    "stores",
    StoreRow,
    derive=lambda fields: search_terms.found_by(fields["name"]) if "name" in fields else {},
    cached=True,
    mirrored=True,
    indexes=(
        Index(
            "source_name",
            [("source_name", 1)],
            query={"source_name": {"$in": ["Bookland"]}},
            options={"unique": True},
        ),
        *search_terms.INDEXES,
    ),
)
STORE_FIELDS: Final = ("name", "spans", "time_zone", "listings_count")
LISTING_FIELDS: Final = ("store_id", "price_cents")
MINUTES_CACHED_MAX: Final = 500
"""Minutes of the week for which the open stores are cached."""

SortKey = tuple[Any, int]
"""A sort value and the id of a store that has it."""
Test = Callable[["_Entry"], bool]


@dataclass(frozen=True, slots=True)
class _Entry:
    """The fields of one store that lists filter and sort by."""

    id: int
    name: str
    name_key: str
    words: frozenset[str]
    spans: tuple[Span, ...]
    time_zone: str
    day_minutes: tuple[int, ...]
    week_minutes: int
    listings_count: int


class Prices:
    """The prices of each store's listings, in order."""

    def __init__(self) -> None:
        self._of_store: defaultdict[int, list[int]] = defaultdict(list)
        self._listings: dict[int, tuple[int, int]] = {}

    def put(self, document: Document) -> None:
        """Put in a listing."""
        listing_id, place = document["_id"], (document["store_id"], document["price_cents"])
        if self._listings.get(listing_id) == place:
            return
        self.drop(listing_id)
        self._listings[listing_id] = place
        insort(self._of_store[place[0]], place[1])

    def drop(self, row_id: Any) -> None:
        """Remove a listing."""
        store_id, cents = self._listings.pop(row_id, (None, 0))
        if store_id is not None:
            prices = self._of_store[store_id]
            del prices[bisect_left(prices, cents)]

    def clear(self) -> None:
        """Remove all."""
        self._of_store.clear()
        self._listings.clear()

    def of_store(self, store_id: int) -> Sequence[int]:
        """The prices of a store's listings, in order."""
        return self._of_store.get(store_id, ())


class Directory:
    """All stores, and their orders by sort value."""

    def __init__(self) -> None:
        self._entries: dict[int, _Entry] = {}
        self._orders: dict[StoreSort, list[SortKey]] = {}
        self._open: dict[tuple[str, int], set[int]] = {}
        self._zones: frozenset[str] | None = None

    def put(self, document: Document) -> None:
        """Put in a store."""
        spans = tuple(Span(opens, closes) for opens, closes in document["spans"])
        minutes = tuple(day_minutes(spans))
        name = document["name"]
        self._entries[document["_id"]] = _Entry(
            id=document["_id"],
            name=name,
            name_key=sort_key(name),
            words=frozenset(words_of(name)),
            spans=spans,
            time_zone=document["time_zone"],
            day_minutes=minutes,
            week_minutes=sum(minutes),
            listings_count=document["listings_count"],
        )
        self._forget_what_was_worked_out()

    def drop(self, row_id: Any) -> None:
        """Remove a store."""
        self._entries.pop(row_id, None)
        self._forget_what_was_worked_out()

    def clear(self) -> None:
        """Remove all."""
        self._entries.clear()
        self._forget_what_was_worked_out()

    def _forget_what_was_worked_out(self) -> None:
        self._orders.clear()
        self._open.clear()
        self._zones = None

    def name_of(self, store_id: int) -> str | None:
        """A store's name; None for an unknown store."""
        entry = self._entries.get(store_id)
        return None if entry is None else entry.name

    def matching(
        self,
        filters: StoreFilter,
        prices: Prices,
        sort: StoreSort,
        *,
        descending: bool,
        after: SortKey | None,
        limit: int,
    ) -> list[SortKey]:
        """Sort value and id of the stores that match, in order, after a place; at most `limit`."""
        order = self._order(sort)
        if after is None:
            start, stop = 0, len(order)
        elif descending:
            start, stop = 0, bisect_left(order, after)
        else:
            start, stop = bisect_right(order, after), len(order)
        positions = range(stop - 1, start - 1, -1) if descending else range(start, stop)
        found: list[SortKey] = []
        is_wanted = self._test(filters, prices)
        for position in positions:
            if is_wanted(self._entries[order[position][1]]):
                found.append(order[position])
                if len(found) == limit:
                    break
        return found

    def ids_of(self, filters: StoreFilter, prices: Prices) -> set[int]:
        """The ids of all stores that match."""
        is_wanted = self._test(filters, prices)
        return {entry.id for entry in self._entries.values() if is_wanted(entry)}

    def _order(self, sort: StoreSort) -> list[SortKey]:
        if sort not in self._orders:
            value = _SORT_VALUES[sort]
            self._orders[sort] = sorted((value(each), each.id) for each in self._entries.values())
        return self._orders[sort]

    def _test(self, filters: StoreFilter, prices: Prices) -> Test:
        """Whether an entry matches all filters."""
        tests: list[Test] = []
        if filters.open_at is not None or filters.open_on is not None:
            tests += self._open_tests(filters)
        if (week := filters.hours_per_week) is not None:
            tests.append(lambda entry: between(week, entry.week_minutes))
        if (day := filters.hours_per_day) is not None:
            tests.append(lambda entry: has_hours_per_day(day, entry.day_minutes))
        if (books := filters.books) is not None:
            tests.append(_books_test(books, prices))
        if filters.name is not None:
            words = set(words_of(filters.name))
            tests.append(lambda entry: words <= entry.words)
        return lambda entry: all(test(entry) for test in tests)

    def _open_tests(self, filters: StoreFilter) -> list[Test]:
        if self._zones is None:
            self._zones = frozenset(entry.time_zone for entry in self._entries.values())
        tests: list[Test] = []
        if (moment := filters.open_at) is not None:
            at = {zone: self._open_in(zone, minute_of_week(moment, zone)) for zone in self._zones}
            tests.append(lambda entry: entry.id in at[entry.time_zone])
        if (on := filters.open_on) is not None:
            then = {zone: self._open_in(zone, on.minute) for zone in self._zones}
            tests.append(lambda entry: entry.id in then[entry.time_zone])
        return tests

    def _open_in(self, zone: str, minute: int) -> set[int]:
        """The stores of a zone that are open in a minute of their week."""
        known = self._open.get((zone, minute))
        if known is None:
            if len(self._open) >= MINUTES_CACHED_MAX:
                self._open.clear()
            known = self._open[zone, minute] = {
                entry.id
                for entry in self._entries.values()
                if entry.time_zone == zone and is_open_at(entry.spans, minute)
            }
        return known


def _books_test(books: BooksCount, prices: Prices) -> Test:
    if books.min_price is None and books.max_price is None:
        return lambda entry: is_between(books, entry.listings_count)
    return lambda entry: has_books(books, prices.of_store(entry.id))


_SORT_VALUES: Final[Mapping[StoreSort, Callable[[_Entry], Any]]] = {
    "id": attrgetter("id"),
    "name": attrgetter("name_key"),
    "hours_per_week": attrgetter("week_minutes"),
    "listings_count": attrgetter("listings_count"),
}


class StoreMirrors:
    """Mirrors the directory and the prices."""

    def __init__(self, database: Database) -> None:
        self._stores = Mirror(database, STORES, STORE_FIELDS, Directory())
        self._prices = Mirror(database, LISTINGS, LISTING_FIELDS, Prices())

    async def current(self) -> tuple[Directory, Prices]:
        """Both, with all known changes. Raises StorageUnavailable."""
        prices = await self._prices.current()
        return await self._stores.current(), prices

    async def refresh(self) -> None:
        """Read all changes of stores so far. Raises StorageUnavailable."""
        await self._stores.current()

    def name_of(self, store_id: int) -> str | None:
        """A store's name; None if another process has just added the store."""
        return self._stores.picture.name_of(store_id)

    async def open_at(self, moment: datetime) -> set[int]:
        """The ids of the stores that are open at a moment."""
        directory, prices = await self.current()
        return directory.ids_of(StoreFilter(open_at=moment), prices)
