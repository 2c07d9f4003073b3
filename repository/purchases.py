"""Purchases: append-only; a user pays a store for a listing."""

import asyncio
from collections.abc import Callable
from typing import Any, Final

from domain.accounts import store_account, user_account
from domain.effects import Decision
from domain.errors import found
from domain.paging import PageRequest
from domain.purchases import (
    NewPurchase,
    Purchase,
    PurchaseFilter,
    PurchasePage,
    PurchaseRefund,
    PurchaseRefundRow,
    PurchaseRow,
    PurchaseTotals,
    buy,
    pay_back,
)
from domain.time_ranges import TimeRange
from domain.words import sort_key
from repository.accounts import ACCOUNTS
from repository.listings import LISTINGS
from repository.mongo.changes import Change, Need, State, need, need_new, need_to_read
from repository.mongo.collections import Collection, Document, Index
from repository.mongo.connection import Database
from repository.mongo.paging import equal, read_page, within_period

Pipeline = list[dict[str, Any]]

PURCHASES: Final = Collection(
    "purchases",
    PurchaseRow,
    absent_if_none=frozenset({"history_key"}),
    cached=True,
    indexes=(
        Index("purchased_at", [("purchased_at", 1)], query={"purchased_at": {"$gte": None}}),
        Index("user", [("user_id", 1), ("_id", 1)], query={"user_id": 1}),
        Index("store", [("store_id", 1), ("_id", 1)], query={"store_id": 1}),
        Index(
            "history_key",
            [("history_key", 1)],
            query={"history_key": {"$in": ["0f"]}},
            options={"unique": True, "sparse": True},
        ),
    ),
)
PURCHASE_REFUNDS: Final = Collection(
    "purchase_refunds",
    PurchaseRefundRow,
    cached=True,
    indexes=(Index("refunded_at", [("refunded_at", 1)], query={"refunded_at": {"$gte": None}}),),
)


def create(user_id: int, listing_id: int, expected_cents: int | None) -> Change[NewPurchase]:
    """Buy a listing at its present price.

    Refused with NotFound, PriceChanged if it rose above the expected price, or InsufficientFunds.
    """
    payer = user_account(user_id)

    def both_accounts(state: State) -> list[Need]:
        listing = state.get(LISTINGS, listing_id)
        payee = [] if listing is None else [store_account(listing.store_id)]
        return [need(ACCOUNTS, payer, *payee)]

    def decide(state: State) -> Decision[NewPurchase]:
        listing = found(state.get(LISTINGS, listing_id), "listing", id=listing_id)
        user = found(state.get(ACCOUNTS, payer), "user", id=user_id)
        store = found(
            state.get(ACCOUNTS, store_account(listing.store_id)), "store", id=listing.store_id
        )
        return buy(listing, user, store, expected_cents, state.new_id(PURCHASES), state.now)

    return Change(decide, (need_to_read(LISTINGS, listing_id),), further=(both_accounts,))


def refund(purchase_id: int) -> Change[PurchaseRefund]:
    """Pay the price of a purchase back.

    Refused with NotFound, AlreadyRefunded or InsufficientFunds.
    """

    def both_accounts(state: State) -> list[Need]:
        purchase = state.get(PURCHASES, purchase_id)
        if purchase is None:
            return []
        return [need(ACCOUNTS, user_account(purchase.user_id), store_account(purchase.store_id))]

    def decide(state: State) -> Decision[PurchaseRefund]:
        purchase = found(state.get(PURCHASES, purchase_id), "purchase", id=purchase_id)
        user = found(
            state.get(ACCOUNTS, user_account(purchase.user_id)), "user", id=purchase.user_id
        )
        store = found(
            state.get(ACCOUNTS, store_account(purchase.store_id)), "store", id=purchase.store_id
        )
        earlier = state.get(PURCHASE_REFUNDS, purchase_id)
        return pay_back(purchase, earlier, user, store, state.now)

    needs = (need_to_read(PURCHASES, purchase_id), need_new(PURCHASE_REFUNDS, purchase_id))
    return Change(decide, needs, further=(both_accounts,))


async def get(database: Database, purchase_id: int) -> Purchase:
    """The purchase with that id. Raises NotFound."""
    row, earlier = await asyncio.gather(
        database.get(PURCHASES, purchase_id), database.get(PURCHASE_REFUNDS, purchase_id)
    )
    return found(row, "purchase", id=purchase_id).shown(earlier)


async def list_page(
    database: Database, filters: PurchaseFilter, page: PageRequest, time_zone: str
) -> PurchasePage:
    """Purchases by id. Raises InvalidParams for a cursor of another list."""
    clauses = equal(user_id=filters.user_id, store_id=filters.store_id)
    clauses += within_period("purchased_at", filters.period)
    rows, cursor = await read_page(database, PURCHASES, clauses, page)
    refunds = await database.get_all(PURCHASE_REFUNDS, (row.id for row in rows))
    items = [row.shown(refunds.get(row.id)) for row in rows]
    return PurchasePage(items=items, next_cursor=cursor, time_zone=time_zone)


def of_period(period: TimeRange) -> Pipeline:
    """The stage that selects the purchases of a period; no stage for a period open at both ends."""
    return [{"$match": clause} for clause in within_period("purchased_at", period)]


def totals_pipeline(period: TimeRange) -> Pipeline:
    """One row with the number and value of the purchases of a period; no row without purchases."""
    sums = {"count": {"$sum": 1}, "value": {"$sum": "$amount_cents"}}
    return [*of_period(period), {"$group": {"_id": None, **sums}}]


def popularity_pipeline(period: TimeRange) -> Pipeline:
    """One row per store where something was bought in a period: number and value of purchases."""
    sums = {"count": {"$sum": 1}, "value": {"$sum": "$amount_cents"}}
    return [*of_period(period), {"$group": {"_id": "$store_id", **sums}}]


async def totals(database: Database, period: TimeRange, time_zone: str) -> PurchaseTotals:
    """Number and value of the purchases of a period; zeros when there are none."""
    rows = await database.aggregate(PURCHASES, totals_pipeline(period))
    row = rows[0] if rows else {"count": 0, "value": 0}
    return PurchaseTotals(
        from_=period.start,
        to=period.end,
        time_zone=time_zone,
        count=row["count"],
        value=row["value"],
    )


async def ranked(
    database: Database,
    pipeline: Pipeline,
    *,
    by: str,
    account_of: Callable[[int], str],
    limit: int,
) -> list[Document]:
    """The first rows by a sum, the greatest first, with their names; ties by name, then id."""
    rows = await database.aggregate(PURCHASES, [*pipeline, {"$sort": {by: -1}}])
    if len(rows) > limit:
        # Names decide among the ties of the last row, so all of these are read.
        rows = [row for row in rows if row[by] >= rows[limit - 1][by]]
    accounts = await database.get_all(ACCOUNTS, (account_of(row["_id"]) for row in rows))
    rows = [{**row, "name": accounts[account_of(row["_id"])].name} for row in rows]
    rows.sort(key=lambda row: (-row[by], sort_key(row["name"]), row["name"], row["_id"]))
    return rows[:limit]
