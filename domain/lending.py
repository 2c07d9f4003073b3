"""Decisions about a book's copies for loan: what members and staff may do, and what follows."""

from datetime import datetime
from typing import Any

from domain.circulation import EventKind, HoldingRow, LoanTerms, OpenLoan, WithdrawReason, later
from domain.desk import Desk
from domain.effects import Decision
from domain.errors import (
    CopiesInUse,
    LoanLimitReached,
    MemberBlocked,
    NotOnLoan,
    NotReady,
    OthersWaiting,
    RenewalLimitReached,
)
from domain.library import Availability, Lending, Loan, Renewed, Returned, Withdrawn
from domain.members import MemberRow
from domain.money import number_from_cents
from domain.queueing import estimate_of, join_the_queue, require_no_loan, require_no_reservation


def shown_loan(
    book_id: int,
    loan: OpenLoan,
    now: datetime,
    returned_at: datetime | None = None,
    lost_at: datetime | None = None,
) -> Loan:
    """A loan as callers see it at a time."""
    return Loan(**loan_values(book_id, loan, now, returned_at, lost_at))


def loan_values(
    book_id: int,
    loan: OpenLoan,
    now: datetime,
    returned_at: datetime | None,
    lost_at: datetime | None,
) -> dict[str, Any]:
    """The fields of a loan as callers see it at a time."""
    return {
        "id": loan.id,
        "member_id": loan.member_id,
        "book_id": book_id,
        "loaned_at": loan.loaned_at,
        "due_at": loan.due_at,
        "renewals": loan.renewals,
        "returned_at": returned_at,
        "lost_at": lost_at,
        "is_overdue": returned_at is None and lost_at is None and loan.due_at < now,
    }


def shown_availability(holding: HoldingRow) -> Availability:
    """The availability of a book, from its counters."""
    return Availability(**_counts(holding))


def _counts(holding: HoldingRow) -> dict[str, int]:
    return {
        "book_id": holding.id,
        "total_copies": holding.total,
        "available_copies": holding.available,
        "on_loan": holding.on_loan,
        "held": holding.held,
        "queue_length": holding.waiting,
    }


def set_copies(desk: Desk, copies: int, terms: LoanTerms, now: datetime) -> Decision[Availability]:
    """Set the number of copies for loan; new ones go to the queue. Raises CopiesInUse."""
    desk.settle(terms, now)
    _require_unused(desk, copies, len(desk.shelf.loans) + desk.shelf.held)
    desk.record(EventKind.SET_COPIES, None, now, copies=copies)
    desk.settle(terms, now)
    return Decision(shown_availability(desk.holding()), desk.effects())


def _require_unused(desk: Desk, copies: int, copies_min: int) -> None:
    if copies < copies_min:
        raise CopiesInUse(
            book_id=desk.shelf.book_id,
            copies=copies,
            on_loan=len(desk.shelf.loans),
            held=desk.shelf.held,
            copies_min=copies_min,
        )


def withdraw_copy(
    desk: Desk, reason: WithdrawReason, terms: LoanTerms, now: datetime
) -> Decision[Withdrawn]:
    """Take a copy that is in the house out of lending: a free one, else a held one.

    The member for whom it was held waits again, first in the queue or behind those who came
    earlier; of several, the one whose turn came last. Raises NoCopies or CopiesInUse.
    """
    desk.open(terms, now)
    shelf = desk.shelf
    _require_unused(desk, shelf.total - 1, len(shelf.loans))
    if not shelf.available:
        desk.record(EventKind.PUT_BACK, shelf.holds[-1].member_id, now)
    desk.record(EventKind.WITHDRAW, None, now, reason=reason)
    return Decision(_withdrawn(desk, reason), desk.effects())


def lose_copy(
    desk: Desk, member: MemberRow, reason: WithdrawReason, terms: LoanTerms, now: datetime
) -> Decision[Withdrawn]:
    """Take the copy that a member has out of lending; the loan ends as lost, with its fine.

    Raises NoCopies or NotOnLoan.
    """
    desk.open(terms, now)
    loan = _loan_of(desk, member)
    end = desk.record(EventKind.WITHDRAW, member.id, now, reason=reason)
    fine_cents = terms.fine_cents(loan.due_at, now)
    desk.charge("lost", loan.id, end, fine_cents)
    lost = shown_loan(desk.shelf.book_id, loan, now, lost_at=now)
    return Decision(_withdrawn(desk, reason, lost, fine_cents), desk.effects())


def _withdrawn(
    desk: Desk, reason: WithdrawReason, loan: Loan | None = None, fine_cents: int = 0
) -> Withdrawn:
    return Withdrawn(reason=reason, loan=loan, fine=fine_cents, **_counts(desk.holding()))


