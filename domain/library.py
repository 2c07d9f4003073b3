"""Lending: what a member may be refused, and what loans, reservations and the line look like."""

from datetime import datetime
from typing import Annotated, ClassVar, Final, Literal, Self

from pydantic import BaseModel, Field

from domain.circulation import EventKind, OpenLoan
from domain.errors import Details, OctavoError
from domain.examples import with_example
from domain.paging import Page
from domain.values import QUANTITY_MAX

Copies = Annotated[
    int,
    Field(ge=0, le=QUANTITY_MAX, description="Copies for loan, those out included.", examples=[3]),
]


def in_utc(moment: datetime) -> str:
    """An instant in UTC as it stands in an answer."""
    return moment.isoformat().replace("+00:00", "Z")


class NoCopies(OctavoError):
    """The book is in the catalogue, but has no copies for loan."""

    type = "no_copies"
    example: ClassVar[Details] = {"book_id": 1}

    @classmethod
    def of(cls, book_id: int) -> Self:
        """The refusal for a book."""
        message = f"Book {book_id} has no copies for loan; library.set_copies gives it some."
        return cls(message, book_id=book_id)


class AlreadyOnLoan(OctavoError):
    """The member has a copy of this book on loan; one at a time."""

    type = "already_on_loan"
    example: ClassVar[Details] = {"loan_id": 7, "due_at": "2026-12-07T09:00:00Z"}

    @classmethod
    def of(cls, book_id: int, loan: OpenLoan) -> Self:
        """The refusal because of an open loan."""
        return cls(
            f"Member {loan.member_id} has book {book_id} on loan.",
            loan_id=loan.id,
            due_at=in_utc(loan.due_at),
        )


class CopiesAvailable(OctavoError):
    """Copies are free, so there is nothing to wait for: check one out."""

    type = "copies_available"
    example: ClassVar[Details] = {"available": 3}

    @classmethod
    def of(cls, book_id: int, available: int) -> Self:
        """The refusal while copies are free."""
        message = f"Copies of book {book_id} are free, {available} of them; check one out."
        return cls(message, available=available)


class AlreadyReserved(OctavoError):
    """The member waits for this book already, or a copy is held for the member.

    `position` is null for a held copy: fetch it with library.fulfill.
    """

    type = "already_reserved"
    example: ClassVar[Details] = {"position": 2, "estimated_ready_at": "2026-12-07T09:00:00Z"}
    nullable = frozenset({"position", "estimated_ready_at"})

    @classmethod
    def of(
        cls, book_id: int, member_id: int, *, position: int | None, ready_at: datetime | None
    ) -> Self:
        """The refusal because of an open reservation."""
        return cls(
            f"Member {member_id} has reserved book {book_id} already.",
            position=position,
            estimated_ready_at=None if ready_at is None else in_utc(ready_at),
        )


class NotReady(OctavoError):
    """No copy is held for the member; `position` is null for a member who does not wait."""

    type = "not_ready"
    example: ClassVar[Details] = {"position": 1, "estimated_ready_at": "2026-12-07T09:00:00Z"}
    nullable = frozenset({"position", "estimated_ready_at"})

    @classmethod
    def of(
        cls, book_id: int, member_id: int, *, position: int | None, ready_at: datetime | None
    ) -> Self:
        """The refusal of a member at that position of the line, or of none."""
        where = "has not reserved it" if position is None else f"is at position {position}"
        return cls(
            f"No copy of book {book_id} is held for member {member_id}, who {where}.",
            position=position,
            estimated_ready_at=None if ready_at is None else in_utc(ready_at),
        )


class NotOnLoan(OctavoError):
    """The member does not have this book on loan."""

    type = "not_on_loan"
    example: ClassVar[Details] = {"member_id": 1, "book_id": 1}

    @classmethod
    def of(cls, book_id: int, member_id: int) -> Self:
        """The refusal for a member and a book."""
        message = f"Member {member_id} does not have book {book_id} on loan."
        return cls(message, member_id=member_id, book_id=book_id)


class NotReserved(OctavoError):
    """The member has no open reservation of this book."""

    type = "not_reserved"
    example: ClassVar[Details] = {"member_id": 1, "book_id": 1}

    @classmethod
    def of(cls, book_id: int, member_id: int) -> Self:
        """The refusal for a member and a book."""
        message = f"Member {member_id} has no open reservation of book {book_id}."
        return cls(message, member_id=member_id, book_id=book_id)


class CopiesInUse(OctavoError):
    """More copies are out or held than the book was to have."""

    type = "copies_in_use"
    example: ClassVar[Details] = {"on_loan": 2, "held": 1, "copies_min": 3}

    @classmethod
    def of(cls, book_id: int, *, copies: int, on_loan: int, held: int) -> Self:
        """The refusal of a number of copies."""
        message = f"{copies} is too few for book {book_id}: on loan {on_loan}, held {held}."
        return cls(message, on_loan=on_loan, held=held, copies_min=on_loan + held)


class LoanLimitReached(OctavoError):
    """The member has as many books on loan as one may have."""

    type = "loan_limit_reached"
    example: ClassVar[Details] = {"open_loans": 5, "loans_max": 5}

    @classmethod
    def of(cls, member_id: int, *, open_loans: int, limit: int) -> Self:
        """The refusal of one more loan."""
        message = f"Member {member_id} has {open_loans} books on loan; {limit} is the most."
        return cls(message, open_loans=open_loans, loans_max=limit)


