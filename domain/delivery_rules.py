"""Which orders may be delivered."""

from datetime import date, datetime

from domain.deliveries import Address, Delivery, DeliveryRow, DeliveryStatus, move
from domain.effects import Add, Assign, Decision, assign
from domain.errors import DeliveryExists, OrderCancelled, OrderNotPaid, OrderPending
from domain.orders import OrderRow, OrderStatus


def schedule(
    order: OrderRow, address: Address, day: date | None, delivery_id: int, now: datetime
) -> Decision[Delivery]:
    """A paid order is to be delivered.

    Raises OrderPending, OrderNotPaid, OrderCancelled, or DeliveryExists when a delivery is under
    way already.
    """
    _require_paid(order)
    if order.delivery_id is not None:
        raise DeliveryExists(order_id=order.id, delivery_id=order.delivery_id)
    delivery = DeliveryRow(
        id=delivery_id,
        order_id=order.id,
        address=address.model_dump(),
        date=None if day is None else day.isoformat(),
        scheduled_at=now,
        updated_at=now,
    )
    # The order is written as well, so that a cancellation at the same time meets this.
    return Decision(delivery.shown(), (Add(delivery), assign(order, delivery_id=delivery_id)))


def _require_paid(order: OrderRow) -> None:
    status = OrderStatus(order.status)
    if status is OrderStatus.PENDING:
        raise OrderPending(order_id=order.id)
    if status is OrderStatus.CANCELLED:
        raise OrderCancelled(order_id=order.id)
    nothing_kept = 0 < order.total_cents == order.refunded_cents
    if status is not OrderStatus.PAID or nothing_kept:
        raise OrderNotPaid(order_id=order.id, status="refunded" if nothing_kept else status)


def update_status(
    delivery: DeliveryRow, status: DeliveryStatus, now: datetime
) -> Decision[Delivery]:
    """Move a delivery on; a final status takes it off its order. Raises InvalidTransition."""
    moved = move(delivery, status, now)
    if status.is_active:
        return moved
    of_order = Assign(OrderRow, delivery.order_id, {"delivery_id": None})
    return Decision(moved.result, (*moved.effects, of_order))
