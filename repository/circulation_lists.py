"""The lists of the library: who waits, what is on loan, what has happened; and its audit."""

from dataclasses import asdict
from datetime import datetime
from typing import Any

import orjson

from domain.circulation import EventKind, LoanTerms, OpenReservation, estimate_at, replay
from domain.library import CirculationEvent, EventPage, Loan, LoanPage, QueueItem, QueuePage
from domain.paging import Keyset, decode_cursor, page_of
from repository.circulation import (
    EVENTS,
    HOLDINGS,
    LOANS,
    RESERVATIONS,
    as_event,
    as_open_loan,
    counters_of,
    read_shelf,
)
from repository.keyset import read_page
from repository.library import as_loan
from repository.members import MEMBERS
from repository.mongo_connection import Document, Documents


async def queue_page(
    documents: Documents,
    holding: Document,
    terms: LoanTerms,
    now: datetime,
    *,
    limit: int,
    cursor: str | None,
) -> QueuePage:
    """Those who wait for a book, in order. Raises InvalidParams for a cursor of another list.

    All who wait are read at once, so that positions have no gaps or twins whatever happens.
    """
    listing = f"queue {holding['_id']}"
    after = decode_cursor(listing, cursor)
    shelf = await read_shelf(documents, holding)
    returns = shelf.expected_returns(terms)
    line = [
        (position, each)
        for position, each in enumerate(shelf.waiting, start=1)
        if after is None or (each.place, each.id) > (after.value, after.id)
    ]
    rows, next_cursor = page_of(listing, line, limit, lambda row: Keyset(row[1].place, row[1].id))
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


def loans_query(
    member_id: int | None,
    book_id: int | None,
    *,
    overdue: bool | None,
    is_open: bool | None,
    now: datetime,
) -> dict[str, Any]:
    """The filter for a list of loans; the one for overdue loans matches only open ones."""
    given = {"member_id": member_id, "book_id": book_id, "open": is_open}
    query: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
    if overdue:
        query |= {"open": {"$in": []} if is_open is False else True, "due_at": {"$lt": now}}
    return query


def loans_index(member_id: int | None, book_id: int | None, *, overdue: bool | None) -> str:
    """The index that narrows a list of loans most; what else is asked for is checked on its rows.

    The embedded engine takes an index of its own accord only if it covers the whole filter.
    """
    if member_id is not None:
        return "member"
    if book_id is not None:
        return "book"
    return "overdue" if overdue else "_id_"


def events_index(member_id: int | None, book_id: int | None) -> str:
    """The index that narrows a list of events most."""
    if book_id is not None:
        return "book"
    return "at" if member_id is None else "member"


async def loans_page(
    documents: Documents,
    *,
    member_id: int | None,
    book_id: int | None,
    overdue: bool | None,
    is_open: bool | None,
    now: datetime,
    limit: int,
    cursor: str | None,
) -> LoanPage:
    """Loans that match all filters. Raises InvalidParams for a cursor of another list."""
    filters = [member_id, book_id, overdue, is_open]
    listing = orjson.dumps(["loans", *filters]).decode()
    rows, next_cursor = await read_page(
        documents,
        LOANS,
        loans_query(member_id, book_id, overdue=overdue, is_open=is_open, now=now),
        listing=listing,
        field="due_at" if overdue else "_id",
        of_times=bool(overdue),
        limit=limit,
        cursor=cursor,
        hint=loans_index(member_id, book_id, overdue=overdue),
    )
    items = [_as_listed_loan(row, now) for row in rows]
    return LoanPage(items=items, next_cursor=next_cursor)


def _as_listed_loan(row: Document, now: datetime) -> Loan:
    return as_loan(row["book_id"], as_open_loan(row), now, row["returned_at"])


async def events_page(
    documents: Documents,
    *,
    book_id: int | None,
    member_id: int | None,
    kind: EventKind | None,
    limit: int,
    cursor: str | None,
) -> EventPage:
    """Events, of one book by their number, else by time. Raises InvalidParams for a wrong cursor.

    Ids come from blocks of several processes, so they do not tell the order.
    """
    given = {"book_id": book_id, "member_id": member_id, "kind": kind and str(kind)}
    query = {name: value for name, value in given.items() if value is not None}
    listing = orjson.dumps(["events", query]).decode()
    rows, next_cursor = await read_page(
        documents,
        EVENTS,
        query,
        listing=listing,
        field="at" if book_id is None else "number",
        of_times=book_id is None,
        limit=limit,
        cursor=cursor,
        hint=events_index(member_id, book_id),
    )
    items = [CirculationEvent(**asdict(as_event(row))) for row in rows]
    return EventPage(items=items, next_cursor=next_cursor)


async def differences(documents: Documents) -> list[dict[str, Any]]:
    """Where the state of the library is not what its circulation log comes to; empty when right.

    Each row names a `collection`, an `id`, a `field`, what was `expected` by the log, and what is
    `actual`. Call it inside a transaction, or while nothing circulates.
    """
    found: list[dict[str, Any]] = []
    loans_of: dict[int, int] = {}
    for holding in await documents.find(HOLDINGS, {}, sort=[("_id", 1)]):
        book_id = holding["_id"]
        rows = await documents.find(EVENTS, {"book_id": book_id}, sort=[("number", 1)])
        told = replay(book_id, [as_event(row) for row in rows])
        actual = await read_shelf(documents, holding)
        for member_id in told.loans:
            loans_of[member_id] = loans_of.get(member_id, 0) + 1
        counted = counters_of(told) | {"next_expiry_at": told.next_expiry}
        found += _differing(HOLDINGS, book_id, counted, holding)
        numbers = [row["number"] for row in rows]
        expected = {
            "loans": told.loans,
            "reservations": told.reservations,
            "numbers": list(range(1, told.events + 1)),
        }
        found += _differing(
            EVENTS,
            book_id,
            expected,
            {"loans": actual.loans, "reservations": actual.reservations, "numbers": numbers},
        )
    for member in await documents.find(MEMBERS, {}, sort=[("_id", 1)]):
        expected = {"open_loans": loans_of.get(member["_id"], 0)}
        found += _differing(MEMBERS, member["_id"], expected, member)
    known = {holding["_id"] for holding in await documents.find(HOLDINGS, {})}
    for collection in (LOANS, RESERVATIONS):
        found += [
            {"collection": collection, "id": row["_id"], "field": "book_id"}
            | {"expected": None, "actual": row["book_id"]}
            for row in await documents.find(collection, {"open": True})
            if row["book_id"] not in known
        ]
    return found


def _differing(
    collection: str, row_id: int, expected: dict[str, Any], actual: Document
) -> list[dict[str, Any]]:
    return [
        {
            "collection": collection,
            "id": row_id,
            "field": name,
            "expected": value,
            "actual": actual.get(name),
        }
        for name, value in expected.items()
        if actual.get(name) != value
    ]
