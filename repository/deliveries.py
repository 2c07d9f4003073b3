"""Deliveries. An order names the one that is under way, so both change in one transaction."""

from datetime import date
from typing import Final

import orjson

from domain.deliveries import (
    MOVES,
    Address,
    Delivery,
    DeliveryExists,
    DeliveryPage,
    DeliveryStatus,
    InvalidTransition,
)
from domain.errors import found
from domain.orders import OrderCancelled, OrderNotPaid, OrderPending, OrderStatus
from repository.instants import now
from repository.keyset import read_page
from repository.mongo_connection import Document, Documents
from repository.paybacks import ORDERS, hold_order
from repository.transactions import Transaction

DELIVERIES: Final = "deliveries"


async def schedule(
    transaction: Transaction, order_id: int, address: Address, day: date | None
) -> Delivery:
    """Plan a paid order's delivery.

    Raises NotFound, OrderPending, OrderNotPaid, OrderCancelled, or DeliveryExists when one is under
    way already.
    """
    order = await hold_order(transaction, order_id)
    _require_paid(order)
    if order["delivery_id"] is not None:
        raise DeliveryExists.of(order_id=order_id, delivery_id=order["delivery_id"])
    moment = now()
    delivery = {
        "_id": await transaction.database.ids.next(DELIVERIES),
        "order_id": order_id,
        "address": address.model_dump(),
        "date": None if day is None else day.isoformat(),
        "scheduled_at": moment,
        "updated_at": moment,
        **_standing(DeliveryStatus.SCHEDULED),
    }
    transaction.append(DELIVERIES, delivery)
    # The order is written as well, so that a cancellation at the same time meets this.
    transaction.change(ORDERS, order, assign={"delivery_id": delivery["_id"]})
    return as_delivery(delivery)


def _require_paid(order: Document) -> None:
    order_id, status = order["_id"], OrderStatus(order["status"])
    if status is OrderStatus.PENDING:
        raise OrderPending.of(order_id)
    if status is OrderStatus.CANCELLED:
        raise OrderCancelled.of(order_id)
    nothing_kept = 0 < order["total_cents"] == order["refunded_cents"]
    if status is not OrderStatus.PAID or nothing_kept:
        raise OrderNotPaid.of(order_id, "refunded" if nothing_kept else status)


def _standing(status: DeliveryStatus) -> Document:
    return {"status": status, "active": status.is_active}


async def update_status(
    transaction: Transaction, delivery_id: int, status: DeliveryStatus
) -> Delivery:
    """Move a delivery on. Raises NotFound, or InvalidTransition with the moves that are left."""
    delivery = found(await transaction.hold(DELIVERIES, delivery_id), "delivery", id=delivery_id)
    present_status = DeliveryStatus(delivery["status"])
    if status not in MOVES[present_status]:
        raise InvalidTransition.of(delivery_id, present_status, status)
    order = await hold_order(transaction, delivery["order_id"])
    _move(transaction, delivery, status)
    if not status.is_active:
        transaction.change(ORDERS, order, assign={"delivery_id": None})
    return as_delivery(delivery)


def _move(transaction: Transaction, delivery: Document, status: DeliveryStatus) -> None:
    changes = _standing(status) | {"updated_at": now()}
    transaction.change(DELIVERIES, delivery, assign=changes)


async def call_back(transaction: Transaction, delivery_id: int | None) -> None:
    """Cancel the delivery of an order that is being cancelled, if one is under way."""
    if delivery_id is None:
        return
    delivery = await transaction.hold(DELIVERIES, delivery_id)
    if delivery is not None:
        _move(transaction, delivery, DeliveryStatus.CANCELLED)


def as_delivery(document: Document) -> Delivery:
    """A kept delivery as the outside sees it."""
    return Delivery(
        id=document["_id"],
        order_id=document["order_id"],
        status=document["status"],
        address=Address(**document["address"]),
        date=document["date"],
        scheduled_at=document["scheduled_at"],
        updated_at=document["updated_at"],
    )


async def get(documents: Documents, delivery_id: int) -> Delivery:
    """The delivery with that id. Raises NotFound."""
    document = found(
        await documents.find_one(DELIVERIES, {"_id": delivery_id}), "delivery", id=delivery_id
    )
    return as_delivery(document)


async def list_page(
    documents: Documents,
    *,
    order_id: int | None,
    status: DeliveryStatus | None,
    limit: int,
    cursor: str | None,
) -> DeliveryPage:
    """Deliveries by id. Raises InvalidParams for a cursor of another list."""
    query: Document = {} if order_id is None else {"order_id": order_id}
    query |= {} if status is None else {"status": status}
    listing = orjson.dumps([DELIVERIES, query]).decode()
    rows, next_cursor = await read_page(
        documents, DELIVERIES, query, listing=listing, limit=limit, cursor=cursor
    )
    return DeliveryPage(items=[as_delivery(row) for row in rows], next_cursor=next_cursor)
