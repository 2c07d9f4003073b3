"""Purchases: a user pays a store for a listing. A purchase never changes."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Final

from pydantic import BaseModel, Field

from domain.accounts import AccountRow
from domain.effects import Add, Decision, increase
from domain.errors import AlreadyRefunded, InsufficientFunds, PriceChanged
from domain.examples import with_example
from domain.listings import ListingRow
from domain.money import Amount, Money, amount_schema, number_from_cents
from domain.paging import Page
from domain.time_ranges import EVER, OfPeriod, TimeRange
from domain.values import Id

PurchaseId = Annotated[Id, Field(description="The purchase's id.", examples=[1])]
ExpectedPrice = Annotated[
    Amount, amount_schema("The price that the buyer expects; a higher one is refused.", 10.64)
]


EXAMPLE: Final = {
    "id": 174,
    "user_id": 0,
    "store_id": 1,
    "listing_id": 2,
    "book_name": "Ruby!",
    "store_name": "Look Inna Book",
    "amount": 10.64,
    "purchased_at": "2026-11-23T09:30:00Z",
    "refunded_at": None,
}


class Purchase(BaseModel):
    """What a user bought, under the names and at the price of that time."""

    model_config = with_example(**EXAMPLE)

    id: int
    user_id: int
    store_id: int
    listing_id: int | None = Field(description="Null for history whose listing was never loaded.")
    book_name: str
    store_name: str
    amount: Money
    purchased_at: datetime
    refunded_at: datetime | None = Field(description="Null unless the price was paid back.")


class NewPurchase(Purchase):
    """A purchase as its maker sees it."""

    model_config = with_example(**EXAMPLE, user_cash=690.06, store_cash=4494.48)

    user_cash: Money = Field(description="The user's cash right after the purchase.")
    store_cash: Money = Field(description="The store's cash right after the purchase.")


class PurchaseRefund(Purchase):
    """A purchase whose price was paid back, as its maker sees it."""

    model_config = with_example(
        **EXAMPLE | {"refunded_at": "2026-11-24T09:30:00Z"}, user_cash=700.7, store_cash=4483.84
    )

    user_cash: Money = Field(description="The user's cash right after the refund.")
    store_cash: Money = Field(description="The store's cash right after the refund.")


class PurchasePage(Page[Purchase]):
    """One page of purchases, by id."""

    model_config = with_example(items=[EXAMPLE], next_cursor=None, time_zone="UTC")

    time_zone: str


PERIOD_EXAMPLE: Final = {
    "from": "2020-02-01T00:00:00Z",
    "to": "2020-03-01T00:00:00Z",
    "time_zone": "UTC",
}


class PurchaseTotals(OfPeriod):
    """Number and value of the purchases of a period; refunds by the day on which they were paid."""

    model_config = with_example(**PERIOD_EXAMPLE, count=11, value=133.62, refunded=0.0, net=133.62)

    count: int
    value: Money
    refunded: Money = Field(description="What was paid back in the period, whenever it was bought.")
    net: Money


@dataclass(frozen=True, slots=True)
class FilePurchaseRow:
    """The purchase that a row of a file became; `id` is its natural key, so it is loaded once."""

    id: str
    purchase_id: int


@dataclass(frozen=True, slots=True)
class PurchaseRow:
    """What is stored of a purchase: names and amount of that time. Never changed.

    One that was loaded from a file has its natural key as `history_key`.
    """

    id: int
    user_id: int
    store_id: int
    listing_id: int | None
    book_name: str
    store_name: str
    amount_cents: int
    purchased_at: datetime
    history_key: str | None = None

    def fields(self) -> dict[str, Any]:
        """The purchase's fields as callers name them."""
        return {
            "id": self.id,
            "user_id": self.user_id,
            "store_id": self.store_id,
            "listing_id": self.listing_id,
            "book_name": self.book_name,
            "store_name": self.store_name,
            "amount": self.amount_cents,
            "purchased_at": self.purchased_at,
        }

    def shown(self, refund: "PurchaseRefundRow | None") -> Purchase:
        """The purchase as callers see it, with its refund if there is one."""
        return Purchase(**self.fields(), refunded_at=None if refund is None else refund.refunded_at)


@dataclass(frozen=True, slots=True)
class PurchaseRefundRow:
    """What is stored of a refund, under the id of its purchase. Never changed."""

    id: int
    user_id: int
    store_id: int
    amount_cents: int
    refunded_at: datetime


@dataclass(frozen=True, slots=True)
class PurchaseFilter:
    """Filters of a list of purchases."""

    user_id: int | None = None
    store_id: int | None = None
    period: TimeRange = EVER


def buy(
    listing: ListingRow,
    user: AccountRow,
    store: AccountRow,
    expected_cents: int | None,
    purchase_id: int,
    now: datetime,
) -> Decision[NewPurchase]:
    """Let a user pay a store a listing's present price.

    Raises PriceChanged if it rose above the expected one, or InsufficientFunds.
    """
    price = listing.price_cents
    if expected_cents is not None and price > expected_cents:
        raise PriceChanged(
            listing_id=listing.id,
            expected_price=number_from_cents(expected_cents),
            price=number_from_cents(price),
        )
    if user.cents < price:
        raise InsufficientFunds(
            user_id=user.owner_id,
            price=number_from_cents(price),
            balance=number_from_cents(user.cents),
        )
    purchase = PurchaseRow(
        id=purchase_id,
        user_id=user.owner_id,
        store_id=store.owner_id,
        listing_id=listing.id,
        book_name=listing.name,
        store_name=store.name,
        amount_cents=price,
        purchased_at=now,
    )
    result = NewPurchase(
        **purchase.fields(),
        refunded_at=None,
        user_cash=user.cents - price,
        store_cash=store.cents + price,
    )
    return Decision(
        result, (increase(user, cents=-price), increase(store, cents=price), Add(purchase))
    )


def pay_back(
    purchase: PurchaseRow,
    refund: PurchaseRefundRow | None,
    user: AccountRow,
    store: AccountRow,
    now: datetime,
) -> Decision[PurchaseRefund]:
    """Let a store pay the price of a purchase back, once; `refund` is the earlier one.

    Raises AlreadyRefunded or InsufficientFunds.
    """
    price = purchase.amount_cents
    if refund is not None:
        raise AlreadyRefunded(purchase_id=purchase.id, refunded_at=refund.refunded_at)
    if store.cents < price:
        raise InsufficientFunds(
            store_id=store.owner_id,
            price=number_from_cents(price),
            balance=number_from_cents(store.cents),
        )
    row = PurchaseRefundRow(purchase.id, user.owner_id, store.owner_id, price, now)
    result = PurchaseRefund(
        **purchase.fields(),
        refunded_at=now,
        user_cash=user.cents + price,
        store_cash=store.cents - price,
    )
    return Decision(result, (increase(store, cents=-price), increase(user, cents=price), Add(row)))
