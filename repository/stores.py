"""Stores. Names and hours are kept here, with what they are found by; cash is in `wallets`.

A store keeps its listings' prices, so that books within a price range are counted without a join;
`listings.update` keeps them right in the same transaction.
"""

from datetime import datetime
from typing import Final, Literal

from domain.errors import found
from domain.opening_hours import (
    Span,
    day_minutes,
    format_hours,
    pieces,
    structured,
)
from domain.stores import (
    DEFAULT_TIME_ZONE,
    BooksCount,
    HoursPerDay,
    HoursPerWeek,
    OpenOn,
    PopularStore,
    PopularStores,
    Store,
    StorePage,
    minute_of_week,
)
from domain.time_ranges import TimeRange
from domain.words import sort_key, words_of
from repository import search
from repository.marketplace import LISTINGS, STORES
from repository.mongo_connection import Database, Document, Documents
from repository.pages import Clause, Pipeline, filtered_page
from repository.purchases import ranked, within
from repository.transactions import Transaction
from repository.wallets import cash_of, store_wallet

SORT_FIELDS: Final = {
    "id": "_id",
    "name": "name_key",
    "hours_per_week": "week_minutes",
    "listings_count": "listings_count",
}
ROUNDING_MINUTES: Final = 1e-6
SLOT_MINUTES: Final = 180
"""A slot is indexed if the store is open in some minute of it; the spans then decide exactly."""


def store_document(
    store_id: int, *, source_name: str, name: str, spans: list[Span], prices: list[int]
) -> Document:
    """A new store as it is kept. `source_name` is what a file's row is known by, also renamed."""
    return {
        "_id": store_id,
        "source_name": source_name,
        **_named(name),
        **_opened(spans),
        "time_zone": DEFAULT_TIME_ZONE,
        "prices": sorted(prices),
        "listings_count": len(prices),
    }


def _named(name: str) -> Document:
    return {"name": name, "name_key": sort_key(name), "name_words": sorted(set(words_of(name)))}


def _opened(spans: list[Span]) -> Document:
    """The spans with all by which they are found."""
    minutes = day_minutes(spans)
    cut = pieces(spans)
    slots = {
        minute // SLOT_MINUTES
        for piece in cut
        for minute in (*range(piece.open, piece.close, SLOT_MINUTES), piece.close - 1)
    }
    return {
        "spans": [[span.open, span.close] for span in spans],
        "pieces": [{"open": piece.open, "close": piece.close} for piece in cut],
        "open_slots": sorted(slots),
        "week_minutes": sum(minutes),
        "day_minutes": minutes,
        "shortest_day_minutes": min(minutes),
        "longest_day_minutes": max(minutes),
    }


def _spans_of(document: Document) -> list[Span]:
    return [Span(opens, closes) for opens, closes in document["spans"]]


def as_store(document: Document, cash_cents: int) -> Store:
    """A kept store as the outside sees it."""
    spans = _spans_of(document)
    return Store(
        id=document["_id"],
        name=document["name"],
        cash=cash_cents,
        hours=structured(spans),
        hours_per_week=document["week_minutes"] / 60,
        time_zone=document["time_zone"],
        listings_count=document["listings_count"],
        hours_text=format_hours(spans),
    )


async def get(database: Database, store_id: int) -> Store:
    """The store with that id. Raises NotFound."""
    document = found(await database.get(STORES, store_id), "store", id=store_id)
    return await _with_cash(database, document)


async def _with_cash(documents: Documents, document: Document) -> Store:
    wallet = store_wallet(document["_id"])
    cash = await cash_of(documents, [wallet])
    return as_store(document, cash[wallet])


async def list_page(
    documents: Documents,
    *,
    clauses: list[Clause],
    sort: Literal["id", "name", "hours_per_week", "listings_count"],
    order: Literal["asc", "desc"],
    limit: int,
    cursor: str | None,
) -> StorePage:
    """The stores for which all clauses hold. Raises InvalidParams for a cursor of another list."""
    field = SORT_FIELDS[sort]
    rows, next_cursor = await filtered_page(
        documents, STORES, clauses, field=field, order=order, limit=limit, cursor=cursor
    )
    cash = await cash_of(documents, [store_wallet(row["_id"]) for row in rows])
    items = [as_store(row, cash[store_wallet(row["_id"])]) for row in rows]
    return StorePage(items=items, next_cursor=next_cursor)


def list_clauses(
    *,
    open_at: datetime | None,
    open_on: OpenOn | None,
    hours_per_week: HoursPerWeek | None,
    hours_per_day: HoursPerDay | None,
    books: BooksCount | None,
    name: str | None,
) -> list[Clause]:
    """The filters of a list, those that an index answers best first."""
    clauses: list[Clause] = []
    if name is not None:
        first, *others = sorted(words_of(name), key=len, reverse=True)
        clauses += [{"name_words": first}, *({"name_words": word} for word in others)]
    if hours_per_week is not None:
        clauses.append({"week_minutes": _between(hours_per_week, 60)})
    if hours_per_day is not None:
        clauses += _hours_per_day(hours_per_day)
    if open_at is not None:
        clauses += open_at_clauses(open_at)
    if open_on is not None:
        clauses += _open_clauses(open_on.minute)
    if books is not None:
        clauses += _books(books)
    return clauses


