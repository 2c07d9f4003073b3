"""Purchases: append-only. Those that came with a file bear its natural key as `history_key`."""

from datetime import datetime

from domain.errors import found
from domain.purchases import (
    InsufficientFunds,
    NewPurchase,
    PriceChanged,
    Purchase,
    PurchasePage,
    PurchaseTotals,
)
from domain.time_ranges import TimeRange
from domain.words import sort_key
from repository.instants import now
from repository.marketplace import LISTINGS, PURCHASES, WALLETS
from repository.mongo_connection import Document, Documents
from repository.pages import Clause, Pipeline, filtered_page
from repository.transactions import Transaction
from repository.wallets import hold_wallet, pay, store_wallet, user_wallet


async def create(
    transaction: Transaction, *, user_id: int, listing_id: int, expected_price_cents: int | None
) -> NewPurchase:
    """Buy a listing at its present price.

    Raises NotFound, PriceChanged if it rose above the expected price, or InsufficientFunds.
    """
    # Held, so that the purchases of one group read each document once.
    listing = found(await transaction.hold(LISTINGS, listing_id), "listing", id=listing_id)
    payer = found(await transaction.hold(WALLETS, user_wallet(user_id)), "user", id=user_id)
    price = listing["price_cents"]
    if expected_price_cents is not None and price > expected_price_cents:
        raise PriceChanged.of(
            listing_id=listing_id, expected_price=expected_price_cents, price=price
        )
    if payer["cents"] < price:
        raise InsufficientFunds.of(user_id=user_id, price=price, balance=payer["cents"])
    payee = await hold_wallet(transaction, store_wallet(listing["store_id"]))
    pay(transaction, payer, payee, price)
    purchase = purchase_document(
        await transaction.database.ids.next(PURCHASES),
        user_id=user_id,
        store_id=listing["store_id"],
        listing_id=listing_id,
        book_name=listing["name"],
        store_name=listing["store_name"],
        amount_cents=price,
        purchased_at=now(),
    )
    transaction.append(PURCHASES, purchase)
    return NewPurchase(
        **_fields(purchase),
        user_cash=payer["cents"],
        store_cash=payee["cents"],
    )


def purchase_document(
    purchase_id: int,
    *,
    user_id: int,
    store_id: int,
    listing_id: int | None,
    book_name: str,
    store_name: str,
    amount_cents: int,
    purchased_at: datetime,
) -> Document:
    """A purchase as it is kept: names and price as they were, whatever becomes of them."""
    return {
        "_id": purchase_id,
        "user_id": user_id,
        "store_id": store_id,
        "listing_id": listing_id,
        "book_name": book_name,
        "store_name": store_name,
        "amount_cents": amount_cents,
        "purchased_at": purchased_at,
    }


def _fields(document: Document) -> Document:
    """The fields of a kept purchase as the outside names them."""
    return {
        "id": document["_id"],
        "user_id": document["user_id"],
        "store_id": document["store_id"],
        "listing_id": document["listing_id"],
        "book_name": document["book_name"],
        "store_name": document["store_name"],
        "amount": document["amount_cents"],
        "purchased_at": document["purchased_at"],
    }


def list_clauses(*, user_id: int | None, store_id: int | None, period: TimeRange) -> list[Clause]:
    """The filters of a list, the narrowest first."""
    given = {"user_id": user_id, "store_id": store_id}
    clauses: list[Clause] = [{name: each} for name, each in given.items() if each is not None]
    return clauses + [stage["$match"] for stage in within(period)]


async def list_page(
    documents: Documents, *, clauses: list[Clause], limit: int, cursor: str | None
) -> PurchasePage:
    """Purchases by id. Raises InvalidParams for a cursor of another list."""
    rows, next_cursor = await filtered_page(
        documents, PURCHASES, clauses, limit=limit, cursor=cursor
    )
    return PurchasePage(items=[Purchase(**_fields(row)) for row in rows], next_cursor=next_cursor)


def within(period: TimeRange) -> Pipeline:
    """The stage that leaves the purchases of a period; none if it is open at both ends."""
    bounds = {"$gte": period.start, "$lt": period.end}
    given = {name: instant for name, instant in bounds.items() if instant is not None}
    return [{"$match": {"purchased_at": given}}] if given else []


def totals_pipeline(period: TimeRange) -> Pipeline:
    """One row: number and value of the purchases of a period; no row when there are none."""
    sums = {"count": {"$sum": 1}, "value": {"$sum": "$amount_cents"}}
    return [*within(period), {"$group": {"_id": None, **sums}}]


async def totals(documents: Documents, period: TimeRange, time_zone: str) -> PurchaseTotals:
    """Number and value of the purchases of a period; zeros when there are none."""
    rows = await documents.aggregate(PURCHASES, totals_pipeline(period))
    row = rows[0] if rows else {"count": 0, "value": 0}
    return PurchaseTotals(
        from_=period.start,
        to=period.end,
        time_zone=time_zone,
        count=row["count"],
        value=row["value"],
    )


async def ranked(
    documents: Documents, pipeline: Pipeline, *, by: str, names: str, limit: int
) -> list[Document]:
    """The first rows by a sum, the greatest first, with their names; ties by name, then id."""
    rows = await documents.aggregate(PURCHASES, [*pipeline, {"$sort": {by: -1}}])
    if len(rows) > limit:
        # Names decide among those that tie with the last one that is in.
        rows = [row for row in rows if row[by] >= rows[limit - 1][by]]
    ids = [row["_id"] for row in rows]
    named = await documents.find(names, {"_id": {"$in": ids}})
    name_of = {document["_id"]: document["name"] for document in named}
    rows = [{**row, "name": name_of[row["_id"]]} for row in rows]
    rows.sort(key=lambda row: (-row[by], sort_key(row["name"]), row["name"], row["_id"]))
    return rows[:limit]
