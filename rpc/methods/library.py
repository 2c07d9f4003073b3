"""library.*: copies for loan, loans, queues, and the circulation log."""

from typing import Annotated

from pydantic import Field

from domain.books import BookId
from domain.circulation import LATEST, EventKind
from domain.errors import (
    AlreadyOnLoan,
    AlreadyReserved,
    BookArchived,
    Conflict,
    CopiesAvailable,
    CopiesInUse,
    InvalidParams,
    LoanLimitReached,
    MemberArchived,
    MemberBlocked,
    NobodyBehind,
    NoCopies,
    NotFound,
    NotOnLoan,
    NotReady,
    NotReserved,
    OthersWaiting,
    RenewalLimitReached,
)
from domain.fines import FinePayment, Fines
from domain.keys import Role
from domain.lending import shown_availability
from domain.library import (
    Availability,
    Copies,
    DueAt,
    EventFilter,
    EventPage,
    Lending,
    LoanFilter,
    LoanPage,
    OpenStatus,
    PassedOn,
    QueuePage,
    Reason,
    Renewed,
    ReservationFilter,
    ReservationPage,
    Returned,
    Withdrawn,
)
from domain.members import MemberId
from domain.paging import PageRequest
from domain.time_ranges import UTC_NAME, TimeZoneName, end_of
from domain.values import PAGE_SIZE_DEFAULT, CursorText, PageLimit
from repository import circulation_lists, library
from repository import fines as fines_of_members
from repository.mongo.changes import Change
from rpc.method_registry import CallContext, ChangeContext, method

AT_A_DESK = (NotFound, NoCopies, MemberArchived)


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
    errors=(
        *AT_A_DESK,
        BookArchived,
        AlreadyOnLoan,
        AlreadyReserved,
        MemberBlocked,
        LoanLimitReached,
    ),
    example={"member_id": 1, "book_id": 31},
)
def checkout(context: ChangeContext, member_id: MemberId, book_id: BookId) -> Change[Lending]:
    """Lend a copy, or put the member into the queue if no copy is free.

    `outcome` is `loaned` with the loan, or `reserved` with the place in the queue and the time a
    copy is expected. A copy held for the member is lent and fulfils the reservation. Overdue loans,
    fines and the loan limit are checked when a copy would be lent, not when the member is put into
    the queue.
    """
    terms = context.services.librarian.terms
    return library.checkout(member_id, book_id, terms)


@method(
    "library.return",
    role=Role.CLERK,
    errors=(*AT_A_DESK, NotOnLoan),
    example={"member_id": 2, "book_id": 44},
)
def return_(context: ChangeContext, member_id: MemberId, book_id: BookId) -> Change[Returned]:
    """Take a copy back.

    If somebody waits, it is held for the first in the queue at once; `handed_to` names that member.
    A late return is fined if the operator has set a fine per day; `fine` tells how much.
    """
    terms = context.services.librarian.terms
    return library.return_copy(member_id, book_id, terms)


@method(
    "library.reserve",
    role=Role.CLERK,
    errors=(*AT_A_DESK, BookArchived, AlreadyOnLoan, AlreadyReserved, CopiesAvailable),
    example={"member_id": 1, "book_id": 45},
)
def reserve(context: ChangeContext, member_id: MemberId, book_id: BookId) -> Change[Lending]:
    """Put a member into the queue for a book that has no free copy."""
    terms = context.services.librarian.terms
    return library.reserve(member_id, book_id, terms)


@method(
    "library.fulfill",
    role=Role.CLERK,
    errors=(*AT_A_DESK, BookArchived, AlreadyOnLoan, NotReady, MemberBlocked, LoanLimitReached),
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
    errors=(*AT_A_DESK, NotReserved),
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
    errors=(*AT_A_DESK, NotReserved, NobodyBehind),
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
    errors=(*AT_A_DESK, NotOnLoan, OthersWaiting, RenewalLimitReached),
    example={"member_id": 6, "book_id": 49},
)
def renew(context: ChangeContext, member_id: MemberId, book_id: BookId) -> Change[Renewed]:
    """Lengthen a loan by one period, while nobody waits for the book.

    The period counts from the due date, or from now if that is later.
    """
    terms = context.services.librarian.terms
    return library.renew(member_id, book_id, terms)


@method(
    "library.set_due_date",
    role=Role.CLERK,
    errors=(*AT_A_DESK, NotOnLoan),
    example={"member_id": 6, "book_id": 49, "due_at": "2099-12-24T18:00:00Z"},
)
def set_due_date(
    context: ChangeContext,
    member_id: MemberId,
    book_id: BookId,
    due_at: DueAt,
    time_zone: TimeZoneName = UTC_NAME,
) -> Change[Renewed]:
    """Give a loan another due date, as an exception; it does not count as a renewal."""
    terms = context.services.librarian.terms
    due = end_of("due_at", due_at, time_zone)
    if due is None or due > LATEST:
        raise InvalidParams.parameter("due_at", f"must be before {LATEST:%Y-%m-%d}")
    return library.set_due_date(member_id, book_id, due, terms)


