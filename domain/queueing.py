"""Decisions about the queue for a book: who waits, for whom a copy is held, who gives up."""

from datetime import datetime

from domain.circulation import EventKind, LoanTerms, OpenReservation
from domain.desk import Desk
from domain.effects import Decision
from domain.errors import (
    AlreadyOnLoan,
    AlreadyReserved,
    CopiesAvailable,
    NobodyBehind,
    NotReserved,
)
from domain.library import Lending, PassedOn, Reservation
from domain.members import MemberRow
from domain.shelf import Estimate, Estimates, Shelf


def estimate_of(shelf: Shelf, member_id: int, terms: LoanTerms, now: datetime) -> Estimate:
    """When a copy is expected for a member; nothing is known of one who does not wait."""
    position = shelf.position(member_id)
    return Estimate(None) if position is None else shelf.estimates(now, terms).at(position)


def shown_reservation(
    book_id: int, reservation: OpenReservation, position: int | None, estimates: Estimates
) -> Reservation:
    """An open reservation as callers see it; `position` is None for a held copy."""
    estimate = Estimate(reservation.ready_at) if position is None else estimates.at(position)
    return Reservation(
        id=reservation.id,
        member_id=reservation.member_id,
        book_id=book_id,
        status="ready" if position is None else "waiting",
        position=position,
        estimated_ready_at=estimate.at,
        estimate_reason=estimate.reason,
        reserved_at=reservation.reserved_at,
        fetch_by=reservation.expires_at,
    )


def _shown(
    shelf: Shelf, reservation: OpenReservation, terms: LoanTerms, now: datetime
) -> Reservation:
    position = shelf.position(reservation.member_id)
    return shown_reservation(shelf.book_id, reservation, position, shelf.estimates(now, terms))


def require_no_loan(shelf: Shelf, member_id: int) -> None:
    """Raise AlreadyOnLoan if the member has the book."""
    loan = shelf.loans.get(member_id)
    if loan is not None:
        raise AlreadyOnLoan(
            member_id=member_id, book_id=shelf.book_id, loan_id=loan.id, due_at=loan.due_at
        )


def require_no_reservation(shelf: Shelf, member_id: int, terms: LoanTerms, now: datetime) -> None:
    """Raise AlreadyReserved if the member waits for the book, or a copy is held."""
    reservation = shelf.reservations.get(member_id)
    if reservation is not None:
        shown = _shown(shelf, reservation, terms, now)
        raise AlreadyReserved(
            member_id=member_id,
            book_id=shelf.book_id,
            position=shown.position,
            estimated_ready_at=shown.estimated_ready_at,
            estimate_reason=shown.estimate_reason,
        )


def reserve(desk: Desk, member: MemberRow, terms: LoanTerms, now: datetime) -> Decision[Lending]:
    """Put the member into the queue, when no copy is free.

    Raises BookArchived, NoCopies, AlreadyOnLoan, AlreadyReserved or CopiesAvailable.
    """
    desk.require_listed()
    desk.open(terms, now)
    require_no_loan(desk.shelf, member.id)
    require_no_reservation(desk.shelf, member.id, terms, now)
    if desk.shelf.available:
        raise CopiesAvailable(book_id=desk.shelf.book_id, available=desk.shelf.available)
    return join_the_queue(desk, member.id, terms, now)


def join_the_queue(
    desk: Desk, member_id: int, terms: LoanTerms, now: datetime
) -> Decision[Lending]:
    """Put a member at the end of the queue."""
    desk.record(EventKind.RESERVE, member_id, now)
    reservation = _shown(desk.shelf, desk.shelf.reservations[member_id], terms, now)
    return Decision(Lending(outcome="reserved", reservation=reservation), desk.effects())


def _reservation_of(desk: Desk, member: MemberRow) -> OpenReservation:
    reservation = desk.shelf.reservations.get(member.id)
    if reservation is None:
        raise NotReserved(member_id=member.id, book_id=desk.shelf.book_id)
    return reservation


def cancel_reservation(
    desk: Desk, member: MemberRow, terms: LoanTerms, now: datetime
) -> Decision[PassedOn]:
    """Take the member out of the queue, or pass on the copy held for the member.

    Raises NotReserved.
    """
    desk.settle(terms, now)
    reservation = _reservation_of(desk, member)
    desk.record(EventKind.CANCEL, member.id, now)
    handed_to = None
    if reservation.ready_at is not None:
        handed_to = desk.pass_on(terms, now)
    cancelled = Reservation(
        id=reservation.id,
        member_id=member.id,
        book_id=desk.shelf.book_id,
        status="cancelled",
        position=None,
        estimated_ready_at=None,
        estimate_reason=None,
        reserved_at=reservation.reserved_at,
        fetch_by=None,
    )
    return Decision(PassedOn(reservation=cancelled, handed_to=handed_to), desk.effects())


def step_aside(
    desk: Desk, member: MemberRow, terms: LoanTerms, now: datetime
) -> Decision[PassedOn]:
    """Let the next in the queue go first; the member stays right behind, held copy or not.

    Raises NotReserved, or NobodyBehind when nobody is next.
    """
    desk.settle(terms, now)
    reservation = _reservation_of(desk, member)
    queue = desk.shelf.waiting
    behind = queue if reservation.ready_at else queue[queue.index(reservation) + 1 :]
    if not behind:
        raise NobodyBehind(member_id=member.id, book_id=desk.shelf.book_id)
    desk.record(EventKind.STEP_ASIDE, member.id, now)
    handed_to = None
    if reservation.ready_at is not None:
        handed_to = behind[0].member_id
        desk.hold_for(handed_to, terms, now)
    waiting = desk.shelf.reservations[member.id]
    shown = _shown(desk.shelf, waiting, terms, now)
    return Decision(PassedOn(reservation=shown, handed_to=handed_to), desk.effects())
