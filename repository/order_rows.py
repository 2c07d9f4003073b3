"""The collections of orders and of paybacks, which sales write too."""

from collections.abc import Mapping
from typing import Any, Final

from domain.emails import email_key
from domain.errors import found
from domain.orders import DeliveryOfOrder, LineRow, OrderRow, PaybackRow
from repository.mongo.changes import State
from repository.mongo.collections import Collection, Document, Index


def _found_by(fields: Mapping[str, Any]) -> Document:
    email = fields.get("customer", {}).get("email")
    return {} if email is None else {"email_key": email_key(email)}


ORDERS: Final = Collection(
    "orders",
    OrderRow,
    derive=_found_by,
    decode={
        "lines": lambda lines: [LineRow(**line) for line in lines],
        "deliveries": lambda rows: [DeliveryOfOrder(**row) for row in rows],
    },
    times=frozenset({"placed_at"}),
    indexes=(
        Index(
            "placed",
            [("placed_at", 1), ("_id", 1)],
            query={"placed_at": {"$gt": None}},
            sort=[("placed_at", 1), ("_id", 1)],
        ),
        Index(
            "status_placed",
            [("status", 1), ("placed_at", 1), ("_id", 1)],
            query={"status": "paid", "placed_at": {"$gt": None}},
            sort=[("placed_at", 1), ("_id", 1)],
        ),
        Index(
            "email_placed",
            [("email_key", 1), ("placed_at", 1), ("_id", 1)],
            query={"email_key": "ada@example.org", "placed_at": {"$gt": None}},
            sort=[("placed_at", 1), ("_id", 1)],
        ),
    ),
)
PAYBACKS: Final = Collection(
    "paybacks",
    PaybackRow,
    indexes=(
        Index(
            "status",
            [("status", 1), ("due_at", 1)],
            query={"status": "owed", "due_at": {"$lte": None}},
        ),
        Index("order", [("order_id", 1)], query={"order_id": 1}),
    ),
)


def known_order(state: State, order_id: int) -> OrderRow:
    """The order in a group's state. Raises NotFound."""
    return found(state.get(ORDERS, order_id), "order", id=order_id)
