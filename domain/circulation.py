"""What is stored of the circulation of copies: events, loans and reservations, and the terms."""

from collections.abc import Container
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final, Literal

DAY: Final = timedelta(days=1)
LATEST: Final = datetime(9999, 12, 31, tzinfo=UTC)


class EventKind(StrEnum):
    """What can happen to a copy, or to the queue for one."""

    SET_COPIES = "set_copies"
    CHECKOUT = "checkout"
    RETURN = "return"
    RESERVE = "reserve"
    HOLD = "hold"
    FULFILL = "fulfill"
    EXPIRE = "expire"
    CANCEL = "cancel"
    STEP_ASIDE = "step_aside"
    RENEW = "renew"
    SET_DUE_DATE = "set_due_date"
    WITHDRAW = "withdraw"
    PUT_BACK = "put_back"


WithdrawReason = Literal["lost", "damaged", "withdrawn"]


@dataclass(frozen=True, slots=True)
class Event:
    """One row of the circulation log, never changed.

    `number` counts the events of a book from 1. A loan or a reservation has the id of the event
    that began it.
    """

    id: int
    book_id: int
    number: int
    kind: EventKind
    at: datetime
    member_id: int | None = None
    due_at: datetime | None = None
    expires_at: datetime | None = None
    copies: int | None = None
    reason: WithdrawReason | None = None


@dataclass(frozen=True, slots=True)
class OpenLoan:
    """A copy that a member has."""

    id: int
    member_id: int
    loaned_at: datetime
    due_at: datetime
    renewals: int = 0


@dataclass(frozen=True, slots=True)
class OpenReservation:
    """A member who waits, or for whom a copy is held until `expires_at`.

    The queue is ordered by `place`, which rises with every reservation of the book.
    """

    id: int
    member_id: int
    place: int
    reserved_at: datetime
    ready_at: datetime | None = None
    expires_at: datetime | None = None


ClaimKind = Literal["loan", "reservation"]
ClaimStatus = Literal["waiting", "ready", "fulfilled", "cancelled", "expired"]
CLOSED_BY: Final[dict[EventKind, ClaimStatus]] = {
    EventKind.FULFILL: "fulfilled",
    EventKind.CANCEL: "cancelled",
    EventKind.EXPIRE: "expired",
}


@dataclass(frozen=True, slots=True)
class ClaimRow:
    """What is stored of a loan or a reservation, for ever; `open` while it lasts.

    A loan has the first five of the optional fields, a reservation the others.
    """

    id: int
    kind: ClaimKind
    book_id: int
    member_id: int
    open: bool
    loaned_at: datetime | None = None
    due_at: datetime | None = None
    renewals: int | None = None
    returned_at: datetime | None = None
    lost_at: datetime | None = None
    place: int | None = None
    reserved_at: datetime | None = None
    status: ClaimStatus | None = None
    ready_at: datetime | None = None
    expires_at: datetime | None = None
    closed_at: datetime | None = None


def loan_claim(
    book_id: int,
    loan: OpenLoan,
    returned_at: datetime | None = None,
    lost_at: datetime | None = None,
) -> ClaimRow:
    """The row of a loan, open unless it says when the copy came back or was lost."""
    return ClaimRow(
        id=loan.id,
        kind="loan",
        book_id=book_id,
        member_id=loan.member_id,
        open=returned_at is None and lost_at is None,
        loaned_at=loan.loaned_at,
        due_at=loan.due_at,
        renewals=loan.renewals,
        returned_at=returned_at,
        lost_at=lost_at,
    )


def reservation_claim(
    book_id: int,
    reservation: OpenReservation,
    closed: ClaimStatus | None = None,
    closed_at: datetime | None = None,
) -> ClaimRow:
    """The row of a reservation, open unless `closed` says what became of it."""
    return ClaimRow(
        id=reservation.id,
        kind="reservation",
        book_id=book_id,
        member_id=reservation.member_id,
        open=closed is None,
        place=reservation.place,
        reserved_at=reservation.reserved_at,
        status=closed or ("waiting" if reservation.ready_at is None else "ready"),
        ready_at=reservation.ready_at,
        expires_at=reservation.expires_at,
        closed_at=closed_at,
    )


@dataclass(frozen=True, slots=True)
class HoldingRow:
    """What is stored of a book's shelf: counters, and all open loans and reservations.

    Copies of an `archived` book are not lent anew.
    """

    id: int
    total: int = 0
    available: int = 0
    on_loan: int = 0
    held: int = 0
    waiting: int = 0
    events: int = 0
    next_expiry_at: datetime | None = None
    archived: bool = False
    loans: list[OpenLoan] = field(default_factory=list)
    reservations: list[OpenReservation] = field(default_factory=list)

    def claims(self, ids: Container[int]) -> list[ClaimRow]:
        """The rows of the open loans and reservations with these ids."""
        reservations = [each for each in self.reservations if each.id in ids]
        return [
            *(loan_claim(self.id, each) for each in self.loans if each.id in ids),
            *(reservation_claim(self.id, each) for each in reservations),
        ]


COUNTERS: Final = ("total", "available", "on_loan", "held", "waiting", "events")
"""The counters of a holding."""


def later(moment: datetime, by: timedelta) -> datetime:
    """So much later, but never beyond the last day that can be written."""
    return moment + by if by < LATEST - moment else LATEST


@dataclass(frozen=True, slots=True)
class LoanTerms:
    """The rules of lending that the operator sets.

    A member with more overdue loans than `overdue_loans_max`, or with fines of `fine_block_cents`
    and more, gets no new loan. No fine of one loan is above `fine_cents_max`, if there is one.
    """

    loans_per_member_max: int = 5
    loan_period: timedelta = timedelta(days=14)
    hold_period: timedelta = timedelta(days=3)
    renewals_max: int = 2
    overdue_loans_max: int = 0
    fine_block_cents: int = 10_00
    fine_per_day_cents: int = 0
    fine_cents_max: int | None = None

    def fine_cents(self, due_at: datetime, now: datetime) -> int:
        """The fine of a loan that ends now; a day that has begun counts."""
        days_late = max(-((due_at - now) // DAY), 0)
        fine = days_late * self.fine_per_day_cents
        return fine if self.fine_cents_max is None else min(fine, self.fine_cents_max)
