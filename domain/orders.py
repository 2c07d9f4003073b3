"""Orders: several books bought at once, all of them or none, and paid for by a gateway."""

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, ClassVar, Final

from pydantic import BaseModel, ConfigDict, Field, model_validator

from domain.books import BookId
from domain.emails import Email
from domain.errors import Details, NotFound, OctavoError
from domain.examples import with_example
from domain.isbn import Isbn
from domain.money import Money
from domain.paging import Page
from domain.payments import (
    Failure,
    PaymentDeclined,
    PaymentFailed,
    PaymentTimedOut,
)
from domain.values import Id, Quantity, Text

ITEMS_MAX = 100
TOKEN_CHARACTERS_MAX = 255

OrderId = Annotated[Id, Field(description="The order's id.", examples=[1])]


class OrderStatus(StrEnum):
    """Where an order stands.

    `pending` holds its copies while the payment is taken, for seconds. `declined` and `failed` were
    never paid and hold nothing; `cancelled` was paid, and its money goes back.
    """

    PENDING = "pending"
    PAID = "paid"
    DECLINED = "declined"
    FAILED = "failed"
    CANCELLED = "cancelled"


# A parameter's own fields are as strict as the parameters themselves.
_PARAMETER: Final = ConfigDict(strict=True, extra="forbid", allow_inf_nan=False)


class OrderItem(BaseModel):
    """What is wanted: a book by its ISBN or by its id, and how many copies."""

    model_config = _PARAMETER

    isbn: Isbn | None = None
    book_id: BookId | None = None
    quantity: Quantity = 1

    @model_validator(mode="after")
    def _one_name(self) -> "OrderItem":
        if (self.isbn is None) == (self.book_id is None):
            raise ValueError("give either isbn or book_id")
        return self


class Customer(BaseModel):
    """Who buys."""

    model_config = _PARAMETER

    name: Annotated[Text, Field(description="Name.", examples=["Ada Lovelace"])]
    email: Email | None = None


class PaymentMethod(BaseModel):
    """How it is paid."""

    model_config = _PARAMETER

    token: Annotated[
        str,
        Field(
            min_length=1,
            max_length=TOKEN_CHARACTERS_MAX,
            description=(
                "Stands for the customer's card at the gateway. The simulated one knows tok_ok,"
                " tok_declined, tok_insufficient_funds, tok_error and tok_slow."
            ),
            examples=["tok_ok"],
        ),
    ]


# Not strict: they come as JSON objects. What is inside them is strict again.
OrderItems = Annotated[
    list[Annotated[OrderItem, Field(strict=False)]],
    Field(min_length=1, max_length=ITEMS_MAX, description="Books and how many copies of each."),
]
CustomerParameter = Annotated[Customer, Field(strict=False, description="Who buys.")]
PaymentParameter = Annotated[
    PaymentMethod, Field(strict=False, description="Which card is charged.")
]


class InsufficientStock(OctavoError):
    """Fewer copies are on hand than were ordered; `lines` names every book that is short.

    Nothing was ordered.
    """

    type = "insufficient_stock"
    example: ClassVar[Details] = {"lines": [{"book_id": 3, "requested": 2, "available": 1}]}

    @classmethod
    def of(cls, lines: list[dict[str, int]]) -> "InsufficientStock":
        """The refusal for short lines {book_id, requested, available}."""
        books = ", ".join(str(line["book_id"]) for line in lines)
        return cls(f"Too few copies are on hand of book {books}.", lines=lines)


class OrderPending(OctavoError):
    """The order's payment is being taken; it is decided within seconds, so try again then."""

    type = "order_pending"
    retryable = True
    example: ClassVar[Details] = {"order_id": 1}

    @classmethod
    def of(cls, order_id: int) -> "OrderPending":
        """The refusal for one order."""
        return cls(f"The payment of order {order_id} is being taken.", order_id=order_id)


class OrderNotPaid(OctavoError):
    """The order was never paid, or all of it was refunded since."""

    type = "order_not_paid"
    example: ClassVar[Details] = {"order_id": 1, "status": "declined"}

    @classmethod
    def of(cls, order_id: int, status: str) -> "OrderNotPaid":
        """The refusal for one order with its status."""
        message = f"Order {order_id} is {status}, and no money is kept for it."
        return cls(message, order_id=order_id, status=status)


