"""Stores: their hours and names. Cash is in their accounts, listings are rows of their own."""

import asyncio

import orjson

from domain.accounts import AccountRow, store_account
from domain.effects import Assign, Decision
from domain.errors import InvalidParams, found
from domain.opening_hours import Week
from domain.paging import Keyset, PageRequest, decode_cursor, page_json, page_of
from domain.stores import (
    PopularBy,
    PopularStore,
    PopularStores,
    Store,
    StoreFilter,
    StoreRow,
    StoreSort,
    edit_store,
    store_changes,
)
from domain.time_ranges import TimeRange
from repository import search_terms
from repository.accounts import ACCOUNTS
from repository.mongo.changes import Change, State, need, need_to_read
from repository.mongo.connection import Database
from repository.purchases import popularity_pipeline, ranked
from repository.store_directory import STORES, StoreMirrors


async def get_json(
    database: Database, mirrors: StoreMirrors, store_id: int, *, with_cash: bool
) -> bytes:
    """The store with that id, as JSON. Raises NotFound."""
    directory, _ = await mirrors.current(StoreFilter())
    shown = await mirrors.shown(directory, [store_id], with_cash=with_cash)
    if shown:
        return shown[0]
    # Another process may have just added it.
    row, account = await asyncio.gather(
        database.get(STORES, store_id), database.get(ACCOUNTS, store_account(store_id))
    )
    store = found(row, "store", id=store_id).shown(0 if account is None else account.cents)
    return (store if with_cash else store.without_cash()).model_dump_json().encode()


async def list_page(
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
        raise InvalidParams.parameter("cursor", "is not a cursor that was given out") from None
    places, cursor = page_of(listing, matching, page.limit, lambda place: Keyset(*place))
    ids = [store_id for _, store_id in places]
    items = await mirrors.shown(directory, ids, with_cash=with_cash)
    return page_json(items, cursor)


def update(
    database: Database, store_id: int, *, name: str | None, hours: Week | None
) -> Change[Store]:
    """Give a store a new name or new hours. Refused with NotFound.

    Its listings and search show the new name at once; past purchases have the old one.
    """
    account_id = store_account(store_id)
    spans = None if hours is None else hours.spans

    def decide(state: State) -> Decision[Store]:
        store = found(state.get(STORES, store_id), "store", id=store_id)
        account = found(state.get(ACCOUNTS, account_id), "store", id=store_id)
        return edit_store(store, account, name, spans)

    foreseen = Assign(StoreRow, store_id, store_changes(name, spans))
    account = need_to_read(ACCOUNTS, account_id)
    if name is not None:
        account = need(
            ACCOUNTS, account_id, foreseen=Assign(AccountRow, account_id, {"name": name})
        )
    return Change(
        decide,
        (need(STORES, store_id, foreseen=foreseen), account),
        is_certain=True,
        beforehand=None if name is None else search_terms.learning(database, name),
    )


async def popular(
    database: Database, period: TimeRange, *, by: PopularBy, limit: int, time_zone: str
) -> PopularStores:
    """Stores by what was bought there in a period; ties by name, then id."""
    rows = await ranked(
        database, popularity_pipeline(period), by=by, account_of=store_account, limit=limit
    )
    items = [
        PopularStore(id=row["_id"], name=row["name"], count=row["count"], value=row["value"])
        for row in rows
    ]
    return PopularStores(items=items, time_zone=time_zone)
