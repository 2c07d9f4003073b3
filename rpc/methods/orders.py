"""orders.*: several books at once, paid by a gateway."""

from typing import Annotated, Any, Literal

from pydantic import Field

from domain.emails import Email
from domain.errors import NotFound
from domain.keys import Role
from domain.orders import (
    CustomerParameter,
    InsufficientStock,
    Order,
    OrderId,
    OrderItems,
    OrderNotPaid,
    OrderPage,
    OrderPending,
    OrderStatus,
    PaymentParameter,
)
from domain.payments import PaymentDeclined, PaymentFailed, PaymentTimedOut, PaymentUndecided
from domain.values import PAGE_SIZE_DEFAULT, CursorText, PageLimit
from repository import orders
from rpc.method_registry import CallContext, ChangeContext, StepsContext, method

StatusName = Annotated[
    Literal["pending", "paid", "declined", "failed", "cancelled"],
    Field(description="Only orders that stand so."),
]


def order_lane(_: dict[str, Any]) -> str:
    """Where changes to any order's books join."""
    return orders.ORDER_LANE


@method(
    "orders.place",
    role=Role.CLERK,
    changes=True,
    in_steps=True,
    errors=(
        NotFound,
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

    Copies of a book that is named twice are added up. They are reserved first, then the payment is
    taken, then the order is paid and its lines are sales. When the payment is declined (final) or
    fails (may be tried again), the copies are free again. Without an idempotency key a repetition
    orders once more.
    """
    settlement, steps = context.services.settlement, context.steps
    draft = orders.Draft(items, customer, payment.token, steps.record_id, settlement.worker)
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
    """List orders by id, a page at a time. `email` is found whatever its case."""
    return await orders.list_page(
        context.database,
        status=None if status is None else OrderStatus(status),
        email=email,
        limit=limit,
        cursor=cursor,
    )


@method(
    "orders.cancel",
    role=Role.CLERK,
    changes=True,
    lane=order_lane,
    errors=(NotFound, OrderPending, OrderNotPaid),
    example={"order_id": 1},
)
async def cancel(context: ChangeContext, order_id: OrderId) -> Order:
    """Cancel a paid order: refund and restock exactly what was not refunded before.

    A delivery under way is cancelled with it. Cancelling again changes nothing. The gateway pays
    the money back right after; until it has, it stands in `payment.refund_pending`.
    """
    context.transaction.after_commit(context.services.settlement.nudge)
    return await orders.cancel(context.transaction, order_id)
