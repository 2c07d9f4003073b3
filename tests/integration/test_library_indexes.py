"""Each page of the library's lists is found by its index, and reads little more than it shows.

OCTAVO_TEST_LOANS sets among how many loans; 100,000 is the full run.
"""

import os
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from domain.circulation import ClaimRow, Event, EventKind, HoldingRow, LoanTerms
from domain.library import (
    EventFilter,
    EventPage,
    LoanFilter,
    LoanPage,
    ReservationFilter,
    ReservationPage,
)
from domain.paging import PageRequest
from repository.circulation import CLAIMS, EVENTS, HOLDINGS
from repository.circulation_lists import events_page, loans_page, reservations_page
from repository.mongo.collections import Collection, Document, Sort
from repository.mongo.connection import Database, Filter
from tests.support.explain import documents_examined, used_indexes

LOANS_COUNT = int(os.environ.get("OCTAVO_TEST_LOANS", "400"))
CHUNK = 5_000
PAGE = 51
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
LATE = LOANS_COUNT * MINUTE
"""After that time all loans that are out are overdue, and no hold has expired."""

Read = dict[str, Any]
List = Callable[[Database, PageRequest], Awaitable[LoanPage | EventPage | ReservationPage]]


class Noted(Database):
    """A database with a clock of its own; it notes the finds of lists that it is asked for."""

    def __init__(self, database: Database, now: datetime) -> None:
        super().__init__(database.client, database.motor, clock=lambda: now)
        self.finds: list[Read] = []

    async def find(
        self,
        collection: str | Collection[Any],
        query: Filter,
        *,
        sort: Sort | None = None,
        limit: int = 0,
        projection: Filter | None = None,
    ) -> list[Document]:
        read = {"find": str(collection), "filter": query, "sort": dict(sort or {}), "limit": limit}
        if sort is not None:
            self.finds.append(read)
        return await super().find(collection, query, sort=sort, limit=limit, projection=projection)


def of_loans(**given: Any) -> List:
    filters = LoanFilter(**dict.fromkeys(LoanFilter.__slots__) | given)
    return lambda database, page: loans_page(database, filters, page)


def of_reservations(**given: Any) -> List:
    filters = ReservationFilter(**given)
    return lambda database, page: reservations_page(database, filters, LoanTerms(), page)


def of_events(**given: Any) -> List:
    filters = EventFilter(**dict.fromkeys(EventFilter.__slots__) | given)
    return lambda database, page: events_page(database, filters, page)


LISTS: dict[str, tuple[List, set[str]]] = {
    "all loans": (of_loans(), {"kind"}),
    "open loans": (of_loans(is_open=True), {"kind_and_open"}),
    "returned loans": (of_loans(is_open=False), {"kind_and_open"}),
    "overdue loans": (of_loans(overdue=True), {"overdue"}),
    "loans of a member": (of_loans(member_id=1), {"member"}),
    "open loans of a member": (of_loans(member_id=1, is_open=True), {"member", "kind_and_open"}),
    "overdue loans of a member": (of_loans(member_id=1, overdue=True), {"member", "overdue"}),
    "loans of a book": (of_loans(book_id=1), {"book"}),
    "open loans of a book": (of_loans(book_id=1, is_open=True), {"book", "one_open"}),
    "overdue loans of a book": (
        of_loans(book_id=1, overdue=True),
        {"book", "one_open", "overdue"},
    ),
    "loans of a member and a book": (of_loans(member_id=1, book_id=1), {"member", "book"}),
    "loans in time": (of_loans(overdue=False), {"kind"}),
    "open loans in time": (of_loans(overdue=False, is_open=True), {"overdue"}),
    "open loans in time of a member": (
        of_loans(overdue=False, is_open=True, member_id=1),
        {"member", "overdue"},
    ),
    "all reservations": (of_reservations(), {"kind_and_open"}),
    "the holds shelf": (of_reservations(status="ready"), {"ready"}),
    "all who wait": (of_reservations(status="waiting"), {"kind_and_open"}),
    "reservations of a member": (of_reservations(member_id=1), {"member", "kind_and_open"}),
    "held copies of a member": (of_reservations(member_id=1, status="ready"), {"member", "ready"}),
    "reservations of a book": (
        of_reservations(book_id=1),
        {"book", "one_open", "kind_and_open"},
    ),
    "all events": (of_events(), {"at"}),
    "events of a book": (of_events(book_id=1), {"book"}),
    "events of a member": (of_events(member_id=1), {"member"}),
    "events of a member and a book": (of_events(member_id=1, book_id=1), {"book"}),
    "events of a kind": (of_events(kind=EventKind.HOLD), {"at"}),
}
"""The lists, and the indexes of which one leads to what they show, by any server's choice.

Loans are late, but those of lists of loans in time.
"""


def claim(number: int) -> ClaimRow:
    """A loan: every fourth is of member 1, every fourth of book 1, every other one is out."""
    return ClaimRow(
        id=number,
        kind="loan",
        book_id=1 if number % 4 == 1 else number + 2,
        member_id=1 if number % 4 == 0 else number + 2,
        open=number % 8 < 4,
        loaned_at=NOON,
        due_at=NOON + number * MINUTE,
        renewals=0,
    )


