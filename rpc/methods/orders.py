"""orders.*: several books at once, paid by a gateway."""

import uuid
from dataclasses import replace
from typing import Annotated, Literal

from pydantic import Field

from domain.emails import Email
from domain.errors import (
    BookArchived,
    InsufficientStock,
    NotFound,
    OrderNotPaid,
    OrderPending,
    PaymentDeclined,
    PaymentFailed,
    PaymentTimedOut,
    PaymentUndecided,
)
from domain.keys import Role
from domain.order_rules import Draft
from domain.orders import (
    CustomerParameter,
    Order,
    OrderFilter,
    OrderId,
    OrderItems,
    OrderPage,
    OrderStatus,
    PaymentParameter,
)
from domain.paging import PageRequest
from domain.values import PAGE_SIZE_DEFAULT, CursorText, PageLimit
from repository import orders
from repository.mongo.changes import Change
from rpc.method_registry import CallContext, ChangeContext, StepsContext, method

StatusName = Annotated[
    Literal["pending", "paid", "declined", "failed", "cancelled"],
    Field(description="Only orders with this status."),
]


@method(
    "orders.place",
    role=Role.CLERK,
    errors=(
        NotFound,
        BookArchived,
        InsufficientStock,
        PaymentDeclined,
        PaymentFailed,
        PaymentTimedOut,
        PaymentUndecided,
    ),
    example={
        "items": [{"book_id": 3, "quantity": 2}],
        "customer": {"name": "Ada Lovelace", "email": "ada@example.org"},
        "payment": {"token": "tok_ok"},
    },
    more_examples=(
        {
            "items": [{"isbn": "9780261102736"}, {"book_id": 5}],
            "customer": {"name": "Charles Babbage"},
            "payment": {"token": "tok_ok"},
        },
    ),
)
async def place(
    context: StepsContext,
    items: OrderItems,
    customer: CustomerParameter,
    payment: PaymentParameter,
) -> Order:
    """Order copies of several books and pay for them; all of them or none.

    Copies of a book that is named twice are added up. First the copies are reserved, then the
    payment is taken, then the order is paid and its lines are sales. When the payment is declined
    (final) or fails (may be tried again), the copies are free again. Without an idempotency key a
    repetition orders again.
    """
    settlement, steps = context.services.settlement, context.steps
    attempt = uuid.uuid4().hex
    draft = Draft(items, customer, payment.token, attempt, settlement.worker, steps.record_id)
    return await settlement.place(steps, draft)


@method("orders.get", role=Role.READER, errors=(NotFound,), example={"id": 1})
async def get(context: CallContext, id_: OrderId) -> Order:
    """Get one order."""
    return await orders.get(context.database, id_)


@method("orders.list", role=Role.READER, example={"status": "paid"})
async def list_(
    context: CallContext,
    status: StatusName | None = None,
    email: Email | None = None,
    limit: PageLimit = PAGE_SIZE_DEFAULT,
    cursor: CursorText | None = None,
) -> OrderPage:
    """List orders by id, a page at a time. The case of `email` does not matter."""
    filters = OrderFilter(None if status is None else OrderStatus(status), email)
    return await orders.list_page(context.database, filters, PageRequest(limit, cursor))


@method(
    "orders.cancel",
    role=Role.CLERK,
    errors=(NotFound, OrderPending, OrderNotPaid),
    example={"order_id": 1},
)
def cancel(context: ChangeContext, order_id: OrderId) -> Change[Order]:
    """Cancel a paid order: refund and restock exactly what was not refunded before.

    A delivery under way is cancelled with it. Cancelling again changes nothing. The gateway pays
    the money back right after; until then `payment.refund_pending` shows it.
    """
    return replace(orders.cancel(order_id), afterwards=context.services.settlement.nudge)
