"""Circulation through the core alone: statements, groups, and what an audit of the log finds."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from domain.circulation import HoldingRow, LoanTerms
from repository import books, library, members
from repository.circulation import CLAIMS, EVENTS, HOLDINGS, audit_log
from repository.fines import FINES, pay_fine
from repository.members import MEMBERS
from repository.mongo.changes import Change
from repository.mongo.clock import now
from repository.mongo.connection import Database
from repository.mongo.core import Core, running_core
from tests.support.statements import Statements

TERMS = LoanTerms()
STATEMENTS_MAX = 6


class Desk:
    """Books 1 to 3 with a copy each, and members 1 to 5."""

    def __init__(self, database: Database, core: Core) -> None:
        self.database = database
        self.core = core

    async def do(self, change: Change[Any]) -> Any:
        deadline = asyncio.get_running_loop().time() + 30
        return await self.core.submit(change, deadline=deadline)

    async def do_all(self, *changes: Change[Any]) -> list[Any]:
        return await asyncio.gather(*map(self.do, changes), return_exceptions=True)

    async def found(self) -> list[tuple[str, Any, str | None]]:
        """Where the library is not what its log comes to: collection, id and field."""
        differences = (await audit_log(self.database)).differences
        return [(each.collection, each.id, each.field) for each in differences]

    async def holding(self, book: int) -> HoldingRow:
        [row] = await self.database.rows(HOLDINGS, {"_id": book})
        return row


@pytest.fixture
async def desk(database: Database) -> AsyncIterator[Desk]:
    async with running_core(database) as core:
        desk = Desk(database, core)
        for number in range(1, 4):
            await desk.do(
                books.create(
                    title=f"Book {number}",
                    authors=["N. N."],
                    pages=1,
                    price_cents=1,
                    isbn=None,
                    quantity=0,
                )
            )
        for number in range(1, 6):
            await desk.do(members.create(f"Member {number}", None))
        for number in range(1, 4):
            await desk.do(library.set_copies(number, 1, TERMS))
        yield desk


STEPS = {
    "checkout": library.checkout(1, 1, TERMS),
    "reserve": library.reserve(2, 1, TERMS),
    "checkout that waits": library.checkout(3, 1, TERMS),
    "step_aside": library.step_aside(2, 1, TERMS),
    "return that is handed on": library.return_copy(1, 1, TERMS),
    "fulfill": library.fulfill(3, 1, TERMS),
    "cancel_reservation": library.cancel_reservation(2, 1, TERMS),
    "renew": library.renew(3, 1, TERMS),
    "return": library.return_copy(3, 1, TERMS),
}


async def test_each_change_alone_sends_few_statements(desk: Desk, statements: Statements) -> None:
    sent_by: dict[str, list[str]] = {}
    for name, change in STEPS.items():
        with statements.counted() as sent:
            await desk.do(change)
        sent_by[name] = list(sent)

    assert {name: sent for name, sent in sent_by.items() if len(sent) > STATEMENTS_MAX} == {}
    assert sent_by["checkout"] == [
        "find holdings",
        "findAndModify members",
        "insert circulation_events",
        "insert claims",
        "findAndModify holdings",
        "commitTransaction",
    ]
    assert await desk.found() == []


async def test_a_group_lends_each_copy_once_and_gives_each_place_once(
    desk: Desk, statements: Statements
) -> None:
    with statements.counted() as sent:
        answers = await desk.do_all(
            *(library.checkout(member, book, TERMS) for member in range(1, 5) for book in (1, 2))
        )

    loans = [answer.loan for answer in answers if answer.loan is not None]
    places = [answer.reservation for answer in answers if answer.reservation is not None]
    assert sorted(loan.book_id for loan in loans) == [1, 2]
    assert sorted((each.book_id, each.position) for each in places) == [
        (book, position) for book in (1, 2) for position in (1, 2, 3)
    ]
    assert sent == [
        "find holdings",
        "find members",
        "insert circulation_events",
        "insert claims",
        "update holdings",
        "update members",
        "commitTransaction",
    ]
    assert await desk.found() == []


async def test_a_group_of_everything_leaves_the_library_in_order(desk: Desk) -> None:
    for member, book in ((1, 1), (2, 2), (3, 1), (4, 2), (5, 1)):
        await desk.do(library.checkout(member, book, TERMS))

    answers = await desk.do_all(
        library.return_copy(1, 1, TERMS),
        library.fulfill(3, 1, TERMS),
        library.return_copy(3, 1, TERMS),
        library.cancel_reservation(5, 1, TERMS),
        library.reserve(5, 1, TERMS),
        library.checkout(5, 1, TERMS),
        library.return_copy(2, 2, TERMS),
        library.step_aside(4, 2, TERMS),
        library.checkout(2, 2, TERMS),
        library.set_copies(3, 3, TERMS),
        library.checkout(1, 3, TERMS),
        library.checkout(1, 3, TERMS),
    )

    refused = [getattr(answer, "type", None) for answer in answers]
    assert refused == [None] * 4 + ["copies_available"] + [None] * 2 + [
        "nobody_behind",
        None,
        None,
        None,
        "already_on_loan",
    ]
    assert await desk.found() == []


async def test_many_holds_come_of_one_change(desk: Desk) -> None:
    waiting = 150
    for member in range(6, waiting + 6):
        await desk.do(members.create(f"Member {member}", None))
    await desk.do_all(*(library.checkout(member, 1, TERMS) for member in range(5, waiting + 6)))

    copies = await desk.do(library.set_copies(1, waiting + 1, TERMS))

    assert (copies.held, copies.queue_length) == (waiting, 0)
    assert await desk.found() == []


async def busy(desk: Desk) -> None:
    """Book 1 lent to member 1, member 2 waits, member 3 has cancelled."""
    await desk.do(library.checkout(1, 1, TERMS))
    for member in (2, 3):
        await desk.do(library.reserve(member, 1, TERMS))
    await desk.do(library.cancel_reservation(3, 1, TERMS))


async def claim_of(desk: Desk, member: int) -> int:
    [row] = await desk.database.rows(CLAIMS, {"member_id": member})
    return row.id


async def test_the_log_tells_of_a_claim_that_was_changed_or_lost_though_it_is_closed(
    desk: Desk,
) -> None:
    await busy(desk)
    lent, closed = await claim_of(desk, 1), await claim_of(desk, 3)
    claims = desk.database.collection(CLAIMS)
    await claims.update_one({"_id": closed}, {"$set": {"status": "expired"}})
    await claims.delete_one({"_id": lent})

    assert sorted(await desk.found()) == sorted(
        [("claims", lent, "id"), ("claims", closed, "status")]
    )


async def test_the_log_tells_of_a_list_or_a_counter_that_was_changed(desk: Desk) -> None:
    await busy(desk)
    loans = (await desk.database.find(HOLDINGS, {"_id": 1}))[0]["loans"]
    loans[0]["due_at"] += timedelta(days=1)
    await desk.database.collection(HOLDINGS).update_one(
        {"_id": 1}, {"$set": {"loans": loans}, "$inc": {"waiting": 1}}
    )
    await desk.database.collection(MEMBERS).update_one({"_id": 4}, {"$inc": {"open_loans": 1}})

    assert await desk.found() == [
        ("holdings", 1, "waiting"),
        ("holdings", 1, "loans"),
        ("members", 4, "open_loans"),
    ]


@pytest.mark.parametrize("number", [1, 2, 3, 5])
async def test_a_lost_event_is_a_gap_in_the_log(desk: Desk, number: int) -> None:
    await busy(desk)
    await desk.database.collection(EVENTS).delete_one({"book_id": 1, "number": number})

    [difference] = [
        each
        for each in (await audit_log(desk.database)).differences
        if each.collection == EVENTS.name
    ]

    assert (difference.id, difference.field, difference.expected) == (1, "number", number)


async def test_an_event_that_cannot_have_happened_is_named(desk: Desk) -> None:
    await busy(desk)
    [event] = await desk.database.rows(EVENTS, {"book_id": 1, "kind": "checkout"})
    await desk.database.collection(EVENTS).update_one(
        {"_id": event.id}, {"$set": {"kind": "return"}}
    )

    assert ("circulation_events", event.id, "kind") in await desk.found()


async def test_what_is_left_of_a_book_without_a_holding_is_found(desk: Desk) -> None:
    await busy(desk)
    await desk.database.collection(HOLDINGS).delete_one({"_id": 1})

    assert ("holdings", 1, "total") in await desk.found()


async def test_a_lost_member_who_has_a_loan_is_found(desk: Desk) -> None:
    await busy(desk)
    await desk.database.collection(MEMBERS).delete_one({"_id": 1})

    assert await desk.found() == [("members", 1, "open_loans")]


DEAR = LoanTerms(
    fine_per_day_cents=100, fine_cents_max=100, fine_block_cents=10_000, overdue_loans_max=9
)


async def lend_late(desk: Desk, *book_ids: int) -> None:
    """Lend books to the first member that were due some hours ago."""
    for book_id in book_ids:
        await desk.do(library.checkout(1, book_id, DEAR))
        due = now() - timedelta(hours=5)
        await desk.do(library.set_due_date(1, book_id, due, DEAR))


async def owed(desk: Desk) -> tuple[int, int]:
    """The fines of the first member, in its row and as the sum of its fines."""
    [member] = await desk.database.rows(MEMBERS, {"_id": 1})
    of_member = await desk.database.rows(FINES, {"member_id": 1})
    return member.fines_cents, sum(each.amount_cents for each in of_member)


async def test_a_fine_that_is_paid_while_another_is_made_is_paid_once(desk: Desk) -> None:
    await lend_late(desk, 1, 2)
    await desk.do(library.return_copy(1, 1, DEAR))

    returned, paid = await desk.do_all(library.return_copy(1, 2, DEAR), pay_fine(1, 100))

    assert not isinstance(returned, Exception)
    assert not isinstance(paid, Exception)
    assert await owed(desk) == (100, 100)


async def test_a_fine_is_paid_once_while_a_book_is_returned_twice(desk: Desk) -> None:
    await lend_late(desk, 1, 2, 3)
    for book_id in (1, 2):
        await desk.do(library.return_copy(1, book_id, DEAR))

    await desk.do_all(
        pay_fine(1, 100), library.return_copy(1, 3, DEAR), library.return_copy(1, 3, DEAR)
    )

    assert await owed(desk) == (200, 200)
