"""The library as callers see it: availability, loans, reservations and the queue."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, BeforeValidator, Field

from domain.circulation import EventKind, WithdrawReason
from domain.examples import with_example
from domain.money import Money
from domain.paging import Page
from domain.shelf import EstimateReason
from domain.time_ranges import moment_schema, parse_day_or_instant
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
    "lost_at": None,
    "is_overdue": False,
}
_RESERVATION: Final = {
    "id": 8,
    "member_id": 2,
    "book_id": 1,
    "status": "waiting",
    "position": 1,
    "estimated_ready_at": "2026-12-07T09:00:00Z",
    "estimate_reason": None,
    "reserved_at": "2026-11-23T09:05:00Z",
    "fetch_by": None,
}
_NAMED: Final = {"title": "Foundation", "member_name": "Ada Lovelace"}

DueAt = Annotated[
    Any,
    BeforeValidator(parse_day_or_instant),
    moment_schema(
        "Any instant, past ones too; a date means until the end of that day.",
        "2099-12-24T18:00:00Z",
    ),
]
Reason = Annotated[
    WithdrawReason, Field(description="Why the copy is not for loan any more: for the log.")
]
OpenStatus = Literal["waiting", "ready"]
Title = Annotated[str | None, Field(description="The book's title.")]
Name = Annotated[str | None, Field(description="The member's name.")]
EstimatedReadyAt = Annotated[
    datetime | None,
    Field(description="When a copy is expected, from the due dates of the loans to come."),
]
WhyNoEstimate = Annotated[
    EstimateReason | None,
    Field(
        description="Why none is expected: it would rest on an overdue loan, or no copy is left."
    ),
]
FineOfLoan = Annotated[Money, Field(description="What this end of the loan costs the member.")]

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
    lost_at: datetime | None = Field(description="When the loan ended without its copy.")
    is_overdue: bool = Field(description="Whether it is still on loan after its due date.")


class ListedLoan(Loan):
    """A loan in a list."""

    model_config = with_example(**_LOAN, **_NAMED)

    title: Title
    member_name: Name


class LoanPage(Page[ListedLoan]):
    """One page of loans."""

    model_config = with_example(items=[_LOAN | _NAMED], next_cursor=None)


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
    estimated_ready_at: EstimatedReadyAt
    estimate_reason: WhyNoEstimate
    reserved_at: datetime
    fetch_by: datetime | None = Field(description="When the hold of a ready copy ends.")


class ListedReservation(Reservation):
    """A reservation in a list."""

    model_config = with_example(**_RESERVATION, **_NAMED)

    title: Title
    member_name: Name


class ReservationPage(Page[ListedReservation]):
    """One page of open reservations."""

    model_config = with_example(items=[_RESERVATION | _NAMED], next_cursor=None)


class Lending(BaseModel):
    """The outcome of a checkout: a loan, or a place in the queue."""

    model_config = with_example(outcome="loaned", loan=_LOAN, reservation=None)

    outcome: Literal["loaned", "reserved"]
    loan: Loan | None = None
    reservation: Reservation | None = None


class Returned(BaseModel):
    """A loan that has ended, and where its copy went."""

    model_config = with_example(
        loan=_LOAN | {"returned_at": "2026-11-24T12:00:00Z"}, handed_to=2, fine=0.0
    )

    loan: Loan
    handed_to: HandedTo
    fine: FineOfLoan


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


class Withdrawn(Availability):
    """Where the copies of a book are after one of them has been withdrawn."""

    model_config = with_example(
        book_id=1,
        total_copies=2,
        available_copies=1,
        on_loan=0,
        held=1,
        queue_length=0,
        reason="lost",
        loan=_LOAN | {"lost_at": "2026-11-24T12:00:00Z"},
        fine=0.0,
    )

    reason: Reason
    loan: Loan | None = Field(description="The loan that ended as lost, if a member had the copy.")
    fine: FineOfLoan


_QUEUE_ITEM: Final = {
    "position": 1,
    "member_id": 2,
    "reserved_at": "2026-11-23T09:05:00Z",
    "status": "waiting",
    "estimated_ready_at": "2026-12-07T09:00:00Z",
    "estimate_reason": None,
    "fetch_by": None,
    "title": "Foundation",
    "member_name": "Charles Babbage",
}
_HELD_ITEM: Final = _QUEUE_ITEM | {
    "position": None,
    "member_id": 3,
    "member_name": "Grace Hopper",
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
    status: OpenStatus
    estimated_ready_at: EstimatedReadyAt
    estimate_reason: WhyNoEstimate
    fetch_by: datetime | None
    title: Title
    member_name: Name


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
    "reason": None,
    **_NAMED,
}


class CirculationEvent(BaseModel):
    """One row of the circulation log."""

    model_config = with_example(**_EVENT)

    id: int
    book_id: int
    number: int = Field(description="Number of the event among those of its book, from 1.")
    kind: EventKind
    at: datetime
    member_id: int | None = Field(
        description="Null for what concerns no member: copies set or withdrawn."
    )
    due_at: datetime | None = Field(description="Of a checkout, a fulfil, a renewal or a date set.")
    expires_at: datetime | None = Field(description="Until when a copy is held.")
    copies: int | None = Field(description="The number of copies that was set.")
    reason: WithdrawReason | None = Field(description="Why a copy was withdrawn.")
    title: Title
    member_name: Name


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


@dataclass(frozen=True, slots=True)
class ReservationFilter:
    """Filters of a list of open reservations."""

    member_id: int | None = None
    book_id: int | None = None
    status: OpenStatus | None = None
