"""Purchases: a user pays a store for a listing; what was paid stays as it was."""

from datetime import datetime
from typing import Annotated, ClassVar, Final

from pydantic import BaseModel, ConfigDict, Field

from domain.errors import Details, OctavoError
from domain.examples import with_example
from domain.money import Amount, Money, amount_schema, number_from_cents
from domain.paging import Page

ExpectedPrice = Annotated[
    Amount, amount_schema("What the buyer takes the price to be; a higher one is refused.", 10.64)
]


class InsufficientFunds(OctavoError):
    """The user has less cash than the listing costs; nothing was bought."""

    type = "insufficient_funds"
    example: ClassVar[Details] = {"user_id": 0, "price": 10.64, "balance": 5.5}

    @classmethod
    def of(cls, *, user_id: int, price: int, balance: int) -> "InsufficientFunds":
        """The refusal of a price where the balance is below it, both in cents."""
        wanted, there = number_from_cents(price), number_from_cents(balance)
        return cls(
            f"User {user_id} has {there:.2f}, the price is {wanted:.2f}.",
            user_id=user_id,
            price=wanted,
            balance=there,
        )


class PriceChanged(OctavoError):
    """The price rose above the one that the buyer expected; nothing was bought."""

    type = "price_changed"
    example: ClassVar[Details] = {"listing_id": 2, "expected_price": 10.64, "price": 10.99}

    @classmethod
    def of(cls, *, listing_id: int, expected_price: int, price: int) -> "PriceChanged":
        """The refusal of a price above the expected one, both in cents."""
        expected, wanted = number_from_cents(expected_price), number_from_cents(price)
        return cls(
            f"Listing {listing_id} costs {wanted:.2f} now, {expected:.2f} was expected.",
            listing_id=listing_id,
            expected_price=expected,
            price=wanted,
        )


EXAMPLE: Final = {
    "id": 174,
    "user_id": 0,
    "store_id": 1,
    "listing_id": 2,
    "book_name": "Ruby!",
    "store_name": "Look Inna Book",
    "amount": 10.64,
    "purchased_at": "2026-11-23T09:30:00Z",
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


class NewPurchase(Purchase):
    """A purchase as answered to the one who made it."""

    model_config = with_example(**EXAMPLE, user_cash=690.06, store_cash=4494.48)

    user_cash: Money = Field(description="The user's cash right after it.")
    store_cash: Money = Field(description="The store's cash right after it.")


class PurchasePage(Page[Purchase]):
    """One page of purchases, by id."""

    model_config = with_example(items=[EXAMPLE], next_cursor=None)


class _Period(BaseModel):
    model_config = ConfigDict(validate_by_name=True, validate_by_alias=False)

    from_: datetime | None = Field(alias="from", description="Start (included), null if open.")
    to: datetime | None = Field(description="End (excluded), null if open.")
    time_zone: str


PERIOD_EXAMPLE: Final = {
    "from": "2020-02-01T00:00:00Z",
    "to": "2020-03-01T00:00:00Z",
    "time_zone": "UTC",
}


class PurchaseTotals(_Period):
    """Number and value of the purchases of a period."""

    model_config = with_example(**PERIOD_EXAMPLE, count=11, value=133.62)

    count: int
    value: Money
