"""Decisions about a book's copies: what members and staff may do, and what follows."""

from datetime import datetime

from domain.circulation import (
    EventKind,
    HoldingRow,
    LoanTerms,
    OpenLoan,
    OpenReservation,
    Shelf,
)
from domain.desk import Desk
from domain.effects import Decision
from domain.errors import (
    AlreadyOnLoan,
    AlreadyReserved,
    CopiesAvailable,
    CopiesInUse,
    LoanLimitReached,
    NobodyBehind,
    NotOnLoan,
    NotReady,
    NotReserved,
    OthersWaiting,
    RenewalLimitReached,
)
from domain.library import (
    Availability,
    Lending,
    Loan,
    PassedOn,
    Renewed,
    Reservation,
    Returned,
)
from domain.members import MemberRow


def shown_loan(
    book_id: int, loan: OpenLoan, now: datetime, returned_at: datetime | None = None
) -> Loan:
    """A loan as callers see it at a time."""
    return Loan(
        id=loan.id,
        member_id=loan.member_id,
        book_id=book_id,
        loaned_at=loan.loaned_at,
        due_at=loan.due_at,
        renewals=loan.renewals,
        returned_at=returned_at,
        is_overdue=returned_at is None and loan.due_at < now,
    )


def shown_availability(holding: HoldingRow) -> Availability:
    """The availability of a book, from its counters."""
    return Availability(
        book_id=holding.id,
        total_copies=holding.total,
        available_copies=holding.available,
        on_loan=holding.on_loan,
        held=holding.held,
        queue_length=holding.waiting,
    )


def _shown_reservation(
    shelf: Shelf, reservation: OpenReservation, terms: LoanTerms, now: datetime
) -> Reservation:
    position = shelf.position(reservation.member_id)
    is_ready = position is None
    return Reservation(
        id=reservation.id,
        member_id=reservation.member_id,
        book_id=shelf.book_id,
        status="ready" if is_ready else "waiting",
        position=position,
        estimated_ready_at=reservation.ready_at
        if position is None
        else shelf.estimate(position, now, terms),
        reserved_at=reservation.reserved_at,
        fetch_by=reservation.expires_at,
    )


def set_copies(desk: Desk, copies: int, terms: LoanTerms, now: datetime) -> Decision[Availability]:
    """Set the number of copies for loan; new ones go to the queue. Raises CopiesInUse."""
    desk.settle(terms, now)
    on_loan, held = len(desk.shelf.loans), desk.shelf.held
    if copies < on_loan + held:
        raise CopiesInUse(
            book_id=desk.shelf.book_id,
            copies=copies,
            on_loan=on_loan,
            held=held,
            copies_min=on_loan + held,
        )
    desk.record(EventKind.SET_COPIES, None, now, copies=copies)
    desk.settle(terms, now)
    return Decision(shown_availability(desk.holding()), desk.effects())


def will_lend(holding: HoldingRow, member_id: int, now: datetime) -> bool:
    """Whether a checkout would end with a loan, judged by the shelf alone."""
    if holding.next_expiry_at is not None and holding.next_expiry_at <= now:
        return False
    shelf = holding.shelf()
    reservation = shelf.reservations.get(member_id)
    is_ready = reservation is not None and reservation.ready_at is not None
    return member_id not in shelf.loans and (is_ready or shelf.available > 0)


def checkout(desk: Desk, member: MemberRow, terms: LoanTerms, now: datetime) -> Decision[Lending]:
    """Lend the member's held copy or a free one, else put the member into the queue.

    Raises NoCopies, AlreadyOnLoan, AlreadyReserved or LoanLimitReached.
    """
    _open(desk, terms, now)
    _require_no_loan(desk.shelf, member.id)
    reservation = desk.shelf.reservations.get(member.id)
    if reservation is not None and reservation.ready_at is not None:
        return _lend(desk, EventKind.FULFILL, member, terms, now)
    _require_no_reservation(desk.shelf, member.id, terms, now)
    if desk.shelf.available:
        return _lend(desk, EventKind.CHECKOUT, member, terms, now)
    return _join_the_queue(desk, member.id, terms, now)


def reserve(desk: Desk, member: MemberRow, terms: LoanTerms, now: datetime) -> Decision[Lending]:
    """Put the member into the queue, when no copy is free.

    Raises NoCopies, AlreadyOnLoan, AlreadyReserved or CopiesAvailable.
    """
    _open(desk, terms, now)
    _require_no_loan(desk.shelf, member.id)
    _require_no_reservation(desk.shelf, member.id, terms, now)
    if desk.shelf.available:
        raise CopiesAvailable(book_id=desk.shelf.book_id, available=desk.shelf.available)
    return _join_the_queue(desk, member.id, terms, now)


def fulfill(desk: Desk, member: MemberRow, terms: LoanTerms, now: datetime) -> Decision[Lending]:
    """Lend the copy held for the member.

    Raises NoCopies, AlreadyOnLoan, NotReady or LoanLimitReached.
    """
    _open(desk, terms, now)
    shelf = desk.shelf
    _require_no_loan(shelf, member.id)
    reservation = shelf.reservations.get(member.id)
    if reservation is None or reservation.ready_at is None:
        position = shelf.position(member.id)
        raise NotReady(
            book_id=shelf.book_id,
            member_id=member.id,
            position=position,
            estimated_ready_at=None if position is None else shelf.estimate(position, now, terms),
        )
    return _lend(desk, EventKind.FULFILL, member, terms, now)