def checkout(desk: Desk, member: MemberRow, terms: LoanTerms, now: datetime) -> Decision[Lending]:
    """Lend the member's held copy or a free one, else put the member into the queue.

    Raises BookArchived, NoCopies, AlreadyOnLoan, AlreadyReserved, or when a copy would be lent
    MemberBlocked or LoanLimitReached.
    """
    desk.require_listed()
    desk.open(terms, now)
    require_no_loan(desk.shelf, member.id)
    reservation = desk.shelf.reservations.get(member.id)
    if reservation is not None and reservation.ready_at is not None:
        return _lend(desk, EventKind.FULFILL, member, terms, now)
    require_no_reservation(desk.shelf, member.id, terms, now)
    if desk.shelf.available:
        return _lend(desk, EventKind.CHECKOUT, member, terms, now)
    return join_the_queue(desk, member.id, terms, now)


def fulfill(desk: Desk, member: MemberRow, terms: LoanTerms, now: datetime) -> Decision[Lending]:
    """Lend the copy held for the member.

    Raises BookArchived, NoCopies, AlreadyOnLoan, NotReady, MemberBlocked or LoanLimitReached.
    """
    desk.require_listed()
    desk.open(terms, now)
    shelf = desk.shelf
    require_no_loan(shelf, member.id)
    reservation = shelf.reservations.get(member.id)
    if reservation is None or reservation.ready_at is None:
        estimate = estimate_of(shelf, member.id, terms, now)
        raise NotReady(
            book_id=shelf.book_id,
            member_id=member.id,
            position=shelf.position(member.id),
            estimated_ready_at=estimate.at,
            estimate_reason=estimate.reason,
        )
    return _lend(desk, EventKind.FULFILL, member, terms, now)


def _lend(
    desk: Desk, kind: EventKind, member: MemberRow, terms: LoanTerms, now: datetime
) -> Decision[Lending]:
    _require_may_borrow(member, terms, now)
    desk.record(kind, member.id, now, due_at=later(now, terms.loan_period))
    loan = shown_loan(desk.shelf.book_id, desk.shelf.loans[member.id], now)
    return Decision(Lending(outcome="loaned", loan=loan), desk.effects())


def _require_may_borrow(member: MemberRow, terms: LoanTerms, now: datetime) -> None:
    overdue = member.overdue_loans(now)
    if overdue > terms.overdue_loans_max or member.fines_cents >= terms.fine_block_cents:
        fines = number_from_cents(member.fines_cents)
        raise MemberBlocked(member_id=member.id, overdue=overdue, fines=fines)
    limit = terms.loans_per_member_max
    if member.open_loans >= limit:
        raise LoanLimitReached(member_id=member.id, open_loans=member.open_loans, loans_max=limit)


def return_copy(
    desk: Desk, member: MemberRow, terms: LoanTerms, now: datetime
) -> Decision[Returned]:
    """Take a copy back; it is held for the first in the queue at once, else it is free.

    A late return is fined. Raises NoCopies or NotOnLoan.
    """
    desk.open(terms, now)
    loan = _loan_of(desk, member)
    end = desk.record(EventKind.RETURN, member.id, now)
    fine_cents = terms.fine_cents(loan.due_at, now)
    desk.charge("overdue", loan.id, end, fine_cents)
    handed_to = desk.pass_on(terms, now)
    returned = shown_loan(desk.shelf.book_id, loan, now, returned_at=now)
    result = Returned(loan=returned, handed_to=handed_to, fine=fine_cents)
    return Decision(result, desk.effects())


def _loan_of(desk: Desk, member: MemberRow) -> OpenLoan:
    loan = desk.shelf.loans.get(member.id)
    if loan is None:
        raise NotOnLoan(member_id=member.id, book_id=desk.shelf.book_id)
    return loan


def renew(desk: Desk, member: MemberRow, terms: LoanTerms, now: datetime) -> Decision[Renewed]:
    """Lengthen a loan by one period from its due date, or from now if that is later.

    Raises NoCopies, NotOnLoan, OthersWaiting or RenewalLimitReached.
    """
    desk.open(terms, now)
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
    due_at = later(max(loan.due_at, now), terms.loan_period)
    desk.record(EventKind.RENEW, member.id, now, due_at=due_at)
    return _renewed(desk, member, now)


def _renewed(desk: Desk, member: MemberRow, now: datetime) -> Decision[Renewed]:
    loan = shown_loan(desk.shelf.book_id, desk.shelf.loans[member.id], now)
    return Decision(Renewed(loan=loan), desk.effects())


def set_due_date(
    desk: Desk, member: MemberRow, due_at: datetime, terms: LoanTerms, now: datetime
) -> Decision[Renewed]:
    """Give a loan another due date, which may be past; it does not count as a renewal.

    Raises NoCopies or NotOnLoan.
    """
    desk.open(terms, now)
    _loan_of(desk, member)
    desk.record(EventKind.SET_DUE_DATE, member.id, now, due_at=due_at)
    return _renewed(desk, member, now)
