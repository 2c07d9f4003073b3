"""Deliveries. An order names its delivery under way, so both change in one transaction."""

from datetime import date
from typing import Final

from domain import delivery_rules
from domain.deliveries import (
    Address,
    Delivery,
    DeliveryFilter,
    DeliveryPage,
    DeliveryRow,
    DeliveryStatus,
)
from domain.effects import Decision
from domain.errors import found
from domain.paging import PageRequest
from repository.mongo.changes import Change, Need, State, need
from repository.mongo.collections import Collection, Index
from repository.mongo.connection import Database
from repository.mongo.paging import equal, read_page
from repository.order_rows import ORDERS, known_order

DELIVERIES: Final = Collection(
    "deliveries",
    DeliveryRow,
    indexes=(
        Index(
            "order",
            [("order_id", 1), ("_id", 1)],
            query={"order_id": 1, "_id": {"$gt": 7}},
            sort=[("_id", 1)],
        ),
        Index(
            "status",
            [("status", 1), ("_id", 1)],
            query={"status": "scheduled", "_id": {"$gt": 7}},
            sort=[("_id", 1)],
        ),
        Index(
            "active",
            [("order_id", 1), ("active", 1)],
            query={"order_id": 1, "active": True},
            options={"unique": True, "partialFilterExpression": {"active": True}},
        ),
    ),
)


def schedule(order_id: int, address: Address | None, day: date | None) -> Change[Delivery]:
    """Plan a paid order's delivery, to its own address unless another is given.

    Refused with NotFound, OrderPending, OrderNotPaid, OrderCancelled, DeliveryExists, or
    InvalidParams for a past day or without any address.
    """

    def decide(state: State) -> Decision[Delivery]:
        order = known_order(state, order_id)
        return delivery_rules.schedule(order, address, day, state.new_id(DELIVERIES), state.now)

    return Change(decide, (need(ORDERS, order_id),))


def update_status(delivery_id: int, status: DeliveryStatus) -> Change[Delivery]:
    """Move a delivery on. Refused with NotFound, InvalidTransition, or as `schedule` is."""

    def its_order(state: State) -> list[Need]:
        delivery = state.get(DELIVERIES, delivery_id)
        return [] if delivery is None else [need(ORDERS, delivery.order_id)]

    def decide(state: State) -> Decision[Delivery]:
        delivery = found(state.get(DELIVERIES, delivery_id), "delivery", id=delivery_id)
        order = known_order(state, delivery.order_id)
        return delivery_rules.update_status(delivery, order, status, state.now)

    return Change(decide, (need(DELIVERIES, delivery_id),), further=(its_order,))


async def get(database: Database, delivery_id: int) -> Delivery:
    """The delivery with that id. Raises NotFound."""
    return found(
        await database.row(DELIVERIES, {"_id": delivery_id}), "delivery", id=delivery_id
    ).shown()


async def list_page(database: Database, filters: DeliveryFilter, page: PageRequest) -> DeliveryPage:
    """Deliveries by id. Raises InvalidParams for a cursor of another list."""
    clauses = equal(order_id=filters.order_id, status=filters.status)
    rows, cursor = await read_page(database, DELIVERIES, clauses, page)
    return DeliveryPage(items=[row.shown() for row in rows], next_cursor=cursor)
