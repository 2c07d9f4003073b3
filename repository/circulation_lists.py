"""The lists of the library: who waits, what is on loan, what has happened."""

import asyncio
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Final

from domain.books import BookRow
from domain.circulation import ClaimRow, HoldingRow, LoanTerms, OpenLoan, OpenReservation
from domain.lending import loan_values
from domain.library import (
    CirculationEvent,
    EventFilter,
    EventPage,
    ListedLoan,
    ListedReservation,
    LoanFilter,
    LoanPage,
    QueueItem,
    QueuePage,
    Reservation,
    ReservationFilter,
    ReservationPage,
)
from domain.members import MemberRow
from domain.paging import Keyset, PageRequest, decode_cursor, page_of
from domain.queueing import shown_reservation
from domain.shelf import Shelf
from repository.books import BOOKS
from repository.circulation import CLAIMS, EVENTS, HOLDINGS
from repository.members import MEMBERS
from repository.mongo.connection import Database
from repository.mongo.paging import Clause, equal, read_page

QUEUE_ITEM_FIELDS: Final = QueueItem.model_fields.keys() & Reservation.model_fields.keys()


class Names:
    """The titles of books and the names of members that a page shows."""

    def __init__(self, books: Mapping[int, BookRow], members: Mapping[int, MemberRow]) -> None:
        self._books = books
        self._members = members

    def of(self, book_id: int, member_id: int | None) -> dict[str, str | None]:
        """The title and the member's name of one row; None for what is unknown."""
        book = self._books.get(book_id)
        member = None if member_id is None else self._members.get(member_id)
        return {
            "title": None if book is None else book.title,
            "member_name": None if member is None else member.name,
        }


async def names_of(
    database: Database, book_ids: Iterable[int], member_ids: Iterable[int | None]
) -> Names:
    """The names for a page: at most one read of the books, and one of the members."""
    known = [member_id for member_id in member_ids if member_id is not None]
    books, members = await asyncio.gather(
        database.get_all(BOOKS, book_ids), database.get_all(MEMBERS, known)
    )
    return Names(books, members)


async def queue_page(
    database: Database, holding: HoldingRow, terms: LoanTerms, page: PageRequest
) -> QueuePage:
    """The queue for a book, in order. Raises InvalidParams for a cursor of another list.

    One holding has the whole queue, so positions never have gaps or doubles.
    """
    listing = f"queue {holding.id}"
    after = decode_cursor(listing, page.cursor)
    shelf = Shelf.of(holding)
    estimates = shelf.estimates(database.clock(), terms)
    queue = [
        (position, each)
        for position, each in enumerate(shelf.waiting, start=1)
        if after is None or (each.place, each.id) > (after.value, after.id)
    ]
    rows, next_cursor = page_of(
        listing, queue, page.limit, lambda row: Keyset(row[1].place, row[1].id)
    )
    holds = shelf.holds
    shown = [*(each.member_id for _, each in rows), *(each.member_id for each in holds)]
    names = await names_of(database, [holding.id], shown)

    def item(each: OpenReservation, position: int | None) -> QueueItem:
        reservation = shown_reservation(holding.id, each, position, estimates)
        return QueueItem(
            **reservation.model_dump(include=QUEUE_ITEM_FIELDS),
            **names.of(holding.id, each.member_id),
        )

    return QueuePage(
        items=[item(each, position) for position, each in rows],
        next_cursor=next_cursor,
        holds=[item(each, None) for each in holds],
    )


async def loans_page(database: Database, filters: LoanFilter, page: PageRequest) -> LoanPage:
    """Loans that match all filters: by id, or by due date if all are late or all are out in time.

    Raises InvalidParams for a cursor of another list.
    """
    now = database.clock()
    rows, cursor = await read_page(
        database,
        CLAIMS,
        loan_clauses(filters, now),
        page,
        field="due_at" if _is_by_due_date(filters) else "_id",
        listing=["loans", filters.member_id, filters.book_id, filters.overdue, filters.is_open],
    )
    names = await names_of(database, (row.book_id for row in rows), (row.member_id for row in rows))
    return LoanPage(items=[_listed_loan(row, now, names) for row in rows], next_cursor=cursor)


def _is_by_due_date(filters: LoanFilter) -> bool:
    return bool(filters.overdue or (filters.overdue is False and filters.is_open))


