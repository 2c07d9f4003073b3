"""Refusals about lending; the 2000s."""

from domain.errors.base import Details, OctavoError, details
from domain.errors.general import Conflict

_DUE = "2026-12-07T09:00:00Z"


class NoCopies(OctavoError):
    """The book is in the catalogue, but has no copies for loan."""

    type = "no_copies"
    template = "Book {book_id} has no copies for loan; library.set_copies gives it some."
    example = details(book_id=1)


class AlreadyOnLoan(OctavoError):
    """The member has a copy of this book on loan; one at a time."""

    type = "already_on_loan"
    template = "Member {member_id} has book {book_id} on loan."
    example = details(member_id=1, book_id=1, loan_id=7, due_at=_DUE)


class CopiesAvailable(OctavoError):
    """Copies are free, so there is nothing to wait for: check one out."""

    type = "copies_available"
    template = "Copies of book {book_id} are free, {available} of them; check one out."
    example = details(book_id=1, available=3)


class AlreadyReserved(OctavoError):
    """The member waits for this book already, or a copy is held for the member.

    `position` is null for a held copy: fetch it with library.fulfill.
    """

    type = "already_reserved"
    template = "Member {member_id} has reserved book {book_id} already."
    example = details(
        member_id=1, book_id=1, position=2, estimated_ready_at=_DUE, estimate_reason=None
    )
    nullable = frozenset({"position", "estimated_ready_at", "estimate_reason"})


class NotReady(OctavoError):
    """No copy is held for the member; `position` is null for a member who does not wait."""

    type = "not_ready"
    template = "No copy of book {book_id} is held for member {member_id}, who {does}."
    example = details(
        member_id=1, book_id=1, position=1, estimated_ready_at=_DUE, estimate_reason=None
    )
    nullable = frozenset({"position", "estimated_ready_at", "estimate_reason"})

    def words(self) -> Details:
        """Whether the member waits, and where."""
        position = self.details["position"]
        does = "has not reserved it" if position is None else f"is at position {position}"
        return {"does": does}


class NotOnLoan(OctavoError):
    """The member does not have this book on loan."""

    type = "not_on_loan"
    template = "Member {member_id} does not have book {book_id} on loan."
    example = details(member_id=1, book_id=1)


class NotReserved(OctavoError):
    """The member has no open reservation of this book."""

    type = "not_reserved"
    template = "Member {member_id} has no open reservation of book {book_id}."
    example = details(member_id=1, book_id=1)


class CopiesInUse(OctavoError):
    """More copies are out or held than the book was to have."""

    type = "copies_in_use"
    template = "{copies} is too few for book {book_id}: on loan {on_loan}, held {held}."
    example = details(book_id=1, copies=2, on_loan=2, held=1, copies_min=3)


class LoanLimitReached(OctavoError):
    """The member has as many books on loan as one may have."""

    type = "loan_limit_reached"
    template = "Member {member_id} has {open_loans} books on loan; {loans_max} is the most."
    example = details(member_id=1, open_loans=5, loans_max=5)


class RenewalLimitReached(OctavoError):
    """The loan has been renewed as often as it may be."""

    type = "renewal_limit_reached"
    template = "Loan {loan_id} has been renewed {renewals} times; {renewals_max} is the most."
    example = details(loan_id=7, renewals=2, renewals_max=2, due_at=_DUE)


class OthersWaiting(OctavoError):
    """Other members wait for this book, so a loan of it is not renewed."""

    type = "others_waiting"
    template = "Others wait for book {book_id}, {queue_length} in all; return it by its due date."
    example = details(book_id=1, queue_length=2, due_at=_DUE)


class NobodyBehind(OctavoError):
    """Nobody is behind the member in the queue, so there is nobody to let go first."""

    type = "nobody_behind"
    template = "Nobody waits for book {book_id} behind member {member_id}."
    example = details(member_id=1, book_id=1)


class MemberBlocked(OctavoError):
    """The member has overdue loans or fines, and gets no new loan until they are settled.

    Reserving, renewing and returning stay open; library.pay_fine takes what is owed.
    """

    type = "member_blocked"
    template = (
        "Member {member_id} gets no new loan: {overdue} overdue, {fines:.2f} of fines to pay."
    )
    example = details(member_id=1, overdue=1, fines=2.5)


class MemberArchived(OctavoError):
    """The member has left the library; members.unarchive takes one back."""

    type = "member_archived"
    template = "Member {member_id} is archived; members.unarchive takes one back."
    example = details(member_id=1)


class MemberOwes(Conflict):
    """The member has open loans or fines, so cannot leave yet."""

    template = "Member {member_id} cannot leave: {open_loans} on loan, {fines:.2f} of fines to pay."
    example = details(member_id=1, open_loans=1, fines=2.5)
    sometimes = frozenset()


class FinesExceeded(Conflict):
    """More was to be paid than the member owes."""

    template = "Member {member_id} owes {balance:.2f}, and {amount:.2f} is more."
    example = details(member_id=1, amount=5.0, balance=2.5)
    sometimes = frozenset()