def open_at_clauses(moment: datetime) -> list[Clause]:
    """Stores that are open at a moment. All are in the same time zone."""
    return _open_clauses(minute_of_week(moment, DEFAULT_TIME_ZONE))


def _open_clauses(minute: int) -> list[Clause]:
    inside = {"open": {"$lte": minute}, "close": {"$gt": minute}}
    return [{"open_slots": minute // SLOT_MINUTES}, {"pieces": {"$elemMatch": inside}}]


def _between(bounds: HoursPerWeek | HoursPerDay, minutes: int) -> dict[str, float]:
    """Strictly between the bounds, given in hours, of a field that counts minutes."""
    given = {"$gt": bounds.more_than, "$lt": bounds.less_than}
    return {name: _whole(hours * minutes) for name, hours in given.items() if hours is not None}


def _whole(minutes: float) -> float:
    """Minutes that are whole but for what binary fractions lose: 2.05 hours are 123 minutes."""
    nearest = round(minutes)
    return nearest if abs(minutes - nearest) < ROUNDING_MINUTES else minutes


def _hours_per_day(bounds: HoursPerDay) -> list[Clause]:
    between = _between(bounds, 60)
    if bounds.day is None and bounds.which == "average":
        return [{"week_minutes": _between(bounds, 7 * 60)}]
    shortest, longest = "shortest_day_minutes", "longest_day_minutes"
    if bounds.day is None and bounds.which == "every":
        ends = {"$gt": shortest, "$lt": longest}
        return [{ends[name]: {name: minutes}} for name, minutes in between.items()]
    # What holds for some day holds for the longest or the shortest one, which are indexed.
    ends = {"$gt": longest, "$lt": shortest}
    clauses: list[Clause] = [{ends[name]: {name: minutes}} for name, minutes in between.items()]
    if bounds.day is not None:
        return [*clauses, {f"day_minutes.{bounds.day}": between}]
    return [*clauses, {"day_minutes": {"$elemMatch": between}}]


def _books(bounds: BooksCount) -> list[Clause]:
    """Listings within a price range, counted in the store's own list of prices."""
    strict = {"$gt": bounds.more_than, "$lt": bounds.less_than}
    counts = {name: count for name, count in strict.items() if count is not None}
    given = {"$gte": bounds.min_price, "$lte": bounds.max_price}
    prices = {name: cents for name, cents in given.items() if cents is not None}
    if not prices:
        return [{"listings_count": counts}]
    if bounds.less_than == 1 and bounds.more_than is None:
        return [{"prices": {"$not": {"$elemMatch": prices}}}]
    within = [{name: ["$$this", cents]} for name, cents in prices.items()]
    count = {"$size": {"$filter": {"input": "$prices", "cond": {"$and": within}}}}
    clauses: list[Clause] = []
    if bounds.more_than is not None:
        # Fewer stores are counted exactly: those with so many listings, one of them in the range.
        clauses.append({"listings_count": {"$gt": bounds.more_than}})
        if bounds.more_than >= 0:
            clauses.append({"prices": {"$elemMatch": prices}})
        if bounds.more_than >= 0 and "$lte" in prices:
            # They stand in order, so that this one may not be too dear either.
            clauses.append({f"prices.{bounds.more_than}": {"$lte": prices["$lte"]}})
    bounded = [{name: [count, limit]} for name, limit in counts.items()]
    return [*clauses, {"$expr": {"$and": bounded}}]


async def hold_store(transaction: Transaction, store_id: int) -> Document:
    """The store as the transaction sees it. Raises NotFound."""
    return found(await transaction.hold(STORES, store_id), "store", id=store_id)


async def update(
    transaction: Transaction, store_id: int, *, name: str | None, spans: list[Span] | None
) -> Store:
    """Change name or hours. A new name reaches listings and search; history keeps the old one."""
    store = await hold_store(transaction, store_id)
    changes = {} if spans is None else _opened(spans)
    if name is not None:
        changes |= _named(name)
    transaction.change(STORES, store, assign=changes)
    if name is not None:
        await transaction.update_many(
            LISTINGS, {"store_id": store_id}, {"$set": {"store_name": name}}
        )
        await search.rename(transaction, "stores", store_id, name)
    return await _with_cash(transaction, store)


def replaced_price(prices: list[int], old: int, new: int) -> Document:
    """The change to a store's prices when one of its listings changes its own."""
    changed = list(prices)
    changed.remove(old)
    return {"prices": sorted([*changed, new])}


def popularity_pipeline(period: TimeRange) -> Pipeline:
    """One row a store where something was bought in a period: how many, and what it came to."""
    sums = {"count": {"$sum": 1}, "value": {"$sum": "$amount_cents"}}
    return [*within(period), {"$group": {"_id": "$store_id", **sums}}]


async def popular(
    documents: Documents,
    period: TimeRange,
    *,
    by: Literal["count", "value"],
    limit: int,
    time_zone: str,
) -> PopularStores:
    """Stores by what was bought there in a period; ties by name, then id."""
    rows = await ranked(documents, popularity_pipeline(period), by=by, names=STORES, limit=limit)
    items = [
        PopularStore(id=row["_id"], name=row["name"], count=row["count"], value=row["value"])
        for row in rows
    ]
    return PopularStores(items=items, time_zone=time_zone)
