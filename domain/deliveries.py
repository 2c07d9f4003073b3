"""Deliveries of paid orders, and the moves that a delivery may make."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, Field, WithJsonSchema

from domain.effects import Decision, assign
from domain.errors import InvalidTransition
from domain.examples import with_example
from domain.paging import Page
from domain.time_ranges import ShownDay
from domain.values import AS_PARAMETERS, Id, Text

PHONE_DIGITS_MIN: Final = 5

DeliveryId = Annotated[Id, Field(description="The delivery's id.", examples=[1])]


class DeliveryStatus(StrEnum):
    """The status of a delivery."""

    SCHEDULED = "scheduled"
    OUT_FOR_DELIVERY = "out_for_delivery"
    DELIVERED = "delivered"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def is_active(self) -> bool:
        """Whether the delivery is under way; an order has at most one such delivery."""
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
"""The statuses that may follow each status; the last three are final."""

SHIPPED: Final = frozenset({DeliveryStatus.OUT_FOR_DELIVERY, DeliveryStatus.DELIVERED})
"""The statuses of deliveries whose books have left the shop."""

StatusName = Annotated[
    Literal["scheduled", "out_for_delivery", "delivered", "failed", "cancelled"],
    Field(description="Status of the delivery."),
]


def _dialled(phone: str) -> str:
    digits = sum(character.isdecimal() for character in phone)
    if digits < PHONE_DIGITS_MIN or not set(phone) <= {*"0123456789+()-./ x#"}:
        raise ValueError("must be a telephone number such as +44 1223 337733")
    return phone


def _code(country: str) -> str:
    return country.upper() if len(country) == len("GB") else country


def _left_out(text: str | None) -> bool:
    return text is None


def _optional(description: str, example: str) -> Any:
    """A field that is left out where it has no value."""
    return Field(None, description=description, examples=[example], exclude_if=_left_out)


class Address(BaseModel):
    """Where to deliver to. Which fields it needs depends on the country."""

    model_config = AS_PARAMETERS

    recipient: Text | None = _optional(
        "Who is to get it; the customer if left out.", "Ada Lovelace"
    )
    line1: Annotated[Text, Field(description="Street and number.", examples=["12 Mill Lane"])]
    line2: Text | None = _optional("Flat, floor or building.", "Flat 3")
    city: Text | None = _optional("Town or city.", "Cambridge")
    region: Text | None = _optional("State, province or area.", "Ontario")
    postcode: Text | None = _optional("Postcode.", "CB2 1RX")
    country: Annotated[
        Text, AfterValidator(_code), Field(description="ISO 3166 code.", examples=["GB"])
    ]
    phone: Annotated[Text, AfterValidator(_dialled)] | None = _optional(
        "Telephone number.", "+44 1223 337733"
    )


def _day(text: Any) -> date:
    if not isinstance(text, str) or len(text) != len("2026-11-23"):
        raise ValueError("must be an ISO 8601 date such as 2026-11-23")
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError("must be an ISO 8601 date such as 2026-11-23") from None


AddressParameter = Annotated[
    Address,
    Field(strict=False, description="Where to deliver to, as the country's rules want it."),
]
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
    "date": "2035-03-01",
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
    date: ShownDay | None = Field(description="The day agreed, if one was.")
    scheduled_at: datetime
    updated_at: datetime


class DeliveryPage(Page[Delivery]):
    """One page of deliveries, by id."""

    model_config = with_example(items=[EXAMPLE], next_cursor=None)


@dataclass(frozen=True, slots=True)
class DeliveryRow:
    """What is stored of a delivery; `active` while it is under way."""

    id: int
    order_id: int
    address: dict[str, Any]
    date: str | None
    scheduled_at: datetime
    updated_at: datetime
    status: str = DeliveryStatus.SCHEDULED
    active: bool = True

    def shown(self) -> Delivery:
        """The delivery as callers see it."""
        return Delivery(
            id=self.id,
            order_id=self.order_id,
            status=DeliveryStatus(self.status),
            address=Address(**self.address),
            date=self.date,
            scheduled_at=self.scheduled_at,
            updated_at=self.updated_at,
        )


@dataclass(frozen=True, slots=True)
class DeliveryFilter:
    """Filters of a list of deliveries."""

    order_id: int | None = None
    status: DeliveryStatus | None = None


def move(delivery: DeliveryRow, status: DeliveryStatus, now: datetime) -> Decision[Delivery]:
    """A delivery moves on. Raises InvalidTransition with the moves that are left."""
    present = DeliveryStatus(delivery.status)
    if status not in MOVES[present]:
        raise InvalidTransition(
            delivery_id=delivery.id,
            status=present,
            requested=status,
            allowed=sorted(MOVES[present]),
        )
    changes: dict[str, Any] = {"status": status, "active": status.is_active, "updated_at": now}
    return Decision(replace(delivery, **changes).shown(), (assign(delivery, **changes),))
