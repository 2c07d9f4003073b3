"""Deliveries of paid orders, and the moves that a delivery may make."""

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Any, ClassVar, Final, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema

from domain.errors import Details, OctavoError
from domain.examples import with_example
from domain.paging import Page
from domain.values import Id, Text

DeliveryId = Annotated[Id, Field(description="The delivery's id.", examples=[1])]


class DeliveryStatus(StrEnum):
    """Where a delivery stands."""

    SCHEDULED = "scheduled"
    OUT_FOR_DELIVERY = "out_for_delivery"
    DELIVERED = "delivered"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def is_active(self) -> bool:
        """Whether the delivery is still to come; an order has at most one such."""
        return bool(MOVES[self])


MOVES: Final[dict[DeliveryStatus, frozenset[DeliveryStatus]]] = {
    DeliveryStatus.SCHEDULED: frozenset(
        {DeliveryStatus.OUT_FOR_DELIVERY, DeliveryStatus.FAILED, DeliveryStatus.CANCELLED}
    ),
    DeliveryStatus.OUT_FOR_DELIVERY: frozenset(
        {DeliveryStatus.DELIVERED, DeliveryStatus.FAILED, DeliveryStatus.CANCELLED}
    ),
    DeliveryStatus.DELIVERED: frozenset(),
    DeliveryStatus.FAILED: frozenset(),
    DeliveryStatus.CANCELLED: frozenset(),
}
"""Where a delivery may go from each status; the last three are its end."""

StatusName = Annotated[
    Literal["scheduled", "out_for_delivery", "delivered", "failed", "cancelled"],
    Field(description="Where the delivery stands."),
]


class DeliveryExists(OctavoError):
    """The order has a delivery under way already; nothing was scheduled."""

    type = "delivery_exists"

    @classmethod
    def of(cls, *, order_id: int, delivery_id: int) -> "DeliveryExists":
        """The refusal for one order with the delivery that it has."""
        message = f"Order {order_id} has delivery {delivery_id} under way."
        return cls(message, order_id=order_id, delivery_id=delivery_id)


class InvalidTransition(OctavoError):
    """The delivery cannot go from its status to the one asked for; `allowed` are those it can."""

    type = "invalid_transition"
    example: ClassVar[Details] = {
        "delivery_id": 1,
        "status": "scheduled",
        "requested": "delivered",
        "allowed": ["cancelled", "failed", "out_for_delivery"],
    }

    @classmethod
    def of(
        cls, delivery_id: int, status: DeliveryStatus, wanted: DeliveryStatus
    ) -> "InvalidTransition":
        """The refusal of one move."""
        return cls(
            f"Delivery {delivery_id} is {status} and cannot become {wanted}.",
            delivery_id=delivery_id,
            status=status,
            requested=wanted,
            allowed=sorted(MOVES[status]),
        )


class Address(BaseModel):
    """Where to deliver to."""

    model_config = ConfigDict(strict=True, extra="forbid")

    line1: Annotated[Text, Field(description="Street and number.", examples=["12 Mill Lane"])]
    city: Annotated[Text, Field(description="Town or city.", examples=["Cambridge"])]
    postcode: Annotated[Text, Field(description="Postcode.", examples=["CB2 1RX"])]
    country: Annotated[Text, Field(description="Country.", examples=["GB"])]


def _day(text: Any) -> date:
    if not isinstance(text, str) or len(text) != len("2026-11-23"):
        raise ValueError("must be an ISO 8601 date such as 2026-11-23")
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError("must be an ISO 8601 date such as 2026-11-23") from None


AddressParameter = Annotated[Address, Field(strict=False, description="Where to deliver to.")]
DeliveryDate = Annotated[
    date,
    BeforeValidator(_day),
    WithJsonSchema(
        {"type": "string", "format": "date", "description": "The day to deliver on, if agreed."}
    ),
]

EXAMPLE: Final = {
    "id": 1,
    "order_id": 1,
    "status": "scheduled",
    "address": {
        "line1": "12 Mill Lane",
        "city": "Cambridge",
        "postcode": "CB2 1RX",
        "country": "GB",
    },
    "date": "2026-11-27",
    "scheduled_at": "2026-11-23T09:40:00Z",
    "updated_at": "2026-11-23T09:40:00Z",
}


class Delivery(BaseModel):
    """One journey of an order's books to the customer."""

    model_config = with_example(**EXAMPLE)

    id: int
    order_id: int
    status: DeliveryStatus
    address: Address
    date: str | None = Field(description="The day agreed, if one was.")
    scheduled_at: datetime
    updated_at: datetime


class DeliveryPage(Page[Delivery]):
    """One page of deliveries, by id."""

    model_config = with_example(items=[EXAMPLE], next_cursor=None)
