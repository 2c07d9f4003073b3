"""The collections of orders and of paybacks, which sales write too."""

from collections.abc import Mapping
from typing import Any, Final

from domain.emails import email_key
from domain.orders import LineRow, OrderRow, PaybackRow
from repository.mongo.collections import Collection, Document, Index


def _found_by(fields: Mapping[str, Any]) -> Document:
    email = fields.get("customer", {}).get("email")
    return {} if email is None else {"email_key": email_key(email)}


ORDERS: Final = Collection(
    "orders",
    OrderRow,
    derive=_found_by,
    decode={"lines": lambda lines: [LineRow(**line) for line in lines]},
    indexes=(
        Index(
            "status",
            [("status", 1), ("_id", 1)],
            query={"status": "paid", "_id": {"$gt": 7}},
            sort=[("_id", 1)],
        ),
        Index(
            "email",
            [("email_key", 1), ("_id", 1)],
            query={"email_key": "ada@example.org", "_id": {"$gt": 7}},
            sort=[("_id", 1)],
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
    ),
)
