"""Purchases: append-only; a user pays a store for a listing."""

import asyncio
from dataclasses import dataclass
from heapq import nlargest
from operator import attrgetter
from typing import Final

from domain.accounts import Owner, account_id_of, store_account, user_account
from domain.effects import Decision
from domain.errors import found
from domain.paging import PageRequest
from domain.purchases import (
    FilePurchaseRow,
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
from domain.stores import PopularBy
from domain.time_ranges import TimeRange
from domain.words import sort_key
from repository.accounts import ACCOUNTS, known_account
from repository.listings import LISTINGS
from repository.mongo.changes import Change, Need, State, need, need_new, need_to_read
from repository.mongo.collections import Collection, Index
from repository.mongo.connection import Database
from repository.mongo.paging import equal, read_page, within_period
from repository.mongo.rollup import Moment, report
from repository.mongo.timelines import TAIL_INDEX, Sums, SumsByOwner, Timeline, tail_of

BOUGHT: Final = Timeline(
    "bought",
    PurchaseRow,
    at="purchased_at",
    amounts={"value": attrgetter("amount_cents")},
    owners=("user_id", "store_id"),
)

PAID_BACK: Final = Timeline(
    "paid_back",
    PurchaseRefundRow,
    at="refunded_at",
    amounts={"value": attrgetter("amount_cents")},
)

PURCHASES: Final = Collection(
    "purchases",
    PurchaseRow,
    together=tail_of(BOUGHT),
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
            options={"sparse": True},
            formerly=("6e74b26790bfea95",),
        ),
        TAIL_INDEX,
    ),
)
FILE_PURCHASES: Final = Collection("file_purchases", FilePurchaseRow)
PURCHASE_REFUNDS: Final = Collection(
    "purchase_refunds",
    PurchaseRefundRow,
    together=tail_of(PAID_BACK),
    cached=True,
    indexes=(
        Index("refunded_at", [("refunded_at", 1)], query={"refunded_at": {"$gte": None}}),
        TAIL_INDEX,
    ),
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
        user = known_account(state, "user", user_id)
        store = known_account(state, "store", listing.store_id)
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
        user = known_account(state, "user", purchase.user_id)
        store = known_account(state, "store", purchase.store_id)
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


async def totals(database: Database, period: TimeRange, time_zone: str) -> PurchaseTotals:
    """What was bought and what was paid back in a period; zeros when nothing was."""

    async def read(moment: Moment) -> tuple[Sums, Sums]:
        return await moment.sums(BOUGHT, period), await moment.sums(PAID_BACK, period)

    bought, paid_back = await report(database, BOUGHT, read)
    return PurchaseTotals(
        from_=period.start,
        to=period.end,
        time_zone=time_zone,
        count=bought["count"],
        value=bought["value"],
        refunded=paid_back["value"],
        net=bought["value"] - paid_back["value"],
    )


async def of_owners(database: Database, owner: Owner, period: TimeRange) -> SumsByOwner:
    """Number and value of a period's purchases, by user or by store; none without purchases."""
    field = f"{owner}_id"
    return await report(database, BOUGHT, lambda moment: moment.sums_by(BOUGHT, field, period))


@dataclass(frozen=True, slots=True)
class Ranked:
    """A user or a store with what was bought in a period; `value` is in cents."""

    id: int
    name: str
    count: int
    value: int


async def ranked(
    database: Database, owner: Owner, period: TimeRange, *, by: PopularBy, limit: int
) -> list[Ranked]:
    """The first users or stores by a sum, the greatest first; ties by name, then id."""
    bought = await of_owners(database, owner, period)
    # Names decide among the ties of the last row, so all of these are read.
    least = min(nlargest(limit, bought[by].values()), default=0)
    greatest = [owner_id for owner_id, amount in bought[by].items() if amount >= least]
    account_ids = {owner_id: account_id_of(owner, owner_id) for owner_id in greatest}
    accounts = await database.get_all(ACCOUNTS, account_ids.values())
    rows = [
        Ranked(each, accounts[account].name, bought["count"][each], bought["value"][each])
        for each, account in account_ids.items()
    ]
    rows.sort(key=lambda row: (-bought[by][row.id], sort_key(row.name), row.name, row.id))
    return rows[:limit]