def loan_clauses(filters: LoanFilter, now: datetime) -> list[Clause]:
    """The filters of a list of loans; an overdue loan is an open one."""
    is_open = True if filters.overdue and filters.is_open is None else filters.is_open
    # Only loans have a due date.
    kind = None if _is_by_due_date(filters) else "loan"
    clauses = equal(kind=kind, member_id=filters.member_id, book_id=filters.book_id, open=is_open)
    if filters.overdue:
        # No loan is both overdue and returned.
        return [*clauses, {"due_at": {"$lt": now}}, *([] if is_open else [{"_id": -1}])]
    if filters.overdue is False and filters.is_open:
        return [*clauses, {"due_at": {"$gte": now}}]
    if filters.overdue is False and filters.is_open is None:
        return [*clauses, {"$or": [{"open": False}, {"due_at": {"$gte": now}}]}]
    return clauses


def _listed_loan(row: ClaimRow, now: datetime, names: Names) -> ListedLoan:
    loaned_at, due_at = row.loaned_at or now, row.due_at or now
    loan = OpenLoan(row.id, row.member_id, loaned_at, due_at, row.renewals or 0)
    values = loan_values(row.book_id, loan, now, row.returned_at, row.lost_at)
    return ListedLoan(**values, **names.of(row.book_id, row.member_id))


async def reservations_page(
    database: Database, filters: ReservationFilter, terms: LoanTerms, page: PageRequest
) -> ReservationPage:
    """Open reservations: by id, or with status `ready` those to be fetched soonest first.

    Raises InvalidParams for a cursor of another list.
    """
    now = database.clock()
    rows, cursor = await read_page(
        database,
        CLAIMS,
        reservation_clauses(filters, now),
        page,
        field="expires_at" if filters.status == "ready" else "_id",
        listing=["reservations", filters.member_id, filters.book_id, filters.status],
    )
    book_ids = {row.book_id for row in rows}
    holdings = await database.rows(HOLDINGS, {"_id": {"$in": sorted(book_ids)}})
    names = await names_of(database, book_ids, (row.member_id for row in rows))
    shown = {
        reservation.id: reservation
        for holding in holdings
        for reservation in _open_reservations(holding, terms, now)
    }
    # One that has ended since the page was read is left out.
    still = [shown[row.id] for row in rows if row.id in shown]
    items = [
        ListedReservation(**dict(each), **names.of(each.book_id, each.member_id))
        for each in still
        if filters.status in {None, each.status}
    ]
    return ReservationPage(items=items, next_cursor=cursor)


def reservation_clauses(filters: ReservationFilter, now: datetime) -> list[Clause]:
    """The filters of a list of open reservations; a hold that has expired is none."""
    of_one = equal(member_id=filters.member_id, book_id=filters.book_id)
    kind: list[Clause] = [{"kind": "reservation"}, *of_one]
    if filters.status == "ready":
        # Only reservations have that status, and only open ones.
        clauses = kind if of_one else []
        return [*clauses, {"status": "ready"}, {"expires_at": {"$gt": now}}]
    return [*kind, {"open": True}, *equal(status=filters.status)]


def _open_reservations(
    holding: HoldingRow, terms: LoanTerms, now: datetime
) -> Iterator[Reservation]:
    shelf = Shelf.of(holding)
    estimates = shelf.estimates(now, terms)
    for each in shelf.holds:
        yield shown_reservation(holding.id, each, None, estimates)
    for position, each in enumerate(shelf.waiting, start=1):
        yield shown_reservation(holding.id, each, position, estimates)


async def events_page(database: Database, filters: EventFilter, page: PageRequest) -> EventPage:
    """Events, of one book by their number, else by time. Raises InvalidParams for a wrong cursor.

    Ids come from blocks of several processes, so they do not give the order.
    """
    clauses = equal(book_id=filters.book_id, member_id=filters.member_id, kind=filters.kind)
    of_a_book = filters.book_id is not None
    field = "number" if of_a_book else "at"
    rows, cursor = await read_page(
        database, EVENTS, clauses, page, field=field, is_unique=of_a_book
    )
    names = await names_of(
        database, (event.book_id for event in rows), (event.member_id for event in rows)
    )
    items = [
        CirculationEvent(**asdict(event), **names.of(event.book_id, event.member_id))
        for event in rows
    ]
    return EventPage(items=items, next_cursor=cursor)