class RenewalLimitReached(OctavoError):
    """The loan has been renewed as often as it may be."""

    type = "renewal_limit_reached"
    example: ClassVar[Details] = {
        "renewals": 2,
        "renewals_max": 2,
        "due_at": "2026-12-07T09:00:00Z",
    }

    @classmethod
    def of(cls, loan: OpenLoan, limit: int) -> Self:
        """The refusal of one more renewal."""
        return cls(
            f"Loan {loan.id} has been renewed {loan.renewals} times; {limit} is the most.",
            renewals=loan.renewals,
            renewals_max=limit,
            due_at=in_utc(loan.due_at),
        )


class OthersWaiting(OctavoError):
    """Other members wait for this book, so a loan of it is not renewed."""

    type = "others_waiting"
    example: ClassVar[Details] = {"queue_length": 2, "due_at": "2026-12-07T09:00:00Z"}

    @classmethod
    def of(cls, book_id: int, loan: OpenLoan, queue_length: int) -> Self:
        """The refusal of a renewal."""
        return cls(
            f"Others wait for book {book_id}, {queue_length} in all; return it by its due date.",
            queue_length=queue_length,
            due_at=in_utc(loan.due_at),
        )


class NobodyBehind(OctavoError):
    """Nobody stands behind the member in the line, so there is nobody to let go first."""

    type = "nobody_behind"
    example: ClassVar[Details] = {"member_id": 1, "book_id": 1}

    @classmethod
    def of(cls, book_id: int, member_id: int) -> Self:
        """The refusal of stepping aside."""
        message = f"Nobody waits for book {book_id} behind member {member_id}."
        return cls(message, member_id=member_id, book_id=book_id)


_LOAN: Final = {
    "id": 7,
    "member_id": 1,
    "book_id": 1,
    "loaned_at": "2026-11-23T09:00:00Z",
    "due_at": "2026-12-07T09:00:00Z",
    "renewals": 0,
    "returned_at": None,
    "is_overdue": False,
}
_RESERVATION: Final = {
    "id": 8,
    "member_id": 2,
    "book_id": 1,
    "status": "waiting",
    "position": 1,
    "estimated_ready_at": "2026-12-07T09:00:00Z",
    "reserved_at": "2026-11-23T09:05:00Z",
    "fetch_by": None,
}

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
    is_overdue: bool = Field(description="Whether it is still out after its due date.")


class LoanPage(Page[Loan]):
    """One page of loans."""

    model_config = with_example(items=[_LOAN], next_cursor=None)


class Reservation(BaseModel):
    """A member's place in the line for a book, or the copy held for the member."""

    model_config = with_example(**_RESERVATION)

    id: int
    member_id: int
    book_id: int
    status: Literal["waiting", "ready", "fulfilled", "cancelled", "expired"]
    position: int | None = Field(
        description="Place among those who wait, from 1; null for one who does not wait any more."
    )
    estimated_ready_at: datetime | None = Field(
        description="When a copy is expected, from the due dates of those that are out."
    )
    reserved_at: datetime
    fetch_by: datetime | None = Field(description="Until when a ready copy is held.")


class Lending(BaseModel):
    """What became of a member's wish for a book: a loan, or a place in the line."""

    model_config = with_example(outcome="loaned", loan=_LOAN, reservation=None)

    outcome: Literal["loaned", "reserved"]
    loan: Loan | None = None
    reservation: Reservation | None = None


class Returned(BaseModel):
    """A loan that has ended, and where its copy went."""

    model_config = with_example(loan=_LOAN | {"returned_at": "2026-11-24T12:00:00Z"}, handed_to=2)

    loan: Loan
    handed_to: HandedTo


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
    held: int = Field(description="Copies that lie ready for a member.")
    queue_length: int = Field(description="Members who wait; those with a held copy do not.")


_QUEUE_ITEM: Final = {
    "position": 1,
    "member_id": 2,
    "reserved_at": "2026-11-23T09:05:00Z",
    "status": "waiting",
    "estimated_ready_at": "2026-12-07T09:00:00Z",
    "fetch_by": None,
}
_HELD_ITEM: Final = _QUEUE_ITEM | {
    "position": None,
    "member_id": 3,
    "status": "ready",
    "estimated_ready_at": "2026-11-24T12:00:00Z",
    "fetch_by": "2026-11-27T12:00:00Z",
}


class QueueItem(BaseModel):
    """One who waits, or for whom a copy is held."""

    model_config = with_example(**_QUEUE_ITEM)

    position: int | None = Field(description="From 1; null for a held copy.")
    member_id: int
    reserved_at: datetime
    status: Literal["waiting", "ready"]
    estimated_ready_at: datetime | None
    fetch_by: datetime | None


class QueuePage(Page[QueueItem]):
    """One page of those who wait for a book, in order, and all for whom a copy is held."""

    model_config = with_example(items=[_QUEUE_ITEM], next_cursor=None, holds=[_HELD_ITEM])

    holds: list[QueueItem] = Field(description="Held copies; those members do not wait any more.")


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
}


class CirculationEvent(BaseModel):
    """One row of the circulation log."""

    model_config = with_example(**_EVENT)

    id: int
    book_id: int
    number: int = Field(description="Counts the events of this book from 1, in order.")
    kind: EventKind
    at: datetime
    member_id: int | None = Field(description="Null when the number of copies was set.")
    due_at: datetime | None = Field(description="Of a checkout, a fulfil or a renewal.")
    expires_at: datetime | None = Field(description="Until when a copy is held.")
    copies: int | None = Field(description="The number of copies that was set.")


class EventPage(Page[CirculationEvent]):
    """One page of the circulation log."""

    model_config = with_example(items=[_EVENT], next_cursor=None)
