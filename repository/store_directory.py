"""All stores in memory, with what lists filter by: hours, prices of listings, names.

Filters on opening hours and prices concern every store; in memory a set of stores is one integer,
for any combination of filters. What lists show of a store is kept as JSON.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from itertools import compress, islice
from operator import attrgetter
from typing import Any, Final

import orjson

from domain.accounts import store_account
from domain.money import number_from_cents
from domain.opening_times import with_offset
from domain.opening_turns import Turns
from domain.paging import json_around
from domain.spans import DAY_MINUTES, day_minutes, week_minutes
from domain.stores import StoreFilter, StoreRow, StoreSort
from domain.words import sort_key, words_of
from repository.accounts import ACCOUNTS
from repository.bit_line import flags_of
from repository.listing_prices import Prices
from repository.listings import LISTINGS
from repository.mongo import collections
from repository.mongo.collections import Document, Index
from repository.mongo.connection import Database
from repository.mongo.mirror import Mirror
from repository.store_sets import Clocks, Entry, StoreSets

STORES: Final = collections.Collection(
    "stores",
    StoreRow,
    cached=True,
    mirrored=True,
    indexes=(
        Index(
            "source_name",
            [("source_name", 1)],
            query={"source_name": {"$in": ["Bookland"]}},
            options={"unique": True},
        ),
    ),
)
STORE_FIELDS: Final = tuple(each.name for each in fields(StoreRow) if each.name != "id")
LISTING_FIELDS: Final = ("store_id", "price_cents")
ACCOUNTS_OF_STORES: Final = ("store:", "store;")
"""The range of the ids of stores' accounts."""

AroundCash = tuple[bytes, bytes]
"""The JSON of a store before its cash, which changes with every purchase, and from there to `}`."""
CASH: Final = b',"cash":'
OPENING: Final = b',"is_open":'
"""What follows is not kept: it changes with time."""
TIMES_KEPT_MAX: Final = 20_000
"""Times of opening and closing whose JSON is kept, about 0.2 KB each."""
ANY_MOMENT: Final = datetime(2026, 1, 1, tzinfo=UTC)
SortKey = tuple[Any, int]
"""A sort value and the id of a store that has it."""
_SORT_VALUES: Final[Mapping[StoreSort, Callable[[Entry], Any]]] = {
    "id": attrgetter("row.id"),
    "name": attrgetter("name_key"),
    "hours_per_week": attrgetter("week_minutes"),
    "listings_count": attrgetter("row.listings_count"),
}


class Directory:
    """All stores, and their orders by sort value. Both are made when they are first asked for."""

    def __init__(self) -> None:
        self._entries: dict[int, Entry] = {}
        self._shown: dict[int, AroundCash] = {}
        self._sets: StoreSets | None = None
        self._orders: dict[StoreSort, tuple[list[SortKey], list[int] | None]] = {}
        """The places of a sort in order, and the bit of each; None where those are in order too."""

    def put(self, document: Document) -> None:
        """Put in a store."""
        row = STORES.row_of(document)
        old = self._entries.get(row.id)
        if old is not None and old.row == row:
            return
        schedule = row.schedule
        new = Entry(
            row,
            sort_key(row.name),
            frozenset(words_of(row.name)),
            tuple(day_minutes(row.hours)),
            week_minutes(row.hours),
            schedule,
            Turns(row.hours),
            max(schedule.special, default=date.min),
        )
        self._entries[row.id] = new
        self._shown.pop(row.id, None)
        if self._sets is None:
            return
        if old is None and self._sets.follows(new):
            self._sets.append(new)
            self._orders.clear()
        elif old is None or old.row.time_zone != row.time_zone:
            self._forget_order()
        else:
            self._sets.replace(old, new)
            for sort, value in _SORT_VALUES.items():
                if value(old) != value(new):
                    self._orders.pop(sort, None)

    def drop(self, row_id: Any) -> None:
        """Remove a store."""
        if self._entries.pop(row_id, None) is not None:
            self._shown.pop(row_id, None)
            self._forget_order()

    def clear(self) -> None:
        """Remove all."""
        self._entries.clear()
        self._shown.clear()
        self._forget_order()

    def _forget_order(self) -> None:
        self._sets = None
        self._orders.clear()

    def name_of(self, store_id: int) -> str | None:
        """A store's name; None for an unknown store."""
        entry = self._entries.get(store_id)
        return None if entry is None else entry.row.name

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
        sets = self._in_sets()
        places, bits = self._order(sort, sets)
        start, stop = 0, len(places)
        if after is not None and descending:
            stop = bisect_left(places, after)
        elif after is not None:
            start = bisect_right(places, after)
        direction = reversed if descending else iter
        flags = flags_of(sets.matching(filters, prices), len(places))
        if bits is None:
            is_in: Iterable[int] = direction(flags[start:stop])
        else:
            is_in = map(flags.__getitem__, direction(bits[start:stop]))
        return list(islice(compress(direction(places[start:stop]), is_in), limit))

    def ids_of(self, filters: StoreFilter, prices: Prices) -> set[int]:
        """The ids of all stores that match."""
        sets = self._in_sets()
        flags = flags_of(sets.matching(filters, prices), len(sets.ids))
        return set(compress(sets.ids, flags))

    def around_cash(self, store_id: int) -> AroundCash | None:
        """What callers see of a store; None for an unknown store."""
        if store_id not in self._shown and store_id in self._entries:
            shown = self._entries[store_id].row.shown(0, ANY_MOMENT)
            before, after = json_around(shown, "cash")
            self._shown[store_id] = before, after[: after.rindex(OPENING)]
        return self._shown.get(store_id)

    def state_at(self, store_id: int, clocks: Clocks) -> bytes:
        """Whether a known store is open, and what comes next, as the rest of its JSON."""
        entry = self._entries[store_id]
        zone = entry.row.time_zone
        week = clocks.week(zone)
        if week is None or entry.last_special_day >= week.day_before:
            local = clocks.local(zone)
            state = entry.schedule.state_at(local)
            return b"," + orjson.dumps(entry.row.opening(state, local))[1:]
        is_open, closes, opens = entry.turns.at(week.minute)
        return b',"is_open":%b,"closes_at":%b,"opens_at":%b}' % (
            b"true" if is_open else b"false",
            b"null" if closes is None else _time_json(week.start + closes, zone),
            b"null" if opens is None else _time_json(week.start + opens, zone),
        )

    def _in_sets(self) -> StoreSets:
        if self._sets is None:
            self._sets = StoreSets(self._entries)
        return self._sets

    def _order(self, sort: StoreSort, sets: StoreSets) -> tuple[list[SortKey], list[int] | None]:
        if sort not in self._orders:
            value = _SORT_VALUES[sort]
            places = sorted((value(each), each.row.id) for each in self._entries.values())
            ids = [store_id for _, store_id in places]
            bits = None if ids == sets.ids else [sets.positions[each] for each in ids]
            self._orders[sort] = places, bits
        return self._orders[sort]


