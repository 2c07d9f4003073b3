"""library.*: copies for loan, loans, the line of those who wait, and the log of it all."""

from typing import Annotated, Any

from pydantic import Field

from domain.books import BookId
from domain.circulation import EventKind
from domain.errors import NotFound
from domain.keys import Role
from domain.library import (
    AlreadyOnLoan,
    AlreadyReserved,
    Availability,
    Copies,
    CopiesAvailable,
    CopiesInUse,
    EventPage,
    Lending,
    LoanLimitReached,
    LoanPage,
    NobodyBehind,
    NoCopies,
    NotOnLoan,
    NotReady,
    NotReserved,
    OthersWaiting,
    PassedOn,
    QueuePage,
    RenewalLimitReached,
    Renewed,
    Returned,
)
from domain.members import MemberId
from domain.values import PAGE_SIZE_DEFAULT, CursorText, PageLimit
from repository import circulation_lists, library
from rpc.method_registry import CallContext, ChangeContext, method

ALL_OF_THEM = (NotFound, NoCopies)


def circulation_lane(params: dict[str, Any]) -> str:
    """Where all changes to the circulation of a book join."""
    return library.lane(params["book_id"])


@method(
    "library.set_copies",
    role=Role.CLERK,
    changes=True,
    lane=circulation_lane,
    errors=(NotFound, CopiesInUse),
    example={"book_id": 20, "copies": 2},
)
async def set_copies(context: ChangeContext, book_id: BookId, copies: Copies) -> Availability:
    """Say how many copies of a book are for loan, those out or held included.

    New copies go to those who wait, in order. Copies for loan are apart from the stock for sale.
    """
    terms = context.services.librarian.terms
    return await library.set_copies(context.transaction, book_id, copies, terms, context.now)


@method("library.availability", role=Role.READER, errors=(NotFound,), example={"book_id": 31})
async def availability(context: CallContext, book_id: BookId) -> Availability:
    """Tell where a book's copies are. A book that is not for loan has zeros."""
    holding = await context.services.librarian.holding(book_id, context.now)
    return library.as_availability(holding)


@method(
    "library.checkout",
    role=Role.CLERK,
    changes=True,
    lane=circulation_lane,
    errors=(*ALL_OF_THEM, AlreadyOnLoan, AlreadyReserved, LoanLimitReached),
    example={"member_id": 1, "book_id": 31},
)
async def checkout(context: ChangeContext, member_id: MemberId, book_id: BookId) -> Lending:
    """Lend a copy, or with none free put the member into the line.

    `outcome` is `loaned` with the loan, or `reserved` with the place in the line and when a copy is
    expected. A copy held for the member is lent, and the reservation fulfilled by it. The loan
    limit counts when a copy would be lent, not when the member is put into the line.
    """
    terms = context.services.librarian.terms
    return await library.checkout(context.transaction, member_id, book_id, terms, context.now)


@method(
    "library.return",
    role=Role.CLERK,
    changes=True,
    lane=circulation_lane,
    errors=(*ALL_OF_THEM, NotOnLoan),
    example={"member_id": 2, "book_id": 44},
)
async def return_(context: ChangeContext, member_id: MemberId, book_id: BookId) -> Returned:
    """Take a copy back.

    If somebody waits, it is held for the first in the line from that moment on; `handed_to` names
    that member.
    """
    terms = context.services.librarian.terms
    return await library.return_copy(context.transaction, member_id, book_id, terms, context.now)


@method(
    "library.reserve",
    role=Role.CLERK,
    changes=True,
    lane=circulation_lane,
    errors=(*ALL_OF_THEM, AlreadyOnLoan, AlreadyReserved, CopiesAvailable),
    example={"member_id": 1, "book_id": 45},
)
async def reserve(context: ChangeContext, member_id: MemberId, book_id: BookId) -> Lending:
    """Put a member into the line for a book that has no copy free."""
    terms = context.services.librarian.terms
    return await library.reserve(context.transaction, member_id, book_id, terms, context.now)


