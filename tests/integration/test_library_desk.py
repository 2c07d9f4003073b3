"""A day at the library's desk over the wire: blocks, fines, lost copies, holds, who left."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from repository.fines import FINES
from repository.members import MEMBERS
from repository.mongo.connection import Database
from rpc.settings import Settings
from tests.support.library_service import (
    BOOK,
    NOON,
    PERIOD,
    Library,
    instant,
    library_service,
)
from tests.support.rpc_client import RpcError


@pytest.fixture
async def library(settings: Settings, database: Database) -> AsyncIterator[Library]:
    """A library that fines half a unit a day, at most four a loan, and blocks from five on."""
    fines = {"fine_per_day": Decimal("0.50"), "fine_max": Decimal(4), "fine_block": Decimal(5)}
    async with library_service(settings, database, **fines) as library:
        for book in (1, 2, 3, 4):
            await library("set_copies", book_id=book, copies=1)
        yield library


async def refusal(library: Library, method: str, **params: Any) -> RpcError:
    with pytest.raises(RpcError) as refused:
        await library.rpc(method, **params)
    return refused.value


async def return_late(library: Library, member: int, book: int, days: float) -> float:
    """What a return costs so many days after the due date, which is set to that."""
    await library("checkout", member, book_id=book)
    due_at = instant(library.time.now - timedelta(days=days))
    await library("set_due_date", member, book_id=book, due_at=due_at)
    fine: float = (await library("return", member, book_id=book))["fine"]
    return fine


async def test_a_late_return_is_fined_by_the_begun_day_and_paid_row_by_row(
    library: Library,
) -> None:
    assert await return_late(library, 101, 1, days=2.01) == 1.5
    library.time.pass_by(hours=1)
    paid = await library.rpc("library.pay_fine", member_id=101, amount=0.4)
    told = await library.rpc("library.fines", member_id=101)

    assert paid == told
    assert told["balance"] == (await library.rpc("members.get", id=101))["fines"] == 1.1
    assert [(row["kind"], row["amount"], row["title"]) for row in told["items"]] == [
        ("overdue", 1.5, "Book 1"),
        ("payment", -0.4, None),
    ]
    loan, none = (row["loan_id"] for row in told["items"])
    assert (await library.rpc("library.loans", member_id=101))["items"][0]["id"] == loan
    assert none is None


async def test_a_fine_is_never_above_the_most_of_one_loan(library: Library) -> None:
    assert await return_late(library, 101, 1, days=300) == 4.0


async def test_a_return_in_time_costs_nothing_and_leaves_no_row(library: Library) -> None:
    assert await return_late(library, 101, 1, days=0) == 0.0
    assert (await library.rpc("library.fines", member_id=101)) == {
        "balance": 0.0,
        "items": [],
        "next_cursor": None,
    }


async def test_fines_are_paged_by_time(library: Library) -> None:
    for book in (1, 2, 3):
        await return_late(library, 101, book, days=1)
        library.time.pass_by(minutes=1)

    first = await library.rpc("library.fines", member_id=101, limit=2)
    rest = await library.rpc("library.fines", member_id=101, cursor=first["next_cursor"])

    assert [row["book_id"] for row in first["items"] + rest["items"]] == [1, 2, 3]
    assert first["balance"] == rest["balance"] == 1.5


async def test_more_than_is_owed_is_not_taken(library: Library) -> None:
    await return_late(library, 101, 1, days=1)

    refused = await refusal(library, "library.pay_fine", member_id=101, amount=0.51)

    assert (refused.code, refused.data["balance"], refused.data["amount"]) == (109, 0.5, 0.51)
    assert (await library.rpc("library.fines", member_id=101))["balance"] == 0.5


async def test_a_payment_that_is_repeated_happens_once(library: Library) -> None:
    await return_late(library, 101, 1, days=4)
    pay = {"member_id": 101, "amount": 0.5, "idempotency_key": "till 1"}

    answers = await asyncio.gather(*(library.rpc("library.pay_fine", **pay) for _ in range(3)))

    assert [answer["balance"] for answer in answers] == [1.5, 1.5, 1.5]


async def test_payments_at_once_never_take_more_than_is_owed(library: Library) -> None:
    await return_late(library, 101, 1, days=4)

    answers = await asyncio.gather(
        *(library.rpc("library.pay_fine", member_id=101, amount=0.75) for _ in range(5)),
        return_exceptions=True,
    )

    assert sum(isinstance(answer, RpcError) for answer in answers) == 3
    assert (await library.rpc("library.fines", member_id=101))["balance"] == 0.5


async def test_fines_from_the_bound_on_block_new_loans_until_they_are_paid(
    library: Library,
) -> None:
    assert await return_late(library, 101, 1, days=8) == 4.0
    assert await return_late(library, 101, 2, days=1.5) == 1.0

    refused = await library.refusal("checkout", 101)

    assert (refused.code, refused.type) == (2013, "member_blocked")
    assert (refused.data["overdue"], refused.data["fines"]) == (0, 5.0)
    await library.rpc("library.pay_fine", member_id=101, amount=0.01)
    assert (await library("checkout", 101))["outcome"] == "loaned"


async def test_an_overdue_loan_blocks_loans_but_no_place_in_the_line_and_no_renewal(
    library: Library,
) -> None:
    await library("checkout", 101, book_id=1)
    await library("checkout", 102, book_id=2)
    library.time.pass_by(days=14, milliseconds=1)

    assert (await library.refusal("checkout", 101, book_id=3)).data["overdue"] == 1
    assert (await library("checkout", 101, book_id=2))["outcome"] == "reserved"
    await library("return", 102, book_id=2)
    assert (await library.refusal("fulfill", 101, book_id=2)).code == 2013
    assert (await library.refusal("checkout", 101, book_id=2)).code == 2013
    renewed = (await library("renew", 101, book_id=1))["loan"]
    assert renewed["due_at"] == instant(library.time.now + PERIOD)
    assert (await library("fulfill", 101, book_id=2))["outcome"] == "loaned"


async def test_a_lost_copy_costs_nobody_a_place(library: Library) -> None:
    await library("checkout", 101)
    for member in (102, 103, 104):
        await library("reserve", member)
    library.time.pass_by(days=16)

    lost = await library("withdraw_copy", 101, reason="lost")

    assert (lost["total_copies"], lost["on_loan"], lost["queue_length"]) == (0, 0, 3)
    assert (lost["loan"]["lost_at"], lost["fine"]) == (instant(library.time.now), 1.0)
    assert await library.line() == [102, 103, 104]
    [loan] = (await library.rpc("library.loans", member_id=101, open=False))["items"]
    assert (loan["is_overdue"], loan["returned_at"]) == (False, None)
    [fine] = (await library.rpc("library.fines", member_id=101))["items"]
    assert (fine["kind"], fine["loan_id"]) == ("lost", loan["id"])
    [item, *_] = (await library("queue"))["items"]
    assert (item["estimated_ready_at"], item["estimate_reason"]) == (None, "no_copies")
    assert (await library("set_copies", copies=1))["held"] == 1


async def test_a_damaged_copy_on_the_holds_shelf_is_not_the_end_of_a_place(
    library: Library,
) -> None:
    await library("checkout", 101)
    for member in (102, 103):
        await library("reserve", member)
    await library("return", 101)

    copies = await library("withdraw_copy", reason="damaged")

    assert (copies["total_copies"], copies["held"], copies["loan"]) == (0, 0, None)
    assert await library.line() == [102, 103]
    kinds = [event["kind"] for event in (await library("events"))["items"]]
    assert kinds[-2:] == ["put_back", "withdraw"]


async def test_a_copy_that_a_member_has_is_withdrawn_with_the_member_alone(
    library: Library,
) -> None:
    await library("checkout", 101)

    assert (await library.refusal("withdraw_copy", reason="lost")).code == 2008
    assert (await library.refusal("withdraw_copy", 102, reason="lost")).code == 2006
    assert (await library.refusal("withdraw_copy", 101, reason="eaten")).code == -32602


async def test_the_holds_shelf_is_in_the_order_of_its_days_without_expired_ones(
    library: Library,
) -> None:
    for book in (1, 2, 3):
        await library("checkout", 101, book_id=book)
        await library("reserve", 102, book_id=book)
    for book in (2, 3, 1):
        await library("return", 101, book_id=book)
        library.time.pass_by(hours=1)

    async def shelf(**more: Any) -> list[int]:
        page = await library.rpc("library.reservations", status="ready", **more)
        return [item["book_id"] for item in page["items"]]

    assert await shelf() == [2, 3, 1]
    first = await library.rpc("library.reservations", status="ready", limit=1)
    assert await shelf(cursor=first["next_cursor"]) == [3, 1]
    assert await shelf(member_id=102, book_id=3) == [3]
    assert await shelf(member_id=103) == []
    [item] = first["items"]
    assert (item["title"], item["member_name"]) == ("Book 2", "Member 102")
    assert item["fetch_by"] == instant(NOON + timedelta(days=3))
    library.time.now = NOON + timedelta(days=3)
    assert await shelf() == [3, 1]


async def test_reservations_show_places_and_estimates(library: Library) -> None:
    await library("checkout", 101)
    for member in (102, 103):
        await library("reserve", member)

    found = await library.rpc("library.reservations", member_id=103)
    waiting = await library.rpc("library.reservations", book_id=BOOK, status="waiting")

    [item] = found["items"]
    assert (item["status"], item["position"]) == ("waiting", 2)
    assert item["estimated_ready_at"] == instant(NOON + 2 * PERIOD)
    assert [each["position"] for each in waiting["items"]] == [1, 2]


async def test_a_member_who_leaves_takes_no_place_along(library: Library) -> None:
    for book in (1, 2):
        await library("checkout", 101, book_id=book)
        for member in (102, 103):
            await library("reserve", member, book_id=book)
    await library("return", 101, book_id=1)

    left = await library.rpc("members.archive", id=102)

    assert left["archived"]
    assert [hold["member_id"] for hold in (await library("queue", book_id=1))["holds"]] == [103]
    assert [each["member_id"] for each in (await library("queue", book_id=2))["items"]] == [103]
    for method in ("checkout", "reserve", "fulfill"):
        assert (await library.refusal(method, 102, book_id=2)).code == 2014
    listed = await library.rpc("members.list", limit=500)
    gone = await library.rpc("members.list", archived=True)
    assert 102 not in [each["id"] for each in listed["items"]]
    assert [each["id"] for each in gone["items"]] == [102]
    await library.rpc("members.unarchive", id=102)
    assert (await library("checkout", 102, book_id=2))["outcome"] == "reserved"


async def test_a_member_with_a_loan_or_a_fine_may_not_leave(library: Library) -> None:
    await library("checkout", 101)
    with_loan = await refusal(library, "members.archive", id=101)
    library.time.pass_by(days=15)
    await library("return", 101)
    with_fine = await refusal(library, "members.archive", id=101)
    await library.rpc("library.pay_fine", member_id=101, amount=0.5)

    assert (with_loan.code, with_loan.data["open_loans"]) == (109, 1)
    assert (with_fine.code, with_fine.data["fines"]) == (109, 0.5)
    assert (await library.rpc("members.archive", id=101))["archived"]


async def test_reserving_while_one_leaves_ends_in_neither_or_both(library: Library) -> None:
    await library("checkout", 101)
    for member in (102, 103, 104, 105):
        await asyncio.gather(
            library("reserve", member),
            library.rpc("members.archive", id=member),
            return_exceptions=True,
        )
        left = await library.rpc("members.get", id=member)
        assert not (left["archived"] and member in await library.line())


async def test_an_archived_book_comes_back_and_is_not_lent_anew(library: Library) -> None:
    await library("checkout", 101)
    for member in (102, 103):
        await library("reserve", member)
    await library.rpc("books.archive", id=BOOK)

    assert (await library("return", 101))["handed_to"] == 102
    for method, member in (("checkout", 104), ("reserve", 104), ("fulfill", 102)):
        refused = await library.refusal(method, member)
        assert (refused.code, refused.type) == (1005, "book_archived")
    await library("set_copies", copies=2)
    assert (await library.refusal("checkout", 104)).code == 1005
    await library.rpc("books.unarchive", id=BOOK)
    assert (await library("fulfill", 102))["outcome"] == "loaned"


async def test_loans_in_time_are_the_others(library: Library) -> None:
    days = {2: 5, 3: 2, 1: -1}
    for book in days:
        await library("checkout", 101, book_id=book)
    for book, more in days.items():
        due_at = instant(NOON + timedelta(days=more))
        await library("set_due_date", 101, book_id=book, due_at=due_at)
    await library("return", 101, book_id=2)
    await library("checkout", 102, book_id=4)

    async def found(**filters: Any) -> list[int]:
        page = await library.rpc("library.loans", **filters)
        return [loan["book_id"] for loan in page["items"]]

    assert await found(overdue=True) == [1]
    assert await found(overdue=False) == [2, 3, 4]
    assert await found(overdue=False, open=True) == [3, 4]
    assert await found(overdue=False, open=False) == [2]
    assert await found(overdue=True, open=False) == []
    assert await found(overdue=False, member_id=101) == [2, 3]


async def test_every_row_shows_the_title_and_the_member(library: Library) -> None:
    await library("checkout", 101)
    await library("reserve", 102)
    await library.rpc("members.update", id=101, name="Ada King")

    [loan] = (await library.rpc("library.loans", book_id=BOOK))["items"]
    [waiting] = (await library("queue"))["items"]
    events = (await library("events"))["items"]

    assert (loan["title"], loan["member_name"]) == ("Book 1", "Ada King")
    assert (waiting["title"], waiting["member_name"]) == ("Book 1", "Member 102")
    assert [each["member_name"] for each in events] == [None, "Ada King", "Member 102"]
    assert {each["title"] for each in events} == {"Book 1"}


@pytest.mark.parametrize(
    ("due_at", "time_zone", "instant_of_it"),
    [
        ("2026-12-24T18:00:00Z", "UTC", "2026-12-24T18:00:00Z"),
        ("2026-12-24T18:00:00+01:00", "UTC", "2026-12-24T17:00:00Z"),
        ("2026-12-24T18:00", "Europe/Paris", "2026-12-24T17:00:00Z"),
        ("2026-12-24", "Europe/Paris", "2026-12-24T23:00:00Z"),
        ("1999-12-31T00:00:00Z", "UTC", "1999-12-31T00:00:00Z"),
        ("9999-12-31T00:00:00Z", "UTC", "9999-12-31T00:00:00Z"),
    ],
)
async def test_a_due_date_is_any_instant(
    library: Library, due_at: str, time_zone: str, instant_of_it: str
) -> None:
    await library("checkout", 101)

    loan = (await library("set_due_date", 101, due_at=due_at, time_zone=time_zone))["loan"]

    assert (loan["due_at"], loan["renewals"]) == (instant_of_it, 0)
    assert loan["is_overdue"] == (loan["due_at"] < instant(NOON))
    assert (await library("renew", 101))["loan"]["due_at"] >= instant_of_it


@pytest.mark.parametrize(
    "due_at", ["tomorrow", "9999-12-31T00:00:00.001Z", "9999-12-31", "2026-03-29T02:30", 7]
)
async def test_what_is_no_due_date_is_refused_and_changes_nothing(
    library: Library, due_at: Any
) -> None:
    await library("checkout", 101)

    refused = await library.refusal("set_due_date", 101, due_at=due_at, time_zone="Europe/Paris")

    assert refused.code == -32602
    assert refused.data["errors"][0]["path"] == ["due_at"]
    [loan] = (await library.rpc("library.loans", member_id=101))["items"]
    assert loan["due_at"] == instant(NOON + PERIOD)


async def test_the_audit_tells_of_a_fine_that_its_rows_do_not_explain(
    library: Library, database: Database
) -> None:
    await return_late(library, 101, 1, days=1)
    members, fines = database.collection(MEMBERS), database.collection(FINES)
    await members.update_one({"_id": 101}, {"$inc": {"fines_cents": 7}})

    [difference] = (await library.rpc("audit.run", scope="library"))["differences"]

    told = {name: difference[name] for name in ("kind", "collection", "id", "expected", "actual")}
    assert told == {
        "kind": "fines",
        "collection": "members",
        "id": 101,
        "expected": 50,
        "actual": 57,
    }
    await members.update_one({"_id": 101}, {"$set": {"fines_cents": 0}})
    await fines.delete_many({})


async def test_the_audit_tells_of_what_a_member_has_that_the_log_does_not(
    library: Library, database: Database
) -> None:
    await library("checkout", 101)
    await library("reserve", 102)
    members = database.collection(MEMBERS)
    rows = {each["_id"]: each for each in await database.find(MEMBERS, {})}
    await members.update_one({"_id": 101}, {"$set": {"loans_due": {}}})
    await members.update_one({"_id": 102}, {"$set": {"reserved": {}}})

    found = (await library.rpc("audit.run", scope="library"))["differences"]

    assert [(each["id"], each["field"]) for each in found] == [
        (101, "loans_due"),
        (102, "reserved"),
    ]
    for each in (101, 102):
        await members.replace_one({"_id": each}, rows[each])
