"""How the copies of one book circulate: each change is an event, and the events are the truth.

A shelf is what the events of one book come to. The service applies an event to a shelf as it
happens, an audit applies all of them from the start: both by the same function.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum


class EventKind(StrEnum):
    """What can happen to a copy, or to the line of those who wait for one."""

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
    """One row of the circulation log.

    `number` counts the events of a book from 1. A loan has the id of the event that began it, a
    reservation likewise.
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

    The line is ordered by `place`, which rises with every reservation of the book.
    """

    id: int
    member_id: int
    place: int
    reserved_at: datetime
    ready_at: datetime | None = None
    expires_at: datetime | None = None


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

    Loans and reservations go by member: of each a member has at most one open. While somebody waits
    no copy is free.
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
        """Those who wait, in order."""
        line = [each for each in self.reservations.values() if each.ready_at is None]
        return sorted(line, key=lambda each: each.place)

    @property
    def holds(self) -> list[OpenReservation]:
        """Those for whom a copy is held, in order."""
        ready = [each for each in self.reservations.values() if each.ready_at is not None]
        return sorted(ready, key=lambda each: each.place)

    @property
    def next_expiry(self) -> datetime | None:
        """When the first hold ends, None when there is none."""
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

        A copy on hold is taken to be fetched on the last day and kept for one period.
        """
        fetched = [each.expires_at for each in self.reservations.values() if each.expires_at]
        return sorted(
            [loan.due_at for loan in self.loans.values()]
            + [expires_at + terms.loan_period for expires_at in fetched]
        )

    def estimate(self, position: int, now: datetime, terms: LoanTerms) -> datetime | None:
        """When a copy is expected for the one at a position of the line.

        The first in line gets the copy that is due first, and so on; whoever is beyond the number
        of copies waits for a further round of loans. What is overdue counts as due now. None when
        the book has no copies.
        """
        return estimate_at(self.expected_returns(terms), position, now, terms)

    def apply(self, event: Event) -> set[int]:
        """Let an event happen; returns the members whose loan or reservation it changed."""
        self.events = event.number
        if event.kind is EventKind.SET_COPIES:
            self.total = event.copies or 0
            return set()
        if event.member_id is None:
            raise ValueError(f"event {event.id} names no member")
        if event.kind is EventKind.STEP_ASIDE:
            return self._step_aside(event.member_id)
        self._apply_to_member(event, event.member_id)
        return {event.member_id}

    def _apply_to_member(self, event: Event, member_id: int) -> None:
        match event.kind:
            case EventKind.CHECKOUT:
                self.loans[member_id] = _loan(event, member_id)
            case EventKind.FULFILL:
                del self.reservations[member_id]
                self.loans[member_id] = _loan(event, member_id)
            case EventKind.RETURN:
                del self.loans[member_id]
            case EventKind.RENEW:
                loan = self.loans[member_id]
                due_at = event.due_at or loan.due_at
                self.loans[member_id] = replace(loan, due_at=due_at, renewals=loan.renewals + 1)
            case EventKind.RESERVE:
                self.reservations[member_id] = OpenReservation(
                    event.id, member_id, event.number, event.at
                )
            case EventKind.HOLD:
                self.reservations[member_id] = replace(
                    self.reservations[member_id], ready_at=event.at, expires_at=event.expires_at
                )
            case EventKind.CANCEL | EventKind.EXPIRE:
                del self.reservations[member_id]
            case EventKind.SET_COPIES | EventKind.STEP_ASIDE:
                raise ValueError(f"{event.kind} is no matter of one member")

    def _step_aside(self, member_id: int) -> set[int]:
        """Let the next in line go first: a held copy is given up, a waiting member swaps places."""
        own = self.reservations[member_id]
        if own.ready_at is not None:
            self.reservations[member_id] = replace(own, ready_at=None, expires_at=None)
            return {member_id}
        line = self.waiting
        behind = line[line.index(own) + 1]
        self.reservations[member_id] = replace(own, place=behind.place)
        self.reservations[behind.member_id] = replace(behind, place=own.place)
        return {member_id, behind.member_id}


def estimate_at(
    returns: list[datetime], position: int, now: datetime, terms: LoanTerms
) -> datetime | None:
    """When the one at a position gets a copy, if copies come back at these times, in order."""
    if not returns:
        return None
    rounds, copy = divmod(position - 1, len(returns))
    return max(returns[copy], now) + rounds * terms.loan_period


def _loan(event: Event, member_id: int) -> OpenLoan:
    return OpenLoan(event.id, member_id, event.at, event.due_at or event.at)


def replay(book_id: int, events: Iterable[Event]) -> Shelf:
    """The shelf that a book's events, in the order of their numbers, come to from nothing."""
    shelf = Shelf(book_id)
    for event in events:
        shelf.apply(event)
    return shelf