def _open(desk: Desk, terms: LoanTerms, now: datetime) -> None:
    """Pass expired holds on before anything is decided. Raises NoCopies."""
    desk.settle(terms, now)
    desk.require_copies()


def _require_no_loan(shelf: Shelf, member_id: int) -> None:
    loan = shelf.loans.get(member_id)
    if loan is not None:
        raise AlreadyOnLoan(
            member_id=member_id, book_id=shelf.book_id, loan_id=loan.id, due_at=loan.due_at
        )


def _require_no_reservation(shelf: Shelf, member_id: int, terms: LoanTerms, now: datetime) -> None:
    reservation = shelf.reservations.get(member_id)
    if reservation is not None:
        shown = _shown_reservation(shelf, reservation, terms, now)
        raise AlreadyReserved(
            member_id=member_id,
            book_id=shelf.book_id,
            position=shown.position,
            estimated_ready_at=shown.estimated_ready_at,
        )


def _lend(
    desk: Desk, kind: EventKind, member: MemberRow, terms: LoanTerms, now: datetime
) -> Decision[Lending]:
    limit = terms.loans_per_member_max
    if member.open_loans >= limit:
        raise LoanLimitReached(member_id=member.id, open_loans=member.open_loans, loans_max=limit)
    desk.record(kind, member.id, now, due_at=now + terms.loan_period)
    loan = shown_loan(desk.shelf.book_id, desk.shelf.loans[member.id], now)
    return Decision(Lending(outcome="loaned", loan=loan), desk.effects())


def _join_the_queue(
    desk: Desk, member_id: int, terms: LoanTerms, now: datetime
) -> Decision[Lending]:
    desk.record(EventKind.RESERVE, member_id, now)
    reservation = _shown_reservation(desk.shelf, desk.shelf.reservations[member_id], terms, now)
    return Decision(Lending(outcome="reserved", reservation=reservation), desk.effects())


def return_copy(
    desk: Desk, member: MemberRow, terms: LoanTerms, now: datetime
) -> Decision[Returned]:
    """Take a copy back; it is held for the first in the queue at once, else it is free.

    Raises NoCopies or NotOnLoan.
    """
    _open(desk, terms, now)
    loan = _loan_of(desk, member)
    desk.record(EventKind.RETURN, member.id, now)
    handed_to = _pass_on(desk, terms, now)
    returned = shown_loan(desk.shelf.book_id, loan, now, returned_at=now)
    return Decision(Returned(loan=returned, handed_to=handed_to), desk.effects())


def _loan_of(desk: Desk, member: MemberRow) -> OpenLoan:
    loan = desk.shelf.loans.get(member.id)
    if loan is None:
        raise NotOnLoan(member_id=member.id, book_id=desk.shelf.book_id)
    return loan


def _pass_on(desk: Desk, terms: LoanTerms, now: datetime) -> int | None:
    """Hold a free copy for the first in the queue; return that member."""
    waiting = desk.shelf.waiting
    desk.settle(terms, now)
    return waiting[0].member_id if waiting else None


def renew(desk: Desk, member: MemberRow, terms: LoanTerms, now: datetime) -> Decision[Renewed]:
    """Lengthen a loan by one period from its due date.

    Raises NoCopies, NotOnLoan, OthersWaiting or RenewalLimitReached.
    """
    _open(desk, terms, now)
    loan, book_id = _loan_of(desk, member), desk.shelf.book_id
    waiting = len(desk.shelf.waiting)
    if waiting:
        raise OthersWaiting(book_id=book_id, queue_length=waiting, due_at=loan.due_at)
    if loan.renewals >= terms.renewals_max:
        raise RenewalLimitReached(
            loan_id=loan.id,
            renewals=loan.renewals,
            renewals_max=terms.renewals_max,
            due_at=loan.due_at,
        )
    desk.record(EventKind.RENEW, member.id, now, due_at=loan.due_at + terms.loan_period)
    renewed = shown_loan(book_id, desk.shelf.loans[member.id], now)
    return Decision(Renewed(loan=renewed), desk.effects())


def _reservation_of(desk: Desk, member: MemberRow) -> OpenReservation:
    reservation = desk.shelf.reservations.get(member.id)
    if reservation is None:
        raise NotReserved(member_id=member.id, book_id=desk.shelf.book_id)
    return reservation


def cancel_reservation(
    desk: Desk, member: MemberRow, terms: LoanTerms, now: datetime
) -> Decision[PassedOn]:
    """Take the member out of the queue, or pass on the copy held for the member.

    Raises NoCopies or NotReserved.
    """
    _open(desk, terms, now)
    reservation = _reservation_of(desk, member)
    desk.record(EventKind.CANCEL, member.id, now)
    handed_to = None
    if reservation.ready_at is not None:
        handed_to = _pass_on(desk, terms, now)
    cancelled = Reservation(
        id=reservation.id,
        member_id=member.id,
        book_id=desk.shelf.book_id,
        status="cancelled",
        position=None,
        estimated_ready_at=None,
        reserved_at=reservation.reserved_at,
        fetch_by=None,
    )
    return Decision(PassedOn(reservation=cancelled, handed_to=handed_to), desk.effects())


def step_aside(
    desk: Desk, member: MemberRow, terms: LoanTerms, now: datetime
) -> Decision[PassedOn]:
    """Let the next in the queue go first; the member stays right behind, held copy or not.

    Raises NoCopies, NotReserved, or NobodyBehind when nobody is next.
    """
    _open(desk, terms, now)
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
    shown = _shown_reservation(desk.shelf, waiting, terms, now)
    return Decision(PassedOn(reservation=shown, handed_to=handed_to), desk.effects())
