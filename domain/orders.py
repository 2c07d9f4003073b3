"""Orders: several books bought at once, all of them or none, and paid for by a gateway."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, ClassVar, Final

from pydantic import BaseModel, Field

from domain.deliveries import SHIPPED, Address, DeliveryStatus
from domain.emails import ShownEmail
from domain.examples import with_example
from domain.money import Money
from domain.paging import Page
from domain.time_ranges import EVER, ShownDay, TimeRange
from domain.values import Id

OrderId = Annotated[Id, Field(description="The order's id.", examples=[1])]


class OrderStatus(StrEnum):
    """The status of an order.

    `pending` has its copies reserved while the payment is taken, for seconds. `declined` and
    `failed` were never paid and have none. Of a paid order some or all copies may be
    `partially_refunded` or `refunded`; `cancelled` was paid, and its money goes back.
    """

    PENDING = "pending"
    PAID = "paid"
    PARTIALLY_REFUNDED = "partially_refunded"
    REFUNDED = "refunded"
    DECLINED = "declined"
    FAILED = "failed"
    CANCELLED = "cancelled"


WAS_PAID: Final = frozenset(
    {
        OrderStatus.PAID,
        OrderStatus.PARTIALLY_REFUNDED,
        OrderStatus.REFUNDED,
        OrderStatus.CANCELLED,
    }
)
"""The statuses of orders whose lines are sales."""


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
    "deliveries": [],
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
    email: ShownEmail | None


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


class OrderDelivery(BaseModel):
    """A delivery of an order, under way or not."""

    model_config = with_example(id=1, status="scheduled", date=None)

    id: int
    status: DeliveryStatus
    date: ShownDay | None = Field(description="The day agreed, if one was.")


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
    deliveries: list[OrderDelivery] = Field(description="All deliveries, in order.")
    address: Address | None = Field(
        None, description="Where to deliver to, if it was said.", exclude_if=lambda value: not value
    )


class OrderPage(Page[Order]):
    """One page of orders, in the order in which they were placed."""

    model_config = with_example(items=[EXAMPLE], next_cursor=None, time_zone="UTC")

    time_zone: str


QUOTED_EXAMPLE: Final = {name: LINE_EXAMPLE[name] for name in LINE_EXAMPLE if name != "sale_id"}


class QuotedLine(BaseModel):
    """Copies of one book at the price of the moment."""

    model_config = with_example(**QUOTED_EXAMPLE, available=True)

    book_id: int
    isbn: str | None
    quantity: int
    unit_price: Money
    total: Money
    available: bool = Field(description="Whether so many copies are on hand.")


class Quote(BaseModel):
    """What an order would come to now. Nothing is reserved."""

    model_config = with_example(
        lines=[QUOTED_EXAMPLE | {"available": True}], total=79.98, available=True
    )

    lines: list[QuotedLine]
    total: Money
    available: bool = Field(description="Whether all of it is on hand.")


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


@dataclass(frozen=True, slots=True)
class DeliveryOfOrder:
    """What an order's row has of one of its deliveries."""

    id: int
    status: str
    date: str | None


def _no_payment() -> dict[str, Any]:
    return {"transaction_id": None, "decline_code": None, "failure": None}


_PAYMENT_STATUS: Final = {
    OrderStatus.PENDING: "pending",
    **dict.fromkeys(WAS_PAID, "approved"),
    OrderStatus.DECLINED: "declined",
    OrderStatus.FAILED: "failed",
}


@dataclass(frozen=True, slots=True)
class OrderRow:
    """What is stored of an order.

    `attempt` is the id of its payment, `worker` the process that works on it, `request` the
    idempotency record that is answered when the order is settled. `refunded_copies` counts the
    copies of all lines that were refunded.
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
    refunded_copies: int = 0
    deliveries: list[DeliveryOfOrder] = field(default_factory=list)
    address: dict[str, Any] | None = None
    paid_at: datetime | None = None
    cancelled_at: datetime | None = None

    @property
    def copies(self) -> int:
        """The copies of all lines."""
        return sum(line.quantity for line in self.lines)

    @property
    def delivery_id(self) -> int | None:
        """The delivery under way, if there is one."""
        return next(
            (each.id for each in self.deliveries if DeliveryStatus(each.status).is_active), None
        )

    @property
    def shipped(self) -> DeliveryOfOrder | None:
        """The delivery that is out or has arrived, if there is one."""
        return next((each for each in self.deliveries if each.status in SHIPPED), None)

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
            deliveries=[
                OrderDelivery(id=each.id, status=DeliveryStatus(each.status), date=each.date)
                for each in self.deliveries
            ],
            address=None if self.address is None else Address(**self.address),
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
    period: TimeRange = EVER
