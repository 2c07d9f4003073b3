"""orders.*: several books at once, paid by a gateway."""

import uuid
from dataclasses import replace
from typing import Annotated, Literal

from pydantic import Field

from domain.deliveries import AddressParameter
from domain.emails import Email
from domain.errors import (
    BookArchived,
    InsufficientStock,
    NotFound,
    OrderNotPaid,
    OrderPending,
    OrderShipped,
    PaymentDeclined,
    PaymentFailed,
    PaymentTimedOut,
    PaymentUndecided,
    TotalChanged,
)
from domain.keys import Role
from domain.money import Amount, amount_schema
from domain.order_requests import CustomerParameter, OrderItems, PaymentParameter
from domain.order_rules import Draft
from domain.orders import Order, OrderFilter, OrderId, OrderPage, OrderStatus, Quote
from domain.paging import PageRequest
from domain.time_ranges import UTC_NAME, From, TimeZoneName, To, time_range
from domain.values import ADDED_LATER, PAGE_SIZE_DEFAULT, CursorText, PageLimit
from repository import address_rules, orders
from repository.mongo.changes import Change
from rpc.method_registry import CallContext, ChangeContext, StepsContext, method

StatusName = Annotated[
    Literal[
        "pending",
        "paid",
        "partially_refunded",
        "refunded",
        "declined",
        "failed",
        "cancelled",
    ],
    Field(description="Only orders with this status."),
]
ExpectedTotal = Annotated[Amount, amount_schema("The most that the order was to come to.", 37.78)]


@method(
    "orders.quote",
    role=Role.PUBLIC,
    errors=(NotFound, BookArchived),
    example={"items": [{"book_id": 1}, {"book_id": 2, "quantity": 2}]},
)
async def quote(context: CallContext, items: OrderItems) -> Quote:
    """Tell what an order would come to now, and whether all of it is on hand; reserve nothing."""
    return await orders.quote(context.database, items)


@method(
    "orders.place",
    role=Role.CLERK,
    errors=(
        NotFound,
        BookArchived,
        TotalChanged,
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
        "expected_total": 28.32,
        "address": {"line1": "1 Main Street", "line2": "Flat 3", "city": "Cork", "country": "IE"},
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
    expected_total: Annotated[ExpectedTotal | None, ADDED_LATER] = None,
    address: Annotated[AddressParameter | None, ADDED_LATER] = None,
) -> Order:
    """Order copies of several books and pay for them; all of them or none.

    Copies of a book that is named twice are added up. First the copies are reserved, then the
    payment is taken, then the order is paid and its lines are sales. When the payment is declined
    (final) or fails (may be tried again), the copies are free again. A free order asks no gateway.
    With `expected_total`, a total that rose above it is refused before any payment. Without an
    idempotency key a repetition orders again.
    """
    if address is not None:
        await address_rules.require_valid(address)
    settlement, steps = context.services.settlement, context.steps
    draft = Draft(
        items=items,
        customer=customer,
        token=payment.token,
        attempt=uuid.uuid4().hex,
        worker=settlement.worker,
        record_id=steps.record_id,
        expected_cents=expected_total,
        address=None if address is None else address.model_dump(),
    )
    return await settlement.place(steps, draft)


@method("orders.get", role=Role.READER, errors=(NotFound,), example={"id": 1})
async def get(context: CallContext, id_: OrderId) -> Order:
    """Get one order, with all its deliveries."""
    return await orders.get(context.database, id_)


@method("orders.list", role=Role.READER, example={"status": "paid", "to": "2099-12-31"})
async def list_(
    context: CallContext,
    status: StatusName | None = None,
    email: Email | None = None,
    from_: From | None = None,
    to: To | None = None,
    time_zone: TimeZoneName = UTC_NAME,
    limit: PageLimit = PAGE_SIZE_DEFAULT,
    cursor: CursorText | None = None,
) -> OrderPage:
    """List orders in the order in which they were placed, a page at a time.

    `from` and `to` are about when they were placed. The case of `email` does not matter.
    """
    period = time_range(from_, to, time_zone)
    filters = OrderFilter(None if status is None else OrderStatus(status), email, period)
    page = PageRequest(limit, cursor)
    return await orders.list_page(context.database, filters, page, time_zone)


@method(
    "orders.cancel",
    role=Role.CLERK,
    errors=(NotFound, OrderPending, OrderNotPaid, OrderShipped),
    example={"order_id": 1},
)
def cancel(context: ChangeContext, order_id: OrderId) -> Change[Order]:
    """Cancel a paid order: refund and restock exactly what was not refunded before.

    A delivery that has not left is cancelled with it; once one is out or has arrived, orders.return
    takes the copies back. Cancelling again changes nothing. The gateway pays the money back right
    after; until then `payment.refund_pending` shows it.
    """
    return replace(orders.cancel(order_id), afterwards=context.services.settlement.nudge)
