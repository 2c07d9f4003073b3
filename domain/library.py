"""The library as callers see it: availability, loans, reservations and the queue."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Final, Literal

from pydantic import BaseModel, Field

from domain.circulation import EventKind
from domain.examples import with_example
from domain.paging import Page
from domain.values import QUANTITY_MAX

Copies = Annotated[
    int,
    Field(
        ge=0, le=QUANTITY_MAX, description="Copies for loan, those on loan included.", examples=[3]
    ),
]


_LOAN: Final = {
    "id": 7,
    "member_id": 1,
    "book_id": 1,
    "loaned_at": "2026-11-23T09:00:00Z",
    "due_at": "2026-12-07T09:00:00Z",
    "renewals": 0,
    "returned_at": None,
    "is_overdue": False,
}
_RESERVATION: Final = {
    "id": 8,
    "member_id": 2,
    "book_id": 1,
    "status": "waiting",
    "position": 1,
    "estimated_ready_at": "2026-12-07T09:00:00Z",
    "reserved_at": "2026-11-23T09:05:00Z",
    "fetch_by": None,
}

HandedTo = Annotated[
    int | None, Field(description="The member for whom the copy is held now; null if it is free.")
]


class Loan(BaseModel):
    """A copy of a book that a member has, or had."""

    model_config = with_example(**_LOAN)

    id: int
    member_id: int
    book_id: int
    loaned_at: datetime
    due_at: datetime
    renewals: int
    returned_at: datetime | None
    is_overdue: bool = Field(description="Whether it is still on loan after its due date.")


class LoanPage(Page[Loan]):
    """One page of loans."""

    model_config = with_example(items=[_LOAN], next_cursor=None)


class Reservation(BaseModel):
    """A member's place in the queue for a book, or the copy held for the member."""

    model_config = with_example(**_RESERVATION)

    id: int
    member_id: int
    book_id: int
    status: Literal["waiting", "ready", "fulfilled", "cancelled", "expired"]
    position: int | None = Field(
        description="Place in the queue, from 1; null for a member who no longer waits."
    )
    estimated_ready_at: datetime | None = Field(
        description="When a copy is expected, from the due dates of the loans."
    )
    reserved_at: datetime
    fetch_by: datetime | None = Field(description="When the hold of a ready copy ends.")


class Lending(BaseModel):
    """The outcome of a checkout: a loan, or a place in the queue."""

    model_config = with_example(outcome="loaned", loan=_LOAN, reservation=None)

    outcome: Literal["loaned", "reserved"]
    loan: Loan | None = None
    reservation: Reservation | None = None


class Returned(BaseModel):
    """A loan that has ended, and where its copy went."""

    model_config = with_example(loan=_LOAN | {"returned_at": "2026-11-24T12:00:00Z"}, handed_to=2)

    loan: Loan
    handed_to: HandedTo


class Renewed(BaseModel):
    """A loan with its new due date."""

    model_config = with_example(loan=_LOAN | {"renewals": 1, "due_at": "2026-12-21T09:00:00Z"})

    loan: Loan


class PassedOn(BaseModel):
    """A reservation that was given up or put back, and where a copy held for it went."""

    model_config = with_example(
        reservation=_RESERVATION
        | {"status": "cancelled", "position": None, "estimated_ready_at": None},
        handed_to=None,
    )

    reservation: Reservation
    handed_to: HandedTo


class Availability(BaseModel):
    """Where the copies of a book are: total = available + on loan + held."""

    model_config = with_example(
        book_id=1, total_copies=3, available_copies=1, on_loan=1, held=1, queue_length=0
    )

    book_id: int
    total_copies: int
    available_copies: int
    on_loan: int
    held: int = Field(description="Copies held for a member.")
    queue_length: int = Field(
        description="Members who wait; those with a held copy are not among them."
    )


_QUEUE_ITEM: Final = {
    "position": 1,
    "member_id": 2,
    "reserved_at": "2026-11-23T09:05:00Z",
    "status": "waiting",
    "estimated_ready_at": "2026-12-07T09:00:00Z",
    "fetch_by": None,
}
_HELD_ITEM: Final = _QUEUE_ITEM | {
    "position": None,
    "member_id": 3,
    "status": "ready",
    "estimated_ready_at": "2026-11-24T12:00:00Z",
    "fetch_by": "2026-11-27T12:00:00Z",
}


class QueueItem(BaseModel):
    """A member who waits, or for whom a copy is held."""

    model_config = with_example(**_QUEUE_ITEM)

    position: int | None = Field(description="From 1; null for a held copy.")
    member_id: int
    reserved_at: datetime
    status: Literal["waiting", "ready"]
    estimated_ready_at: datetime | None
    fetch_by: datetime | None


class QueuePage(Page[QueueItem]):
    """One page of the queue for a book, in order, and all holds of the book."""

    model_config = with_example(items=[_QUEUE_ITEM], next_cursor=None, holds=[_HELD_ITEM])

    holds: list[QueueItem] = Field(description="Held copies; those members no longer wait.")


_EVENT: Final = {
    "id": 7,
    "book_id": 1,
    "number": 2,
    "kind": "checkout",
    "at": "2026-11-23T09:00:00Z",
    "member_id": 1,
    "due_at": "2026-12-07T09:00:00Z",
    "expires_at": None,
    "copies": None,
}


class CirculationEvent(BaseModel):
    """One row of the circulation log."""

    model_config = with_example(**_EVENT)

    id: int
    book_id: int
    number: int = Field(description="Number of the event among those of its book, from 1.")
    kind: EventKind
    at: datetime
    member_id: int | None = Field(description="Null when the number of copies was set.")
    due_at: datetime | None = Field(description="Of a checkout, a fulfil or a renewal.")
    expires_at: datetime | None = Field(description="Until when a copy is held.")
    copies: int | None = Field(description="The number of copies that was set.")


class EventPage(Page[CirculationEvent]):
    """One page of the circulation log."""

    model_config = with_example(items=[_EVENT], next_cursor=None)


@dataclass(frozen=True, slots=True)
class LoanFilter:
    """Filters of a list of loans."""

    member_id: int | None = None
    book_id: int | None = None
    overdue: bool | None = None
    is_open: bool | None = None


@dataclass(frozen=True, slots=True)
class EventFilter:
    """Filters of a list of events of the circulation log."""

    book_id: int | None = None
    member_id: int | None = None
    kind: EventKind | None = None
