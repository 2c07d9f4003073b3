"""Listings: what stores offer. A listing does not repeat its store's name, so a rename is cheap."""

from collections.abc import Iterable, Mapping
from typing import Any, Final, Protocol

import orjson

from domain.accounts import store_account
from domain.effects import Assign, Decision
from domain.errors import found
from domain.listings import (
    Listing,
    ListingFilter,
    ListingRow,
    ListingSort,
    edit_listing,
)
from domain.paging import PageRequest, json_around, page_json
from domain.words import sort_key, words_of
from repository.accounts import ACCOUNTS, known_account
from repository.mongo.changes import Change, Need, State, need, need_to_read
from repository.mongo.collections import Collection, Document, Held, Index
from repository.mongo.connection import Database
from repository.mongo.held import kept
from repository.mongo.paging import Clause, equal, read_documents, within
from repository.name_search import having_all, required_words

SORT_FIELDS: Final[Mapping[ListingSort, str]] = {
    "id": "_id",
    "price": "price_cents",
    "name": "name_key",
}


def _found_by(fields: Mapping[str, Any]) -> Document:
    if "name" not in fields:
        return {}
    name = fields["name"]
    return {"name_key": sort_key(name), "name_words": words_of(name)}


STORE_NAME: Final = b',"store_name":'


LISTINGS: Final = Collection(
    "listings",
    ListingRow,
    derive=_found_by,
    stay=False,
    cached=True,
    mirrored=True,
    held=Held(sorted_by=("price_cents", "name_key"), found_by=("store_id", "name_words")),
    indexes=(
        Index(
            "store",
            [("store_id", 1), ("price_cents", 1)],
            query={"store_id": 1, "price_cents": {"$gte": 1000}},
        ),
        Index(
            "price",
            [("price_cents", 1), ("_id", 1)],
            query={"price_cents": {"$gte": 1000, "$lte": 1100}},
            sort=[("price_cents", 1), ("_id", 1)],
        ),
        Index(
            "name",
            [("name_key", 1), ("_id", 1)],
            query={"name_key": {"$gte": "m"}},
            sort=[("name_key", 1), ("_id", 1)],
        ),
        Index(
            "name_words",
            [("name_words", 1), ("_id", 1)],
            query={"name_words": "ruby", "_id": {"$gt": 7}},
            sort=[("_id", 1)],
        ),
    ),
)


class StoreNames(Protocol):
    """Knows the names of stores."""

    async def refresh(self) -> None:
        """Read all changes so far. Raises StorageUnavailable."""

    def name_of(self, store_id: int) -> str | None:
        """A store's name; None if another process has just added the store."""


async def get(database: Database, names: StoreNames, listing_id: int) -> Listing:
    """The listing with that id. Raises NotFound."""
    row = found(await database.get(LISTINGS, listing_id), "listing", id=listing_id)
    of_stores = await _names(database, names, [row.store_id])
    return row.shown(of_stores[row.store_id])


async def list_page(
    database: Database,
    names: StoreNames,
    filters: ListingFilter,
    sort: ListingSort,
    page: PageRequest,
) -> bytes:
    """A ListingPage of those that match all filters, as JSON.

    Raises InvalidParams for a cursor of another list.
    """
    documents, cursor = await read_documents(
        database.lists, LISTINGS, _clauses(filters), page, field=SORT_FIELDS[sort]
    )
    of_stores = await _names(database, names, {each["store_id"] for each in documents})
    in_json = {store_id: orjson.dumps(name) for store_id, name in of_stores.items()}
    items = []
    for document in documents:
        before, after = kept(document, _around_store_name)
        items.append(before + STORE_NAME + in_json[document["store_id"]] + after)
    return page_json(items, cursor)


def _around_store_name(document: Document) -> tuple[bytes, bytes]:
    return json_around(LISTINGS.row_of(document).shown(""), "store_name")


async def _names(database: Database, names: StoreNames, store_ids: Iterable[int]) -> dict[int, str]:
    """The names of stores, by id."""
    await names.refresh()
    ids = set(store_ids)
    known = {each: name for each in ids if (name := names.name_of(each)) is not None}
    if new := ids - known.keys():
        accounts = await database.get_all(ACCOUNTS, map(store_account, new))
        known |= {account.owner_id: account.name for account in accounts.values()}
    return known


def _clauses(filters: ListingFilter) -> list[Clause]:
    prices = within("price_cents", gte=filters.min_price_cents, lte=filters.max_price_cents)
    named = (
        []
        if filters.name is None
        else having_all("name_words", required_words("name", filters.name))
    )
    return named + equal(store_id=filters.store_id) + prices


def update(names: StoreNames, listing_id: int, changes: Mapping[str, Any]) -> Change[Listing]:
    """Give fields new values, by the names of ListingRow. Refused with NotFound."""

    def store_if_new(state: State) -> list[Need]:
        listing = state.get(LISTINGS, listing_id)
        if listing is None or names.name_of(listing.store_id) is not None:
            return []
        return [need_to_read(ACCOUNTS, store_account(listing.store_id))]

    def decide(state: State) -> Decision[Listing]:
        listing = found(state.get(LISTINGS, listing_id), "listing", id=listing_id)
        store_name = names.name_of(listing.store_id)
        if store_name is None:
            store_name = known_account(state, "store", listing.store_id).name
        return edit_listing(listing, changes, store_name)

    foreseen = Assign(ListingRow, listing_id, changes)
    needs = (need(LISTINGS, listing_id, foreseen=foreseen),)
    return Change(decide, needs, further=(store_if_new,), is_certain=True, beforehand=names.refresh)
