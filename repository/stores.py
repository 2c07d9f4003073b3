"""Stores: hours, special days, names. Cash is in accounts, listings are rows of their own."""

import asyncio
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

import orjson

from domain import store_rules as rules
from domain.accounts import AccountRow, store_account
from domain.effects import Assign, Decision
from domain.errors import found
from domain.hours_rules import Week
from domain.paging import Keyset, PageRequest, decode_cursor, not_given_out, page_json, page_of
from domain.stores import (
    PopularBy,
    PopularStore,
    PopularStores,
    Store,
    StoreFilter,
    StoreRow,
    StoreSort,
)
from domain.time_ranges import TimeRange
from repository.accounts import ACCOUNTS, known_account
from repository.mongo.changes import Change, Need, State, need, need_to_read
from repository.mongo.connection import Database
from repository.purchases import ranked
from repository.store_directory import STORES, StoreMirrors


async def get_json(
    database: Database,
    mirrors: StoreMirrors,
    store_id: int,
    *,
    open_at: datetime | None,
    with_cash: bool,
) -> bytes:
    """The store with that id, as JSON, and whether it is open at a moment, else now.

    Raises NotFound.
    """
    at = database.clock() if open_at is None else open_at
    directory, _ = await mirrors.current(StoreFilter())
    shown = await mirrors.shown(directory, [store_id], at, with_cash=with_cash)
    if shown:
        return shown[0]
    # Another process may have just added it.
    row, account = await asyncio.gather(
        database.get(STORES, store_id), database.get(ACCOUNTS, store_account(store_id))
    )
    store = found(row, "store", id=store_id).shown(0 if account is None else account.cents, at)
    return (store if with_cash else store.without_cash()).model_dump_json().encode()


async def list_page(
    database: Database,
    mirrors: StoreMirrors,
    filters: StoreFilter,
    sort: StoreSort,
    page: PageRequest,
    *,
    with_cash: bool,
) -> bytes:
    """A StorePage of those that match all filters, as JSON.

    Raises InvalidParams for a cursor of another list.
    """
    listing = orjson.dumps(["stores", repr(filters), sort, page.descending]).decode()
    after = decode_cursor(listing, page.cursor)
    directory, prices = await mirrors.current(filters)
    try:
        matching = directory.matching(
            filters,
            prices,
            sort,
            descending=page.descending,
            after=None if after is None else (after.value, after.id),
            limit=page.limit + 1,
        )
    except TypeError:  # a cursor made by hand whose value is of another type
        raise not_given_out() from None
    places, cursor = page_of(listing, matching, page.limit, lambda place: Keyset(*place))
    ids = [store_id for _, store_id in places]
    at = database.clock() if filters.open_at is None else filters.open_at
    items = await mirrors.shown(directory, ids, at, with_cash=with_cash)
    return page_json(items, cursor)


def create(*, name: str, week: Week, time_zone: str, cash_cents: int) -> Change[Store]:
    """Open a store with its first cash."""

    def decide(state: State) -> Decision[Store]:
        store_id = state.new_id(STORES)
        return rules.open_store(store_id, name, week, time_zone, cash_cents, state.now)

    return Change(decide, ())


def update(store_id: int, changes: Mapping[str, Any]) -> Change[Store]:
    """Give fields new values, by the names of StoreRow. Refused with NotFound.

    Its listings and search show a new name at once; past purchases have the old one.
    """
    account_id, name = store_account(store_id), changes.get("name")

    def decide(state: State) -> Decision[Store]:
        return rules.edit_store(*_store_and_account(state, store_id), changes, state.now)

    foreseen = Assign(StoreRow, store_id, changes)
    account = need_to_read(ACCOUNTS, account_id)
    if name is not None:
        account = need(
            ACCOUNTS, account_id, foreseen=Assign(AccountRow, account_id, {"name": name})
        )
    return Change(
        decide,
        (need(STORES, store_id, foreseen=foreseen), account),
        is_certain=True,
    )


def set_special_day(store_id: int, day: date, ranges: list[tuple[int, int]]) -> Change[Store]:
    """Give a day hours of its own, or none. Refused with NotFound and TooManySpecialDays."""

    def decide(state: State) -> Decision[Store]:
        store, account = _store_and_account(state, store_id)
        return rules.set_special_day(store, account, day, ranges, state.now)

    return Change(decide, _store_and_its_account(store_id))


def remove_special_day(store_id: int, day: date) -> Change[Store]:
    """Let the week's hours be those of a day again. Refused with NotFound."""

    def decide(state: State) -> Decision[Store]:
        store, account = _store_and_account(state, store_id)
        return rules.remove_special_day(store, account, day, state.now)

    return Change(decide, _store_and_its_account(store_id))


def _store_and_its_account(store_id: int) -> tuple[Need, Need]:
    return need(STORES, store_id), need_to_read(ACCOUNTS, store_account(store_id))


def _store_and_account(state: State, store_id: int) -> tuple[StoreRow, AccountRow]:
    store = found(state.get(STORES, store_id), "store", id=store_id)
    return store, known_account(state, "store", store_id)


async def popular(
    database: Database, period: TimeRange, *, by: PopularBy, limit: int, time_zone: str
) -> PopularStores:
    """Stores by what was bought there in a period; ties by name, then id."""
    rows = await ranked(database, "store", period, by=by, limit=limit)
    items = [
        PopularStore(id=row.id, name=row.name, count=row.count, value=row.value) for row in rows
    ]
    return PopularStores(items=items, time_zone=time_zone)
