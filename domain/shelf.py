"""A book's shelf: how its copies circulate. Every change is an event.

A shelf is the state after all events of one book. The service applies each event to the shelf when
it happens; an audit applies all of them from the start, by the same function.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from operator import attrgetter
from typing import Final, Literal, Self

from domain.circulation import (
    CLOSED_BY,
    ClaimRow,
    Event,
    EventKind,
    HoldingRow,
    LoanTerms,
    OpenLoan,
    OpenReservation,
    later,
    loan_claim,
    reservation_claim,
)

OF_LOANS: Final = frozenset(
    {
        EventKind.CHECKOUT,
        EventKind.FULFILL,
        EventKind.RETURN,
        EventKind.RENEW,
        EventKind.SET_DUE_DATE,
    }
)
"""The events that begin, change or end a loan."""

EstimateReason = Literal["overdue", "no_copies"]
"""Why no time is estimated: it would rest on a late loan, or the book has no copies any more."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """When a copy is expected for a member, or why that is not known."""

    at: datetime | None
    reason: EstimateReason | None = None


@dataclass(frozen=True, slots=True)
class Estimates:
    """When copies are expected: the times of those still to come, in order, and how many are late.

    The first in the queue gets the copy that comes first, and so on. No time is promised from a
    copy that is late. If none is, a position beyond the number of copies waits for a further round
    of loans.
    """

    coming: list[datetime]
    late: int
    loan_period: timedelta

    def at(self, position: int) -> Estimate:
        """The estimate for a position of the queue, from 1."""
        if position <= len(self.coming):
            return Estimate(self.coming[position - 1])
        if self.late:
            return Estimate(None, "overdue")
        if not self.coming:
            return Estimate(None, "no_copies")
        rounds, copy = divmod(position - 1, len(self.coming))
        return Estimate(later(self.coming[copy], rounds * self.loan_period))


@dataclass(frozen=True, slots=True)
class Standing:
    """What a member has of a book: when a loan is due, since when it is reserved."""

    due_at: datetime | None = None
    reserved_at: datetime | None = None


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
    archived: bool = False

    @classmethod
    def of(cls, holding: HoldingRow) -> Self:
        """The shelf that is stored so."""
        return cls(
            holding.id,
            holding.total,
            {each.member_id: each for each in holding.loans},
            {each.member_id: each for each in holding.reservations},
            holding.events,
            holding.archived,
        )

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

    def standing(self, member_id: int) -> Standing:
        """What a member has of the book."""
        loan, reservation = self.loans.get(member_id), self.reservations.get(member_id)
        return Standing(
            None if loan is None else loan.due_at,
            None if reservation is None else reservation.reserved_at,
        )

    def estimates(self, now: datetime, terms: LoanTerms) -> Estimates:
        """When copies are expected for those who wait.

        A held copy counts as fetched when its hold ends, and as lent for one loan period.
        """
        holds = (each.expires_at for each in self.reservations.values() if each.expires_at)
        returns = [
            *(loan.due_at for loan in self.loans.values()),
            *(later(ends, terms.loan_period) for ends in holds),
        ]
        coming = sorted(each for each in returns if each >= now)
        return Estimates(coming, len(returns) - len(coming), terms.loan_period)

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
            archived=self.archived,
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
        if event.kind is EventKind.WITHDRAW:
            self.total -= 1
            return [] if event.member_id is None else [self._lose(event, event.member_id)]
        if event.member_id is None:
            raise ValueError(f"event {event.id} names no member")
        if event.kind in OF_LOANS:
            return self._apply_to_loan(event, event.member_id)
        return self._apply_to_queue(event, event.member_id)

    def _apply_to_loan(self, event: Event, member_id: int) -> list[ClaimRow]:
        match event.kind:
            case EventKind.CHECKOUT:
                return [self._lend(event, member_id)]
            case EventKind.FULFILL:
                return [self._close(event, member_id), self._lend(event, member_id)]
            case EventKind.RETURN:
                return [loan_claim(self.book_id, self.loans.pop(member_id), event.at)]
            case _:
                return [self._move_due_date(event, member_id)]

    def _apply_to_queue(self, event: Event, member_id: int) -> list[ClaimRow]:
        match event.kind:
            case EventKind.RESERVE:
                return self._put(OpenReservation(event.id, member_id, event.number, event.at))
            case EventKind.HOLD:
                own = self.reservations[member_id]
                return self._put(replace(own, ready_at=event.at, expires_at=event.expires_at))
            case EventKind.STEP_ASIDE:
                return self._step_aside(member_id)
            case EventKind.PUT_BACK:
                return self._put_back(member_id)
            case _:
                return [self._close(event, member_id)]

    def _lend(self, event: Event, member_id: int) -> ClaimRow:
        loan = OpenLoan(event.id, member_id, event.at, event.due_at or event.at)
        self.loans[member_id] = loan
        return loan_claim(self.book_id, loan)

    def _lose(self, event: Event, member_id: int) -> ClaimRow:
        return loan_claim(self.book_id, self.loans.pop(member_id), lost_at=event.at)

    def _move_due_date(self, event: Event, member_id: int) -> ClaimRow:
        loan = self.loans[member_id]
        loan = replace(
            loan,
            due_at=event.due_at or loan.due_at,
            renewals=loan.renewals + (event.kind is EventKind.RENEW),
        )
        self.loans[member_id] = loan
        return loan_claim(self.book_id, loan)

    def _step_aside(self, member_id: int) -> list[ClaimRow]:
        """Let the next in the queue go first: give up a held copy, or swap places."""
        own = self.reservations[member_id]
        if own.ready_at is not None:
            return self._put_back(member_id)
        queue = self.waiting
        behind = queue[queue.index(own) + 1]
        return self._put(replace(own, place=behind.place), replace(behind, place=own.place))

    def _put_back(self, member_id: int) -> list[ClaimRow]:
        """Let a member who has a held copy wait again, at the place of before."""
        own = self.reservations[member_id]
        return self._put(replace(own, ready_at=None, expires_at=None))

    def _put(self, *reservations: OpenReservation) -> list[ClaimRow]:
        self.reservations.update({each.member_id: each for each in reservations})
        return [reservation_claim(self.book_id, each) for each in reservations]

    def _close(self, event: Event, member_id: int) -> ClaimRow:
        own = self.reservations.pop(member_id)
        return reservation_claim(self.book_id, own, CLOSED_BY[event.kind], event.at)


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