@method(
    "library.withdraw_copy",
    role=Role.CLERK,
    errors=(*AT_A_DESK, NotOnLoan, CopiesInUse),
    example={"book_id": 20, "reason": "damaged"},
    more_examples=({"book_id": 49, "reason": "lost", "member_id": 6},),
)
def withdraw_copy(
    context: ChangeContext, book_id: BookId, reason: Reason, member_id: MemberId | None = None
) -> Change[Withdrawn]:
    """Take one copy of a book out of lending: it is lost, damaged or not wanted any more.

    With `member_id` it is the copy that this member has: the loan ends as lost, and is fined like a
    late return. Without, it is a free copy or, if there is none, a held one, whose member
    then waits again at the place of before. Nobody loses a place in the queue.
    """
    terms = context.services.librarian.terms
    if member_id is None:
        return library.withdraw_copy(book_id, reason, terms)
    return library.lose_copy(member_id, book_id, reason, terms)


@method("library.queue", role=Role.READER, errors=(NotFound,), example={"book_id": 45})
async def queue(
    context: CallContext,
    book_id: BookId,
    limit: PageLimit = PAGE_SIZE_DEFAULT,
    cursor: CursorText | None = None,
) -> QueuePage:
    """List those who wait for a book, in order, each with the time a copy is expected.

    Positions count from 1. Members with a held copy no longer wait: they are in `holds` of every
    page. The n-th place gets the n-th of the copies that are still to come; if it would rest on an
    overdue loan, `estimated_ready_at` is null and `estimate_reason` is `overdue`.
    """
    librarian = context.services.librarian
    holding = await librarian.holding(book_id)
    page = PageRequest(limit, cursor)
    return await circulation_lists.queue_page(context.database, holding, librarian.terms, page)


@method("library.loans", role=Role.READER, example={"member_id": 1, "open": True})
async def loans(
    context: CallContext,
    member_id: MemberId | None = None,
    book_id: BookId | None = None,
    open_: Annotated[bool, Field(description="Only loans not returned, or those returned.")]
    | None = None,
    overdue: Annotated[bool, Field(description="Only loans past their due date, or the others.")]
    | None = None,
    limit: PageLimit = PAGE_SIZE_DEFAULT,
    cursor: CursorText | None = None,
) -> LoanPage:
    """List loans, a page at a time, by id.

    With `overdue` true they come by due date, the longest overdue first; with `open` true and
    `overdue` false too, those due soonest first.
    """
    filters = LoanFilter(member_id, book_id, overdue, open_)
    return await circulation_lists.loans_page(context.database, filters, PageRequest(limit, cursor))


@method("library.reservations", role=Role.READER, example={"status": "ready"})
async def reservations(
    context: CallContext,
    member_id: MemberId | None = None,
    book_id: BookId | None = None,
    status: Annotated[
        OpenStatus,
        Field(description="`ready` is the holds shelf, `waiting` are those in a queue."),
    ]
    | None = None,
    limit: PageLimit = PAGE_SIZE_DEFAULT,
    cursor: CursorText | None = None,
) -> ReservationPage:
    """List open reservations, a page at a time: by id, with `ready` those to be fetched soonest."""
    librarian = context.services.librarian
    await librarian.sweep()
    filters = ReservationFilter(member_id, book_id, status)
    page = PageRequest(limit, cursor)
    return await circulation_lists.reservations_page(
        context.database, filters, librarian.terms, page
    )


@method("library.events", role=Role.READER, example={"book_id": 47, "limit": 3})
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


@method("library.fines", role=Role.READER, errors=(NotFound,), example={"member_id": 1})
async def fines(
    context: CallContext,
    member_id: MemberId,
    limit: PageLimit = PAGE_SIZE_DEFAULT,
    cursor: CursorText | None = None,
) -> Fines:
    """Show what a member owes, and list the fines and payments that it is the sum of, by time."""
    return await fines_of_members.fines_page(
        context.database, member_id, PageRequest(limit, cursor)
    )


@method(
    "library.pay_fine",
    role=Role.CLERK,
    errors=(NotFound, Conflict),
    example={"member_id": 1, "amount": 1.5},
)
def pay_fine(_: ChangeContext, member_id: MemberId, amount: FinePayment) -> Change[Fines]:
    """Take what a member pays of the fines; the balance and all its rows are the answer."""
    return fines_of_members.pay_fine(member_id, amount)
