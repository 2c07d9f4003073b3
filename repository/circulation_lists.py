"""The lists of the library: who waits, what is on loan, what has happened."""

from dataclasses import asdict
from datetime import datetime

from domain.circulation import (
    ClaimRow,
    HoldingRow,
    LoanTerms,
    OpenLoan,
    OpenReservation,
    estimate_at,
)
from domain.lending import shown_loan
from domain.library import (
    CirculationEvent,
    EventFilter,
    EventPage,
    Loan,
    LoanFilter,
    LoanPage,
    QueueItem,
    QueuePage,
)
from domain.paging import Keyset, PageRequest, decode_cursor, page_of
from repository.circulation import CLAIMS, EVENTS
from repository.mongo.connection import Database
from repository.mongo.paging import Clause, equal, read_page


def queue_page(
    holding: HoldingRow, terms: LoanTerms, now: datetime, page: PageRequest
) -> QueuePage:
    """The queue for a book, in order. Raises InvalidParams for a cursor of another list.

    One holding has the whole queue, so positions never have gaps or doubles.
    """
    listing = f"queue {holding.id}"
    after = decode_cursor(listing, page.cursor)
    shelf = holding.shelf()
    returns = shelf.expected_returns(terms)
    queue = [
        (position, each)
        for position, each in enumerate(shelf.waiting, start=1)
        if after is None or (each.place, each.id) > (after.value, after.id)
    ]
    rows, next_cursor = page_of(
        listing, queue, page.limit, lambda row: Keyset(row[1].place, row[1].id)
    )
    return QueuePage(
        items=[
            _queue_item(each, position, estimate_at(returns, position, now, terms))
            for position, each in rows
        ],
        next_cursor=next_cursor,
        holds=[_queue_item(each, None, each.ready_at) for each in shelf.holds],
    )


def _queue_item(
    reservation: OpenReservation, position: int | None, ready_at: datetime | None
) -> QueueItem:
    return QueueItem(
        position=position,
        member_id=reservation.member_id,
        reserved_at=reservation.reserved_at,
        status="ready" if position is None else "waiting",
        estimated_ready_at=ready_at,
        fetch_by=reservation.expires_at,
    )


async def loans_page(database: Database, filters: LoanFilter, page: PageRequest) -> LoanPage:
    """Loans that match all filters: by id, or with `overdue` the longest overdue first.

    Raises InvalidParams for a cursor of another list.
    """
    now = database.clock()
    rows, cursor = await read_page(
        database,
        CLAIMS,
        loan_clauses(filters, now),
        page,
        field="due_at" if filters.overdue else "_id",
        listing=["loans", filters.member_id, filters.book_id, filters.overdue, filters.is_open],
    )
    return LoanPage(items=[_listed_loan(row, now) for row in rows], next_cursor=cursor)


def loan_clauses(filters: LoanFilter, now: datetime) -> list[Clause]:
    """The filters of a list of loans; an overdue loan is an open one."""
    is_open = True if filters.overdue and filters.is_open is None else filters.is_open
    # Only loans have a due date.
    kind = None if filters.overdue else "loan"
    clauses = equal(kind=kind, member_id=filters.member_id, book_id=filters.book_id, open=is_open)
    if filters.overdue:
        # No loan is both overdue and returned.
        clauses += [{"due_at": {"$lt": now}}, *([] if is_open else [{"_id": -1}])]
    return clauses


def _listed_loan(row: ClaimRow, now: datetime) -> Loan:
    loaned_at, due_at = row.loaned_at or now, row.due_at or now
    loan = OpenLoan(row.id, row.member_id, loaned_at, due_at, row.renewals or 0)
    return shown_loan(row.book_id, loan, now, row.returned_at)


async def events_page(database: Database, filters: EventFilter, page: PageRequest) -> EventPage:
    """Events, of one book by their number, else by time. Raises InvalidParams for a wrong cursor.

    Ids come from blocks of several processes, so they do not give the order.
    """
    clauses = equal(book_id=filters.book_id, member_id=filters.member_id, kind=filters.kind)
    field = "at" if filters.book_id is None else "number"
    rows, cursor = await read_page(database, EVENTS, clauses, page, field=field)
    items = [CirculationEvent(**asdict(event)) for event in rows]
    return EventPage(items=items, next_cursor=cursor)