@method(
    "library.fulfill",
    role=Role.CLERK,
    changes=True,
    lane=circulation_lane,
    errors=(*ALL_OF_THEM, AlreadyOnLoan, NotReady, LoanLimitReached),
    example={"member_id": 4, "book_id": 46},
)
async def fulfill(context: ChangeContext, member_id: MemberId, book_id: BookId) -> Lending:
    """Lend the copy that is held for the member.

    When none is, the refusal tells the member's position in the line and when a copy is expected.
    """
    terms = context.services.librarian.terms
    return await library.fulfill(context.transaction, member_id, book_id, terms, context.now)


@method(
    "library.cancel_reservation",
    role=Role.CLERK,
    changes=True,
    lane=circulation_lane,
    errors=(*ALL_OF_THEM, NotReserved),
    example={"member_id": 5, "book_id": 47},
)
async def cancel_reservation(
    context: ChangeContext, member_id: MemberId, book_id: BookId
) -> PassedOn:
    """Leave the line. A copy held for the member passes to the first in the line at once."""
    terms = context.services.librarian.terms
    return await library.cancel_reservation(
        context.transaction, member_id, book_id, terms, context.now
    )


@method(
    "library.step_aside",
    role=Role.CLERK,
    changes=True,
    lane=circulation_lane,
    errors=(*ALL_OF_THEM, NotReserved, NobodyBehind),
    example={"member_id": 5, "book_id": 48},
)
async def step_aside(context: ChangeContext, member_id: MemberId, book_id: BookId) -> PassedOn:
    """Let the next in the line go first, and be the next one after.

    A copy held for the member passes to the first who waits, and the member waits at the front. One
    who waits changes places with the one behind.
    """
    terms = context.services.librarian.terms
    return await library.step_aside(context.transaction, member_id, book_id, terms, context.now)


@method(
    "library.renew",
    role=Role.CLERK,
    changes=True,
    lane=circulation_lane,
    errors=(*ALL_OF_THEM, NotOnLoan, OthersWaiting, RenewalLimitReached),
    example={"member_id": 6, "book_id": 49},
)
async def renew(context: ChangeContext, member_id: MemberId, book_id: BookId) -> Renewed:
    """Lengthen a loan by one period from its due date, while nobody waits for the book."""
    terms = context.services.librarian.terms
    return await library.renew(context.transaction, member_id, book_id, terms, context.now)


@method("library.queue", role=Role.READER, errors=(NotFound,), example={"book_id": 47})
async def queue(
    context: CallContext,
    book_id: BookId,
    limit: PageLimit = PAGE_SIZE_DEFAULT,
    cursor: CursorText | None = None,
) -> QueuePage:
    """List those who wait for a book, in order, each with the time a copy is expected.

    Positions count from 1. Those for whom a copy is held do not wait any more: they stand in
    `holds` of every page.
    """
    librarian, now = context.services.librarian, context.now
    holding = await librarian.holding(book_id, now)
    return await circulation_lists.queue_page(
        context.database, holding, librarian.terms, now, limit=limit, cursor=cursor
    )


@method("library.loans", role=Role.READER, example={"member_id": 2, "open": True})
async def loans(
    context: CallContext,
    member_id: MemberId | None = None,
    book_id: BookId | None = None,
    overdue: Annotated[bool, Field(description="Only loans past their due date, or the others.")]
    | None = None,
    open_: Annotated[bool, Field(description="Only loans that are out, or those returned.")]
    | None = None,
    limit: PageLimit = PAGE_SIZE_DEFAULT,
    cursor: CursorText | None = None,
) -> LoanPage:
    """List loans, a page at a time: by id, with `overdue` the longest overdue first."""
    return await circulation_lists.loans_page(
        context.database,
        member_id=member_id,
        book_id=book_id,
        overdue=overdue,
        is_open=open_,
        now=context.now,
        limit=limit,
        cursor=cursor,
    )


@method("library.events", role=Role.READER, example={"book_id": 47})
async def events(
    context: CallContext,
    book_id: BookId | None = None,
    member_id: MemberId | None = None,
    kind: Annotated[EventKind, Field(strict=False, description="Only events of that kind.")]
    | None = None,
    limit: PageLimit = PAGE_SIZE_DEFAULT,
    cursor: CursorText | None = None,
) -> EventPage:
    """List the circulation log, which only grows: of a book in its order, else by time."""
    return await circulation_lists.events_page(
        context.database,
        book_id=book_id,
        member_id=member_id,
        kind=kind,
        limit=limit,
        cursor=cursor,
    )
