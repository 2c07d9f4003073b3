"""Which orders may be delivered, and what a delivery does to its order."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Final

from domain.deliveries import Address, Delivery, DeliveryRow, DeliveryStatus, move
from domain.effects import Add, Decision, assign
from domain.errors import (
    DeliveryExists,
    InvalidParams,
    OrderCancelled,
    OrderNotPaid,
    OrderPending,
)
from domain.orders import DeliveryOfOrder, OrderRow, OrderStatus

LAST_CLOCK: Final = timedelta(hours=-12)
"""The offset of the time zone where a day ends last."""


def schedule(
    order: OrderRow, address: Address | None, day: date | None, delivery_id: int, now: datetime
) -> Decision[Delivery]:
    """A paid order is to be delivered, to its own address unless another is given.

    Raises OrderPending, OrderNotPaid, OrderCancelled, InvalidParams for a day that is past in every
    time zone or when there is no address, or DeliveryExists when a delivery is under way or has
    arrived.
    """
    _require_paid(order)
    for each in order.deliveries:
        if DeliveryStatus(each.status).is_active or each.status == DeliveryStatus.DELIVERED:
            raise DeliveryExists(order_id=order.id, delivery_id=each.id, status=each.status)
    if day is not None and day < (now + LAST_CLOCK).date():
        raise InvalidParams.parameter("date", "is past in every time zone")
    to = address.model_dump() if address is not None else order.address
    if to is None:
        raise InvalidParams.parameter("address", f"is required: order {order.id} has none")
    delivery = DeliveryRow(
        id=delivery_id,
        order_id=order.id,
        address=to,
        date=None if day is None else day.isoformat(),
        scheduled_at=now,
        updated_at=now,
    )
    # The order is written as well, so that a cancellation at the same time meets this.
    shown = [*order.deliveries, DeliveryOfOrder(delivery.id, delivery.status, delivery.date)]
    return Decision(delivery.shown(), (Add(delivery), assign(order, deliveries=shown)))


def _require_paid(order: OrderRow) -> None:
    status = OrderStatus(order.status)
    if status is OrderStatus.PENDING:
        raise OrderPending(order_id=order.id)
    if status is OrderStatus.CANCELLED:
        raise OrderCancelled(order_id=order.id)
    if status not in {OrderStatus.PAID, OrderStatus.PARTIALLY_REFUNDED}:
        raise OrderNotPaid(order_id=order.id, status=status)


def update_status(
    delivery: DeliveryRow, order: OrderRow, status: DeliveryStatus, now: datetime
) -> Decision[Delivery]:
    """Move a delivery on, and note that in its order.

    Raises InvalidTransition, or OrderNotPaid when it would go out after all was refunded.
    """
    moved = move(delivery, status, now)
    if status is DeliveryStatus.OUT_FOR_DELIVERY:
        _require_paid(order)
    return moved.followed_by(assign(order, deliveries=with_status(order, delivery.id, status)))


def with_status(order: OrderRow, delivery_id: int, status: DeliveryStatus) -> list[DeliveryOfOrder]:
    """The deliveries of an order, one of which has another status."""
    return [
        replace(each, status=status) if each.id == delivery_id else each
        for each in order.deliveries
    ]
