"""Orders: several books bought at once, all of them or none, and paid for by a gateway."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, ClassVar, Final

from pydantic import BaseModel, ConfigDict, Field, model_validator

from domain.books import BookId
from domain.emails import Email
from domain.examples import with_example
from domain.isbn import Isbn
from domain.money import Money
from domain.paging import Page
from domain.values import Id, Quantity, Text

ITEMS_MAX = 100
TOKEN_CHARACTERS_MAX = 255

OrderId = Annotated[Id, Field(description="The order's id.", examples=[1])]


class OrderStatus(StrEnum):
    """The status of an order.

    `pending` has its copies reserved while the payment is taken, for seconds. `declined` and
    `failed` were never paid and have none; `cancelled` was paid, and its money goes back.
    """

    PENDING = "pending"
    PAID = "paid"
    DECLINED = "declined"
    FAILED = "failed"
    CANCELLED = "cancelled"


# A parameter's own fields are as strict as the parameters themselves.
_PARAMETER: Final = ConfigDict(strict=True, extra="forbid", allow_inf_nan=False)


class OrderItem(BaseModel):
    """An item of a request: a book by its ISBN or by its id, and how many copies."""

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
                "The gateway's name for the customer's card. The simulated gateway knows tok_ok,"
                " tok_declined, tok_insufficient_funds, tok_error and tok_slow."
            ),
            examples=["tok_ok"],
        ),
    ]


# Not strict: they come as JSON objects, whose own fields are strict.
OrderItems = Annotated[
    list[Annotated[OrderItem, Field(strict=False)]],
    Field(min_length=1, max_length=ITEMS_MAX, description="Books and how many copies of each."),
]
CustomerParameter = Annotated[Customer, Field(strict=False, description="Who buys.")]
PaymentParameter = Annotated[
    PaymentMethod, Field(strict=False, description="Which card is charged.")
]


def demand(wanted: Iterable[tuple[int, int]]) -> dict[int, int]:
    """Copies wanted of each book over all items, books in the order they were first named."""
    copies: dict[int, int] = {}
    for book_id, quantity in wanted:
        copies[book_id] = copies.get(book_id, 0) + quantity
    return copies


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
    """An order's money: charged = kept + refunded."""

    model_config = with_example(**PAYMENT_EXAMPLE)

    status: str = Field(description="pending, approved, declined or failed.")
    transaction_id: str | None = Field(description="The gateway's id of the charge.")
    decline_code: str | None
    charged: Money
    refunded: Money
    kept: Money
    refund_pending: Money = Field(
        description="The part of `refunded` that the gateway has not confirmed yet."
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


@dataclass(frozen=True, slots=True)
class LineRow:
    """What is stored of one line of an order; `pages` are those of the book at that time."""

    book_id: int
    isbn: str | None
    quantity: int
    unit_price_cents: int
    total_cents: int
    pages: int
    sale_id: int | None = None

    def shown(self) -> OrderLine:
        """The line as callers see it."""
        return OrderLine(
            book_id=self.book_id,
            isbn=self.isbn,
            quantity=self.quantity,
            unit_price=self.unit_price_cents,
            total=self.total_cents,
            sale_id=self.sale_id,
        )


def _no_payment() -> dict[str, Any]:
    return {"transaction_id": None, "decline_code": None, "failure": None}


_PAYMENT_STATUS: Final = {
    OrderStatus.PENDING: "pending",
    OrderStatus.PAID: "approved",
    OrderStatus.CANCELLED: "approved",
    OrderStatus.DECLINED: "declined",
    OrderStatus.FAILED: "failed",
}


@dataclass(frozen=True, slots=True)
class OrderRow:
    """What is stored of an order.

    `attempt` is the id of its payment, `worker` the process that works on it, `request` the
    idempotency record that is answered when the order is settled.
    """

    id: int
    status: str
    attempt: str
    worker: str
    request: str | None
    lines: list[LineRow]
    total_cents: int
    customer: dict[str, Any]
    placed_at: datetime
    payment: dict[str, Any] = field(default_factory=_no_payment)
    refunded_cents: int = 0
    paid_back_cents: int = 0
    delivery_id: int | None = None
    paid_at: datetime | None = None
    cancelled_at: datetime | None = None

    def shown(self) -> Order:
        """The order as callers see it."""
        return Order(
            id=self.id,
            status=OrderStatus(self.status),
            lines=[line.shown() for line in self.lines],
            total=self.total_cents,
            customer=OrderCustomer(**self.customer),
            payment=self._payment(),
            placed_at=self.placed_at,
            paid_at=self.paid_at,
            cancelled_at=self.cancelled_at,
            delivery_id=self.delivery_id,
        )

    def _payment(self) -> OrderPayment:
        status = _PAYMENT_STATUS[OrderStatus(self.status)]
        charged = self.total_cents if status == "approved" else 0
        return OrderPayment(
            status=status,
            transaction_id=self.payment["transaction_id"],
            decline_code=self.payment["decline_code"],
            charged=charged,
            refunded=self.refunded_cents,
            kept=charged - self.refunded_cents,
            refund_pending=self.refunded_cents - self.paid_back_cents,
        )


@dataclass(frozen=True, slots=True)
class PaybackRow:
    """Money that is owed to an order's customer: the gateway pays it once for its id."""

    OWED: ClassVar[str] = "owed"
    PAID: ClassVar[str] = "paid"

    id: str
    order_id: int
    attempt: str
    amount_cents: int
    due_at: datetime
    owed_at: datetime
    status: str = "owed"
    paid_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class OrderFilter:
    """Filters of a list of orders; the case of an e-mail address does not matter."""

    status: OrderStatus | None = None
    email: str | None = None