@lru_cache(TIMES_KEPT_MAX)
def _time_json(minutes: int, time_zone: str) -> bytes:
    """A local time, in minutes since day 0 of the calendar, with its offset in a zone."""
    day, minute = divmod(minutes, DAY_MINUTES)
    local = datetime.fromordinal(day) + timedelta(minutes=minute)
    return orjson.dumps(with_offset(local, time_zone, local).isoformat())


class Balances:
    """The cash of accounts, in cents."""

    def __init__(self) -> None:
        self._cents: dict[str, int] = {}

    def put(self, document: Document) -> None:
        """Put in an account."""
        self._cents[document["_id"]] = document["cents"]

    def drop(self, row_id: Any) -> None:
        """Remove an account."""
        self._cents.pop(row_id, None)

    def clear(self) -> None:
        """Remove all."""
        self._cents.clear()

    def of(self, account_id: str) -> int | None:
        """What an account holds; None for an unknown account."""
        return self._cents.get(account_id)


class StoreMirrors:
    """Mirrors the directory, the prices and the stores' cash."""

    def __init__(self, database: Database) -> None:
        self._stores = Mirror(database, STORES, STORE_FIELDS, Directory())
        self._prices = Mirror(database, LISTINGS, LISTING_FIELDS, Prices())
        self._cash = Mirror(database, ACCOUNTS, ("cents",), Balances(), ids=ACCOUNTS_OF_STORES)

    async def current(self, filters: StoreFilter) -> tuple[Directory, Prices]:
        """Both, with all known changes that the filters ask for. Raises StorageUnavailable."""
        books = filters.books
        if books is not None and not (books.min_price is None and books.max_price is None):
            await self._prices.current()
        return await self._stores.current(), self._prices.picture

    async def shown(
        self, directory: Directory, store_ids: Iterable[int], at: datetime, *, with_cash: bool
    ) -> list[bytes]:
        """The known ones of these stores as callers see them, as JSON, in the same order.

        They are shown as open or closed at a moment.

        Raises StorageUnavailable.
        """
        clocks = Clocks(at)
        known = {
            store_account(store_id): (around[0], around[1] + directory.state_at(store_id, clocks))
            for store_id in store_ids
            if (around := directory.around_cash(store_id)) is not None
        }
        if not with_cash:
            return [before + after for before, after in known.values()]
        cash = await self._cash.current(known)
        missing = [account for account in known if cash.of(account) is None]
        if missing:  # nobody tells of new accounts
            self._cash.mark((ACCOUNTS.name, account) for account in missing)
            await self._cash.current(missing)
        return [
            before + CASH + orjson.dumps(number_from_cents(cash.of(account) or 0)) + after
            for account, (before, after) in known.items()
        ]

    async def refresh(self) -> None:
        """Read all changes of stores so far. Raises StorageUnavailable."""
        await self._stores.current()

    def name_of(self, store_id: int) -> str | None:
        """A store's name; None if another process has just added the store."""
        return self._stores.picture.name_of(store_id)

    async def open_at(self, moment: datetime) -> set[int]:
        """The ids of the stores that are open at a moment."""
        filters = StoreFilter(open_at=moment)
        directory, prices = await self.current(filters)
        return directory.ids_of(filters, prices)
