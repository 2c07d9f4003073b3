"""What a request at a book's desk will change in the row of its member, told from the shelf alone.

A change that is alone reads and writes the member's row in one statement, if it knows beforehand
what to write. Nothing is foreseen of a request that would be refused, or while a hold has expired.
"""

from collections.abc import Callable
from datetime import datetime

from domain.circulation import HoldingRow, LoanTerms, later
from domain.desk import effects_on_member
from domain.effects import Foreseen
from domain.shelf import Shelf, Standing

Foresight = Callable[[Shelf, int, LoanTerms, datetime], Standing]
"""What a member has of the book after the request."""


def foresee(
    foresight: Foresight, holding: HoldingRow, member_id: int, terms: LoanTerms, now: datetime
) -> tuple[Foreseen, ...]:
    """The effects on the member's row; none if nothing is foreseen."""
    if holding.next_expiry_at is not None and holding.next_expiry_at <= now:
        return ()
    shelf = Shelf.of(holding)
    before, after = shelf.standing(member_id), foresight(shelf, member_id, terms, now)
    is_over = before.due_at is not None and after.due_at is None
    fine_cents = terms.fine_cents(before.due_at, now) if is_over and before.due_at else 0
    return effects_on_member(member_id, holding.id, before, after, fine_cents)


def nothing(shelf: Shelf, member_id: int, _terms: LoanTerms, _now: datetime) -> Standing:
    """The member's row does not change."""
    return shelf.standing(member_id)


def checkout(shelf: Shelf, member_id: int, terms: LoanTerms, now: datetime) -> Standing:
    """A copy is lent, or reserved."""
    if shelf.standing(member_id) != Standing():
        return fulfill(shelf, member_id, terms, now)
    if not shelf.available:
        return reserve(shelf, member_id, terms, now)
    return Standing(due_at=later(now, terms.loan_period))


def reserve(shelf: Shelf, member_id: int, _terms: LoanTerms, now: datetime) -> Standing:
    """A place in the queue, if there are copies and none is free."""
    standing = shelf.standing(member_id)
    may_wait = standing == Standing() and shelf.total and not shelf.available
    return Standing(reserved_at=now) if may_wait else standing


def fulfill(shelf: Shelf, member_id: int, terms: LoanTerms, now: datetime) -> Standing:
    """The held copy becomes a loan."""
    reservation = shelf.reservations.get(member_id)
    is_ready = reservation is not None and reservation.ready_at is not None
    due_at = later(now, terms.loan_period)
    return Standing(due_at=due_at) if is_ready else shelf.standing(member_id)


def end_of_loan(shelf: Shelf, member_id: int, _terms: LoanTerms, _now: datetime) -> Standing:
    """The loan is over."""
    return Standing(reserved_at=shelf.standing(member_id).reserved_at)


def renew(shelf: Shelf, member_id: int, terms: LoanTerms, now: datetime) -> Standing:
    """The loan is due later, if nobody waits and it may be renewed."""
    loan = shelf.loans.get(member_id)
    if loan is None or shelf.waiting or loan.renewals >= terms.renewals_max:
        return shelf.standing(member_id)
    return Standing(due_at=later(max(loan.due_at, now), terms.loan_period))


def due_at(moment: datetime) -> Foresight:
    """The loan, if there is one, is due at that time."""

    def foresight(shelf: Shelf, member_id: int, _terms: LoanTerms, _now: datetime) -> Standing:
        standing = shelf.standing(member_id)
        return Standing(due_at=moment) if standing.due_at is not None else standing

    return foresight


def cancel(shelf: Shelf, member_id: int, _terms: LoanTerms, _now: datetime) -> Standing:
    """The reservation is over."""
    return Standing(due_at=shelf.standing(member_id).due_at)