def reservation(number: int) -> ClaimRow:
    """A reservation: of members and books as the loans, half are open, and half of those held."""
    is_open, is_ready = number % 8 < 4, number % 16 < 4
    return ClaimRow(
        id=LOANS_COUNT + number,
        kind="reservation",
        book_id=1 if number % 4 == 1 else number + 2,
        member_id=1 if number % 4 == 0 else number + 2,
        open=is_open,
        place=number,
        reserved_at=NOON,
        status=("ready" if is_ready else "waiting") if is_open else "cancelled",
        ready_at=NOON if is_ready else None,
        expires_at=NOON + (LOANS_COUNT + number) * MINUTE if is_ready and is_open else None,
    )


def event(number: int) -> Event:
    """An event of each of these loans; every tenth is a hold."""
    of = claim(number)
    kind = EventKind.HOLD if number % 10 == 0 else EventKind.CHECKOUT
    return Event(number, of.book_id, number, kind, NOON + number * MINUTE, of.member_id)


@pytest.fixture(scope="module")
async def filled(own_database: Database) -> Database:
    database = own_database
    for start in range(0, LOANS_COUNT, CHUNK):
        numbers = range(start, min(start + CHUNK, LOANS_COUNT))
        rows = [each for number in numbers for each in (claim(number), reservation(number))]
        claims = [CLAIMS.document_of(row) for row in rows]
        await database.collection(CLAIMS).insert_many(claims)
        events = [EVENTS.document_of(event(number)) for number in numbers]
        await database.collection(EVENTS).insert_many(events)
    return database


async def reads_of_two_pages(database: Database, name: str) -> list[Read]:
    """What two pages of a list ask for, of which the first has a second one after it."""
    page_of, _ = LISTS[name]
    noted = Noted(database, NOON if "in time" in name else NOON + LATE)
    first = await page_of(noted, PageRequest(PAGE - 1))
    if first.next_cursor is not None:
        await page_of(noted, PageRequest(PAGE - 1, first.next_cursor))
    return noted.finds


ROWS_TO_A_MATCH = {
    "open loans of a member": 4,
    "overdue loans of a member": 4,
    "open loans in time of a member": 4,
    "reservations of a member": 4,
    "held copies of a member": 8,
    "reservations of a book": 2,
    "all who wait": 2,
    "open loans of a book": 4,
    "overdue loans of a book": 4,
    "events of a kind": 16,
}
"""How many rows are looked at for one that is shown, where no index has the whole filter."""

OF_A_MEMBER_AND_A_BOOK = {"loans of a member and a book", "events of a member and a book"}
"""Lists that look at all rows of the member or of the book: one of these two has few."""
ROWS_OF_THE_BOOK = LOANS_COUNT // 4


@pytest.mark.parametrize("name", LISTS)
async def test_a_page_of_a_list_looks_at_little_more_than_it_shows(
    filled: Database, name: str
) -> None:
    reads = await reads_of_two_pages(filled, name)

    examined = [await documents_examined(filled, read) for read in reads]

    of_the_pages = 2 * (PAGE + 1) * ROWS_TO_A_MATCH.get(name, 1)
    of_the_book = 2 * ROWS_OF_THE_BOOK if name in OF_A_MEMBER_AND_A_BOOK else 0
    assert sum(examined) <= of_the_pages + of_the_book


@pytest.mark.parametrize("name", LISTS)
async def test_each_page_of_a_list_is_found_by_its_index(filled: Database, name: str) -> None:
    used: set[str] = set()
    for read in await reads_of_two_pages(filled, name):
        plan = await filled.motor.command("explain", read, verbosity="queryPlanner")
        found = used_indexes(plan["queryPlanner"]["winningPlan"])
        assert found, f"no index for {read['filter']}"
        used |= found

    assert used <= LISTS[name][1] | {"_id_"}
    assert used & LISTS[name][1]


async def test_the_holds_that_have_expired_are_found_by_their_time(database: Database) -> None:
    rows = [
        HoldingRow(number, next_expiry_at=NOON + number * MINUTE if number % 10 else None)
        for number in range(300)
    ]
    await database.collection(HOLDINGS).insert_many(map(HOLDINGS.document_of, rows))
    query = {"next_expiry_at": {"$lte": NOON + 50 * MINUTE}}
    read = {"find": "holdings", "filter": query, "sort": {"next_expiry_at": 1}, "limit": 200}

    plan = await database.motor.command("explain", read, verbosity="queryPlanner")

    assert used_indexes(plan["queryPlanner"]["winningPlan"]) == {"next_expiry"}


def test_each_index_of_the_library_leads_to_a_list_here() -> None:
    indexes = {index.name for each in (CLAIMS, EVENTS) for index in each.indexes}

    assert indexes == {name for _, names in LISTS.values() for name in names}