class OrderCancelled(OctavoError):
    """The order was cancelled."""

    type = "order_cancelled"
    example: ClassVar[Details] = {"order_id": 1}

    @classmethod
    def of(cls, order_id: int) -> "OrderCancelled":
        """The refusal for one order."""
        return cls(f"Order {order_id} was cancelled.", order_id=order_id)


def unknown_books(missing: list[dict[str, Any]]) -> NotFound:
    """The refusal for books that nobody knows, each as it was named: {isbn} or {book_id}."""
    named = ", ".join(str(value) for each in missing for value in each.values())
    return NotFound(f"No book is known as {named}.", kind="book", **missing[0], missing=missing)


def demand(wanted: Iterable[tuple[int, int]]) -> dict[int, int]:
    """Copies wanted of each book over all items, books in the order they were first named."""
    copies: dict[int, int] = {}
    for book_id, quantity in wanted:
        copies[book_id] = copies.get(book_id, 0) + quantity
    return copies


def payment_refusal(
    order_id: int, decline_code: str | None, failure: Failure | None
) -> OctavoError:
    """Why an order that came to nothing did: a decline is final, all else may be tried again."""
    if decline_code is not None:
        return PaymentDeclined.of(order_id=order_id, decline_code=decline_code)
    if failure is Failure.TIMED_OUT:
        return PaymentTimedOut.of(order_id=order_id)
    return PaymentFailed.of(order_id=order_id)


LINE_EXAMPLE: Final = {
    "book_id": 901,
    "isbn": "9780132350884",
    "quantity": 2,
    "unit_price": 39.99,
    "total": 79.98,
    "sale_id": 1,
}
PAYMENT_EXAMPLE: Final = {
    "status": "approved",
    "transaction_id": "0b0f6cf1-6c3f-4b11-8a7e-2f8d5b1f9a54",
    "decline_code": None,
    "charged": 79.98,
    "refunded": 0.0,
    "kept": 79.98,
    "refund_pending": 0.0,
}
EXAMPLE: Final = {
    "id": 1,
    "status": "paid",
    "lines": [LINE_EXAMPLE],
    "total": 79.98,
    "customer": {"name": "Ada Lovelace", "email": "ada@example.org"},
    "payment": PAYMENT_EXAMPLE,
    "placed_at": "2026-11-23T09:30:00Z",
    "paid_at": "2026-11-23T09:30:00Z",
    "cancelled_at": None,
    "delivery_id": None,
}


class OrderLine(BaseModel):
    """Copies of one book at the price of the moment; a paid order's line is a sale."""

    model_config = with_example(**LINE_EXAMPLE)

    book_id: int
    isbn: str | None
    quantity: int
    unit_price: Money
    total: Money
    sale_id: int | None = Field(description="The sale that the line became; null until paid.")


class OrderCustomer(BaseModel):
    """Who bought."""

    name: str
    email: str | None


class OrderPayment(BaseModel):
    """An order's money: what was charged is what is kept and what was refunded."""

    model_config = with_example(**PAYMENT_EXAMPLE)

    status: str = Field(description="pending, approved, declined or failed.")
    transaction_id: str | None = Field(description="The gateway's id of the charge.")
    decline_code: str | None
    charged: Money
    refunded: Money
    kept: Money
    refund_pending: Money = Field(
        description="What of `refunded` the gateway has not confirmed yet."
    )


class Order(BaseModel):
    """An order with its lines, one for each book."""

    model_config = with_example(**EXAMPLE)

    id: int
    status: OrderStatus
    lines: list[OrderLine]
    total: Money
    customer: OrderCustomer
    payment: OrderPayment
    placed_at: datetime
    paid_at: datetime | None
    cancelled_at: datetime | None
    delivery_id: int | None = Field(description="The delivery under way, if there is one.")


class OrderPage(Page[Order]):
    """One page of orders, by id."""

    model_config = with_example(items=[EXAMPLE], next_cursor=None)
