"""Listings: each bears its store's name, which follows when the store is renamed."""

from typing import Final, Literal

from domain.errors import found
from domain.listings import Listing, ListingPage
from domain.words import sort_key
from repository import search
from repository.marketplace import LISTINGS, STORES
from repository.mongo_connection import Database, Document, Documents
from repository.pages import Clause, filtered_page
from repository.stores import hold_store, replaced_price
from repository.transactions import Transaction

SORT_FIELDS: Final = {"id": "_id", "price": "price_cents", "name": "name_key"}


def listing_document(
    listing_id: int, store: Document, *, source_name: str, name: str, price_cents: int
) -> Document:
    """A new listing as it is kept. `source_name` is what a file's row is known by."""
    return {
        "_id": listing_id,
        "store_id": store["_id"],
        "store_name": store["name"],
        "source_name": source_name,
        "name": name,
        "name_key": sort_key(name),
        "price_cents": price_cents,
    }


def as_listing(document: Document) -> Listing:
    """A kept listing as the outside sees it."""
    return Listing(
        id=document["_id"],
        store_id=document["store_id"],
        store_name=document["store_name"],
        name=document["name"],
        price=document["price_cents"],
    )


async def get(database: Database, listing_id: int) -> Listing:
    """The listing with that id. Raises NotFound."""
    document = found(await database.get(LISTINGS, listing_id), "listing", id=listing_id)
    return as_listing(document)


async def list_page(
    documents: Documents,
    *,
    clauses: list[Clause],
    sort: Literal["id", "price", "name"],
    order: Literal["asc", "desc"],
    limit: int,
    cursor: str | None,
) -> ListingPage:
    """Listings for which all clauses hold. Raises InvalidParams for a cursor of another list."""
    field = SORT_FIELDS[sort]
    rows, next_cursor = await filtered_page(
        documents, LISTINGS, clauses, field=field, order=order, limit=limit, cursor=cursor
    )
    return ListingPage(items=[as_listing(row) for row in rows], next_cursor=next_cursor)


def list_clauses(
    *, store_id: int | None, min_price_cents: int | None, max_price_cents: int | None
) -> list[Clause]:
    """The filters of a list; bounds are included."""
    clauses: list[Clause] = [] if store_id is None else [{"store_id": store_id}]
    bounds = {"$gte": min_price_cents, "$lte": max_price_cents}
    given = {name: cents for name, cents in bounds.items() if cents is not None}
    return [*clauses, {"price_cents": given}] if given else clauses


async def update(
    transaction: Transaction, listing_id: int, *, name: str | None, price_cents: int | None
) -> Listing:
    """Change name or price. Past purchases keep theirs. Raises NotFound."""
    listing = found(await transaction.hold(LISTINGS, listing_id), "listing", id=listing_id)
    changes: Document = {} if name is None else {"name": name, "name_key": sort_key(name)}
    if price_cents is not None:
        store = await hold_store(transaction, listing["store_id"])
        prices = replaced_price(store["prices"], listing["price_cents"], price_cents)
        transaction.change(STORES, store, assign=prices)
        changes["price_cents"] = price_cents
    transaction.change(LISTINGS, listing, assign=changes)
    if name is not None:
        await search.rename(transaction, "listings", listing_id, name)
    return as_listing(listing)
