"""How the copies of one book circulate: every change is an event.

A shelf is the state after all events of one book. The service applies each event to the shelf when
it happens; an audit applies all of them from the start, by the same function.
"""

from collections.abc import Container, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from operator import attrgetter
from typing import Final, Literal


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

    A loan has the first four of the optional fields, a reservation the others.
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
    place: int | None = None
    reserved_at: datetime | None = None
    status: ClaimStatus | None = None
    ready_at: datetime | None = None
    expires_at: datetime | None = None
    closed_at: datetime | None = None


def loan_claim(book_id: int, loan: OpenLoan, returned_at: datetime | None = None) -> ClaimRow:
    """The row of a loan, open unless it says when the copy came back."""
    return ClaimRow(
        id=loan.id,
        kind="loan",
        book_id=book_id,
        member_id=loan.member_id,
        open=returned_at is None,
        loaned_at=loan.loaned_at,
        due_at=loan.due_at,
        renewals=loan.renewals,
        returned_at=returned_at,
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
    """What is stored of a book's shelf: counters, and all open loans and reservations."""

    id: int
    total: int = 0
    available: int = 0
    on_loan: int = 0
    held: int = 0
    waiting: int = 0
    events: int = 0
    next_expiry_at: datetime | None = None
    loans: list[OpenLoan] = field(default_factory=list)
    reservations: list[OpenReservation] = field(default_factory=list)

    def shelf(self) -> "Shelf":
        """The shelf that events are applied to."""
        return Shelf(
            self.id,
            self.total,
            {each.member_id: each for each in self.loans},
            {each.member_id: each for each in self.reservations},
            self.events,
        )

    def claims(self, ids: Container[int]) -> list[ClaimRow]:
        """The rows of the open loans and reservations with these ids."""
        reservations = [each for each in self.reservations if each.id in ids]
        return [
            *(loan_claim(self.id, each) for each in self.loans if each.id in ids),
            *(reservation_claim(self.id, each) for each in reservations),
        ]


COUNTERS: Final = ("total", "available", "on_loan", "held", "waiting", "events")
"""The counters of a holding."""


@dataclass(frozen=True, slots=True)
class LoanTerms:
    """The rules of lending that the operator sets."""

    loans_per_member_max: int = 5
    loan_period: timedelta = timedelta(days=14)
    hold_period: timedelta = timedelta(days=3)
    renewals_max: int = 2


@dataclass(slots=True)
class Shelf:
    """The copies of one book: who has them, for whom they are held, who waits.

    Loans and reservations are by member: a member has at most one open loan and one open
    reservation of the book. No copy is free while somebody waits.
    """

    book_id: int
    total: int = 0
    loans: dict[int, OpenLoan] = field(default_factory=dict)
    reservations: dict[int, OpenReservation] = field(default_factory=dict)
    events: int = 0

    @property
    def held(self) -> int:
        """Copies that are held for somebody."""
        return sum(each.ready_at is not None for each in self.reservations.values())

    @property
    def available(self) -> int:
        """Copies that anybody may borrow."""
        return self.total - len(self.loans) - self.held

    @property
    def waiting(self) -> list[OpenReservation]:
        """The reservations that wait, in order."""
        queue = [each for each in self.reservations.values() if each.ready_at is None]
        return sorted(queue, key=lambda each: each.place)

    @property
    def holds(self) -> list[OpenReservation]:
        """The reservations with a held copy, in order."""
        ready = [each for each in self.reservations.values() if each.ready_at is not None]
        return sorted(ready, key=lambda each: each.place)

    @property
    def next_expiry(self) -> datetime | None:
        """When the first hold ends; None without holds."""
        ends = [each.expires_at for each in self.reservations.values() if each.expires_at]
        return min(ends, default=None)

    def position(self, member_id: int) -> int | None:
        """A member's place among those who wait, from 1; None for anybody else."""
        reservation = self.reservations.get(member_id)
        if reservation is None or reservation.ready_at is not None:
            return None
        return 1 + sum(
            each.place < reservation.place
            for each in self.reservations.values()
            if each.ready_at is None
        )

    def expected_returns(self, terms: LoanTerms) -> list[datetime]:
        """When each copy that is out is expected back, the earliest first.

        A held copy counts as fetched when its hold ends, and as lent for one loan period.
        """
        fetched = [each.expires_at for each in self.reservations.values() if each.expires_at]
        return sorted(
            [loan.due_at for loan in self.loans.values()]
            + [expires_at + terms.loan_period for expires_at in fetched]
        )

    def estimate(self, position: int, now: datetime, terms: LoanTerms) -> datetime | None:
        """When a copy is expected for the member at a position of the queue.

        The first in the queue gets the copy that is due first, and so on; a position beyond the
        number of copies waits for a further round of loans. Overdue copies count as due now.
        None when the book has no copies.
        """
        return estimate_at(self.expected_returns(terms), position, now, terms)

    def row(self) -> HoldingRow:
        """What is stored of the shelf."""
        held = self.held
        return HoldingRow(
            self.book_id,
            total=self.total,
            available=self.available,
            on_loan=len(self.loans),
            held=held,
            waiting=len(self.reservations) - held,
            events=self.events,
            next_expiry_at=self.next_expiry,
            loans=sorted(self.loans.values(), key=attrgetter("id")),
            reservations=sorted(self.reservations.values(), key=attrgetter("id")),
        )

    def apply(self, event: Event) -> list[ClaimRow]:
        """Apply an event; return the loans and reservations that it changed, as they are now.

        Raises LookupError or ValueError for an impossible event.
        """
        self.events = event.number
        if event.kind is EventKind.SET_COPIES:
            self.total = event.copies or 0
            return []
        if event.member_id is None:
            raise ValueError(f"event {event.id} names no member")
        match event.kind:
            case EventKind.CHECKOUT | EventKind.FULFILL | EventKind.RETURN | EventKind.RENEW:
                return self._apply_to_loan(event, event.member_id)
            case _:
                return self._apply_to_queue(event, event.member_id)

    def _apply_to_loan(self, event: Event, member_id: int) -> list[ClaimRow]:
        match event.kind:
            case EventKind.RETURN:
                return [loan_claim(self.book_id, self.loans.pop(member_id), event.at)]
            case EventKind.RENEW:
                loan = self.loans[member_id]
                due_at = event.due_at or loan.due_at
                loan = replace(loan, due_at=due_at, renewals=loan.renewals + 1)
                closed = []
            case _:
                fulfills = event.kind is EventKind.FULFILL
                closed = [self._close(event, member_id)] if fulfills else []
                loan = OpenLoan(event.id, member_id, event.at, event.due_at or event.at)
        self.loans[member_id] = loan
        return [*closed, loan_claim(self.book_id, loan)]

    def _apply_to_queue(self, event: Event, member_id: int) -> list[ClaimRow]:
        match event.kind:
            case EventKind.RESERVE:
                return self._put(OpenReservation(event.id, member_id, event.number, event.at))
            case EventKind.HOLD:
                own = self.reservations[member_id]
                return self._put(replace(own, ready_at=event.at, expires_at=event.expires_at))
            case EventKind.STEP_ASIDE:
                return self._step_aside(member_id)
            case _:
                return [self._close(event, member_id)]

    def _step_aside(self, member_id: int) -> list[ClaimRow]:
        """Let the next in the queue go first: give up a held copy, or swap places."""
        own = self.reservations[member_id]
        if own.ready_at is not None:
            return self._put(replace(own, ready_at=None, expires_at=None))
        queue = self.waiting
        behind = queue[queue.index(own) + 1]
        return self._put(replace(own, place=behind.place), replace(behind, place=own.place))

    def _put(self, *reservations: OpenReservation) -> list[ClaimRow]:
        self.reservations.update({each.member_id: each for each in reservations})
        return [reservation_claim(self.book_id, each) for each in reservations]

    def _close(self, event: Event, member_id: int) -> ClaimRow:
        own = self.reservations.pop(member_id)
        return reservation_claim(self.book_id, own, CLOSED_BY[event.kind], event.at)


def estimate_at(
    returns: list[datetime], position: int, now: datetime, terms: LoanTerms
) -> datetime | None:
    """When a position of the queue gets a copy, if copies come back at these times, in order."""
    if not returns:
        return None
    rounds, copy = divmod(position - 1, len(returns))
    return max(returns[copy], now) + rounds * terms.loan_period


@dataclass(frozen=True, slots=True)
class History:
    """The result of a book's events: the shelf, and all loans and reservations ever, by id.

    `broken` is the first impossible event; the events after it are left out.
    """

    shelf: Shelf
    claims: dict[int, ClaimRow]
    broken: Event | None = None


def history(book_id: int, events: Iterable[Event]) -> History:
    """Apply a book's events, in the order of their numbers, to an empty shelf."""
    shelf, claims = Shelf(book_id), dict[int, ClaimRow]()
    for event in events:
        try:
            claims.update({claim.id: claim for claim in shelf.apply(event)})
        except (LookupError, ValueError):
            return History(shelf, claims, event)
    return History(shelf, claims)
