"""library.*: copies for loan, loans, queues, and the circulation log."""

from typing import Annotated

from pydantic import Field

from domain.books import BookId
from domain.circulation import EventKind
from domain.errors import (
    AlreadyOnLoan,
    AlreadyReserved,
    CopiesAvailable,
    CopiesInUse,
    LoanLimitReached,
    NobodyBehind,
    NoCopies,
    NotFound,
    NotOnLoan,
    NotReady,
    NotReserved,
    OthersWaiting,
    RenewalLimitReached,
)
from domain.keys import Role
from domain.lending import shown_availability
from domain.library import (
    Availability,
    Copies,
    EventFilter,
    EventPage,
    Lending,
    LoanFilter,
    LoanPage,
    PassedOn,
    QueuePage,
    Renewed,
    Returned,
)
from domain.members import MemberId
from domain.paging import PageRequest
from domain.values import PAGE_SIZE_DEFAULT, CursorText, PageLimit
from repository import circulation_lists, library
from repository.mongo.changes import Change
from rpc.method_registry import CallContext, ChangeContext, method

ALL_OF_THEM = (NotFound, NoCopies)


@method(
    "library.set_copies",
    role=Role.CLERK,
    errors=(NotFound, CopiesInUse),
    example={"book_id": 20, "copies": 2},
)
def set_copies(context: ChangeContext, book_id: BookId, copies: Copies) -> Change[Availability]:
    """Set how many copies of a book are for loan, including those on loan or held.

    New copies go to the queue, in order. Copies for loan are separate from the stock for sale.
    """
    terms = context.services.librarian.terms
    return library.set_copies(book_id, copies, terms)


@method("library.availability", role=Role.PUBLIC, errors=(NotFound,), example={"book_id": 31})
async def availability(context: CallContext, book_id: BookId) -> Availability:
    """Show where a book's copies are. A book that is not for loan has zeros."""
    return shown_availability(await context.services.librarian.holding(book_id))


@method(
    "library.checkout",
    role=Role.CLERK,
    errors=(*ALL_OF_THEM, AlreadyOnLoan, AlreadyReserved, LoanLimitReached),
    example={"member_id": 1, "book_id": 31},
)
def checkout(context: ChangeContext, member_id: MemberId, book_id: BookId) -> Change[Lending]:
    """Lend a copy, or put the member into the queue if no copy is free.

    `outcome` is `loaned` with the loan, or `reserved` with the place in the queue and the time a
    copy is expected. A copy held for the member is lent and fulfils the reservation. The loan limit
    is checked when a copy would be lent, not when the member is put into the queue.
    """
    terms = context.services.librarian.terms
    return library.checkout(member_id, book_id, terms)


@method(
    "library.return",
    role=Role.CLERK,
    errors=(*ALL_OF_THEM, NotOnLoan),
    example={"member_id": 2, "book_id": 44},
)
def return_(context: ChangeContext, member_id: MemberId, book_id: BookId) -> Change[Returned]:
    """Take a copy back.

    If somebody waits, it is held for the first in the queue at once; `handed_to` names that member.
    """
    terms = context.services.librarian.terms
    return library.return_copy(member_id, book_id, terms)


@method(
    "library.reserve",
    role=Role.CLERK,
    errors=(*ALL_OF_THEM, AlreadyOnLoan, AlreadyReserved, CopiesAvailable),
    example={"member_id": 1, "book_id": 45},
)
def reserve(context: ChangeContext, member_id: MemberId, book_id: BookId) -> Change[Lending]:
    """Put a member into the queue for a book that has no free copy."""
    terms = context.services.librarian.terms
    return library.reserve(member_id, book_id, terms)


@method(
    "library.fulfill",
    role=Role.CLERK,
    errors=(*ALL_OF_THEM, AlreadyOnLoan, NotReady, LoanLimitReached),
    example={"member_id": 4, "book_id": 46},
)
def fulfill(context: ChangeContext, member_id: MemberId, book_id: BookId) -> Change[Lending]:
    """Lend the copy that is held for the member.

    If no copy is held, the refusal gives the member's position in the queue and the time a copy
    is expected.
    """
    terms = context.services.librarian.terms
    return library.fulfill(member_id, book_id, terms)


@method(
    "library.cancel_reservation",
    role=Role.CLERK,
    errors=(*ALL_OF_THEM, NotReserved),
    example={"member_id": 5, "book_id": 47},
)
def cancel_reservation(
    context: ChangeContext, member_id: MemberId, book_id: BookId
) -> Change[PassedOn]:
    """Leave the queue. A copy held for the member passes to the first in the queue at once."""
    terms = context.services.librarian.terms
    return library.cancel_reservation(member_id, book_id, terms)


@method(
    "library.step_aside",
    role=Role.CLERK,
    errors=(*ALL_OF_THEM, NotReserved, NobodyBehind),
    example={"member_id": 5, "book_id": 48},
)
def step_aside(context: ChangeContext, member_id: MemberId, book_id: BookId) -> Change[PassedOn]:
    """Let the next in the queue go first, and stay right behind.

    A copy held for the member passes to the first who waits, and the member becomes the first in
    the queue. A member who waits changes places with the one behind.
    """
    terms = context.services.librarian.terms
    return library.step_aside(member_id, book_id, terms)


@method(
    "library.renew",
    role=Role.CLERK,
    errors=(*ALL_OF_THEM, NotOnLoan, OthersWaiting, RenewalLimitReached),
    example={"member_id": 6, "book_id": 49},
)
def renew(context: ChangeContext, member_id: MemberId, book_id: BookId) -> Change[Renewed]:
    """Lengthen a loan by one period from its due date, while nobody waits for the book."""
    terms = context.services.librarian.terms
    return library.renew(member_id, book_id, terms)


@method("library.queue", role=Role.READER, errors=(NotFound,), example={"book_id": 47})
async def queue(
    context: CallContext,
    book_id: BookId,
    limit: PageLimit = PAGE_SIZE_DEFAULT,
    cursor: CursorText | None = None,
) -> QueuePage:
    """List those who wait for a book, in order, each with the time a copy is expected.

    Positions count from 1. Members with a held copy no longer wait: they are in `holds` of every
    page.
    """
    librarian = context.services.librarian
    holding = await librarian.holding(book_id)
    page = PageRequest(limit, cursor)
    return circulation_lists.queue_page(holding, librarian.terms, context.now, page)


@method("library.loans", role=Role.READER, example={"member_id": 2, "open": True})
async def loans(
    context: CallContext,
    member_id: MemberId | None = None,
    book_id: BookId | None = None,
    overdue: Annotated[bool, Field(description="Only loans past their due date, or the others.")]
    | None = None,
    open_: Annotated[bool, Field(description="Only loans not returned, or those returned.")]
    | None = None,
    limit: PageLimit = PAGE_SIZE_DEFAULT,
    cursor: CursorText | None = None,
) -> LoanPage:
    """List loans, a page at a time: by id, or with `overdue` the longest overdue first."""
    filters = LoanFilter(member_id, book_id, overdue, open_)
    return await circulation_lists.loans_page(context.database, filters, PageRequest(limit, cursor))


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
    """List the circulation log, which only grows: of one book by event number, else by time."""
    filters = EventFilter(book_id, member_id, kind)
    return await circulation_lists.events_page(
        context.database, filters, PageRequest(limit, cursor)
    )
