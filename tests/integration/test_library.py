"""Lending over the wire: what is allowed, what is refused, and what time brings."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import orjson
import pytest
from structlog.testing import capture_logs

from domain.errors import StorageUnavailable, WaitedTooLong
from domain.paging import Keyset, encode_cursor
from repository.mongo.connection import Database
from rpc.application import SERVICES
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
    async with library_service(settings, database) as library:
        yield library


@pytest.fixture
async def one_copy(library: Library) -> Library:
    """One copy, on loan to member 101."""
    await library("set_copies", copies=1)
    await library("checkout", 101)
    return library


async def test_a_free_copy_is_lent_for_the_loan_period(library: Library) -> None:
    await library("set_copies", copies=2)

    answer = await library("checkout", 101)

    assert answer["outcome"] == "loaned"
    assert answer["loan"]["due_at"] == instant(NOON + PERIOD)
    assert (await library("availability"))["available_copies"] == 1


async def test_with_no_copy_free_a_checkout_joins_the_line(one_copy: Library) -> None:
    answer = await one_copy("checkout", 102)

    assert answer["outcome"] == "reserved"
    assert answer["reservation"]["position"] == 1
    assert answer["reservation"]["estimated_ready_at"] == instant(NOON + PERIOD)


async def test_copies_are_expected_in_the_order_of_their_due_dates(library: Library) -> None:
    await library("set_copies", copies=2)
    await library("checkout", 101)
    library.time.pass_by(days=1)
    await library("checkout", 102)

    waits = [await library("checkout", member) for member in (103, 104, 105)]

    expected = [NOON + PERIOD, NOON + PERIOD + timedelta(days=1), NOON + 2 * PERIOD]
    assert [wait["reservation"]["estimated_ready_at"] for wait in waits] == [
        instant(each) for each in expected
    ]


async def test_no_date_is_promised_from_a_loan_that_is_late(one_copy: Library) -> None:
    one_copy.time.pass_by(days=20)

    reservation = (await one_copy("checkout", 102))["reservation"]
    [item] = (await one_copy("queue"))["items"]
    refusal = await one_copy.refusal("fulfill", 102)

    for told in (reservation, item, refusal.data):
        assert (told["estimated_ready_at"], told["estimate_reason"]) == (None, "overdue")


async def test_a_returned_copy_is_held_for_the_first_in_the_line(one_copy: Library) -> None:
    for member in (102, 103):
        await one_copy("reserve", member)

    answer = await one_copy("return", 101)

    assert answer["handed_to"] == 102
    assert answer["loan"]["returned_at"] == instant(NOON)
    assert await one_copy("availability") == {
        "book_id": BOOK,
        "total_copies": 1,
        "available_copies": 0,
        "on_loan": 0,
        "held": 1,
        "queue_length": 1,
    }
    queue = await one_copy("queue")
    assert [(item["member_id"], item["position"]) for item in queue["items"]] == [(103, 1)]
    assert [(item["member_id"], item["status"]) for item in queue["holds"]] == [(102, "ready")]


async def test_a_returned_copy_that_nobody_waits_for_is_free(one_copy: Library) -> None:
    assert (await one_copy("return", 101))["handed_to"] is None
    assert (await one_copy("availability"))["available_copies"] == 1


@pytest.mark.parametrize("method", ["fulfill", "checkout"])
async def test_a_held_copy_is_lent_to_its_member(one_copy: Library, method: str) -> None:
    await one_copy("reserve", 102)
    await one_copy("return", 101)

    answer = await one_copy(method, 102)

    assert answer["outcome"] == "loaned"
    assert await one_copy("queue") == {"items": [], "holds": [], "next_cursor": None}


async def test_a_cancelled_hold_passes_to_the_next(one_copy: Library) -> None:
    for member in (102, 103, 104):
        await one_copy("reserve", member)
    await one_copy("return", 101)

    answer = await one_copy("cancel_reservation", 102)

    assert answer["handed_to"] == 103
    assert answer["reservation"]["status"] == "cancelled"
    assert await one_copy.line() == [104]


async def test_whoever_steps_aside_from_a_held_copy_is_the_next_one(one_copy: Library) -> None:
    for member in (102, 103, 104):
        await one_copy("reserve", member)
    await one_copy("return", 101)

    answer = await one_copy("step_aside", 102)

    assert answer["handed_to"] == 103
    assert answer["reservation"]["position"] == 1
    assert await one_copy.line() == [102, 104]


async def test_whoever_waits_and_steps_aside_changes_places_with_the_one_behind(
    one_copy: Library,
) -> None:
    for member in (102, 103, 104):
        await one_copy("reserve", member)

    answer = await one_copy("step_aside", 102)

    assert answer["handed_to"] is None
    assert await one_copy.line() == [103, 102, 104]


async def test_an_expired_hold_is_passed_on_when_somebody_looks(one_copy: Library) -> None:
    for member in (102, 103):
        await one_copy("reserve", member)
    await one_copy("return", 101)

    one_copy.time.pass_by(days=3)

    assert (await one_copy("availability"))["queue_length"] == 0
    assert [item["member_id"] for item in (await one_copy("queue"))["holds"]] == [103]
    assert (await one_copy.refusal("fulfill", 102)).type == "not_ready"


async def test_a_sweep_that_fails_is_followed_by_one_that_does_not(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    librarian = library.application[SERVICES].librarian
    failures = iter([ZeroDivisionError(), StorageUnavailable(), WaitedTooLong()])
    done = asyncio.Event()

    async def sweep() -> int:
        for failure in failures:
            raise failure
        done.set()
        return 0

    monkeypatch.setattr(librarian, "sweep", sweep)
    sweeping = asyncio.create_task(librarian.keep_sweeping(interval_s=0.001))
    with capture_logs() as logged:
        async with asyncio.timeout(10):
            await done.wait()
    sweeping.cancel()
    await asyncio.wait([sweeping])

    assert [line["log_level"] for line in logged] == ["error", "warning", "warning"]


async def test_an_expired_hold_is_passed_on_by_the_sweep_once(one_copy: Library) -> None:
    await one_copy("reserve", 102)
    await one_copy("return", 101)
    one_copy.time.pass_by(days=3)

    assert await one_copy.sweep() >= 1
    assert await one_copy.sweep() == 0

    kinds = [event["kind"] for event in (await one_copy("events"))["items"]]
    assert kinds == ["set_copies", "checkout", "reserve", "return", "hold", "expire"]


async def test_a_hold_lasts_until_its_very_end(one_copy: Library) -> None:
    await one_copy("reserve", 102)
    await one_copy("return", 101)
    one_copy.time.pass_by(days=3, milliseconds=-1)

    assert (await one_copy("fulfill", 102))["outcome"] == "loaned"


async def test_new_copies_go_to_those_who_wait(one_copy: Library) -> None:
    for member in (102, 103, 104):
        await one_copy("reserve", member)

    copies = await one_copy("set_copies", copies=3)

    assert (copies["held"], copies["queue_length"], copies["available_copies"]) == (2, 1, 0)
    assert await one_copy.line() == [104]


async def test_a_loan_is_renewed_from_its_due_date_twice(one_copy: Library) -> None:
    one_copy.time.pass_by(days=5)
    await one_copy("renew", 101)

    renewed = await one_copy("renew", 101)

    assert renewed["loan"]["due_at"] == instant(NOON + 3 * PERIOD)
    assert (await one_copy.refusal("renew", 101)).code == 2010


async def test_overdue_loans_are_listed_longest_first(library: Library) -> None:
    for book in (1, 2, 3):
        await library("set_copies", book_id=book, copies=1)
        await library("checkout", 101, book_id=book)
        library.time.pass_by(days=1)
    library.time.pass_by(days=12, hours=12)

    late = await library.rpc("library.loans", member_id=101, overdue=True, limit=1)
    rest = await library.rpc(
        "library.loans", member_id=101, overdue=True, limit=1, cursor=late["next_cursor"]
    )

    assert [loan["book_id"] for loan in late["items"]] == [1]
    assert [loan["is_overdue"] for loan in late["items"]] == [True]
    assert [loan["book_id"] for loan in rest["items"]] == [2]
    assert rest["next_cursor"] is None


async def test_loans_are_found_by_member_book_and_whether_they_are_out(library: Library) -> None:
    await library("set_copies", copies=2)
    for member in (101, 102):
        await library("checkout", member)
    await library("return", 101)

    async def found(**filters: Any) -> list[int]:
        page = await library.rpc("library.loans", **filters)
        return [loan["member_id"] for loan in page["items"]]

    assert await found(book_id=BOOK) == [101, 102]
    assert await found(book_id=BOOK, open=True) == [102]
    assert await found(book_id=BOOK, open=False) == [101]
    assert await found(member_id=101) == [101]
    assert await found(book_id=BOOK, overdue=True) == []


async def test_the_line_is_paged_in_order(one_copy: Library) -> None:
    for member in range(102, 107):
        await one_copy("reserve", member)

    first = await one_copy("queue", limit=2)
    second = await one_copy("queue", limit=2, cursor=first["next_cursor"])

    pages = [*first["items"], *second["items"]]
    assert [(item["position"], item["member_id"]) for item in pages] == [
        (1, 102),
        (2, 103),
        (3, 104),
        (4, 105),
    ]


async def test_the_log_is_paged_by_time_over_all_books(one_copy: Library) -> None:
    await one_copy("set_copies", copies=1, book_id=2)
    await one_copy("checkout", 101, book_id=2)

    first = await one_copy.rpc("library.events", member_id=101, limit=1)
    rest = await one_copy.rpc("library.events", member_id=101, cursor=first["next_cursor"])

    assert [event["book_id"] for event in first["items"] + rest["items"]] == [1, 2]


class TestRefusals:
    """Each edge case has a type of its own, and changes nothing."""

    @pytest.mark.parametrize("method", ["checkout", "return", "reserve", "fulfill", "renew"])
    async def test_an_unknown_member_or_book(self, library: Library, method: str) -> None:
        assert (await library.refusal(method, 999)).data["kind"] == "member"
        assert (await library.refusal(method, 101, book_id=999)).data["kind"] == "book"

    @pytest.mark.parametrize("method", ["checkout", "return", "reserve", "fulfill"])
    async def test_a_book_without_copies_for_loan(self, library: Library, method: str) -> None:
        assert (await library.refusal(method, 101)).code == 2001

    async def test_copies_or_availability_of_an_unknown_book(self, library: Library) -> None:
        assert (await library.refusal("set_copies", book_id=999, copies=1)).code == 104
        assert (await library.refusal("availability", book_id=999)).code == 104

    async def test_the_same_book_twice(self, one_copy: Library) -> None:
        refusal = await one_copy.refusal("checkout", 101)

        assert refusal.code == 2002
        assert refusal.data["due_at"] == instant(NOON + PERIOD)

    async def test_reserving_what_one_has(self, one_copy: Library) -> None:
        assert (await one_copy.refusal("reserve", 101)).type == "already_on_loan"

    async def test_reserving_while_a_copy_is_free(self, library: Library) -> None:
        await library("set_copies", copies=2)

        refusal = await library.refusal("reserve", 101)

        assert (refusal.code, refusal.data["available"]) == (2003, 2)

    @pytest.mark.parametrize("method", ["checkout", "reserve"])
    async def test_waiting_twice(self, one_copy: Library, method: str) -> None:
        await one_copy("reserve", 102)

        refusal = await one_copy.refusal(method, 102)

        assert (refusal.code, refusal.data["position"]) == (2004, 1)

    async def test_fulfilling_before_a_copy_is_back_or_out_of_turn(self, one_copy: Library) -> None:
        for member in (102, 103):
            await one_copy("reserve", member)
        early = await one_copy.refusal("fulfill", 102)
        await one_copy("return", 101)
        out_of_turn = await one_copy.refusal("fulfill", 103)

        assert (early.code, early.data["position"]) == (2005, 1)
        assert early.data["estimated_ready_at"] == instant(NOON + PERIOD)
        assert (out_of_turn.code, out_of_turn.data["position"]) == (2005, 1)

    async def test_fulfilling_without_a_reservation(self, one_copy: Library) -> None:
        refusal = await one_copy.refusal("fulfill", 102)

        assert (refusal.code, refusal.data["position"]) == (2005, None)

    @pytest.mark.parametrize("method", ["return", "renew"])
    async def test_returning_or_renewing_what_one_does_not_have(
        self, one_copy: Library, method: str
    ) -> None:
        assert (await one_copy.refusal(method, 102)).code == 2006

    async def test_returning_twice(self, one_copy: Library) -> None:
        await one_copy("return", 101)

        assert (await one_copy.refusal("return", 101)).code == 2006

    async def test_cancelling_twice(self, one_copy: Library) -> None:
        await one_copy("reserve", 102)
        await one_copy("cancel_reservation", 102)

        assert (await one_copy.refusal("cancel_reservation", 102)).code == 2007

    async def test_fewer_copies_than_are_out_or_held(self, library: Library) -> None:
        await library("set_copies", copies=2)
        for member in (101, 102):
            await library("checkout", member)
        await library("reserve", 103)
        await library("return", 101)

        refusal = await library.refusal("set_copies", copies=1)

        assert refusal.code == 2008
        assert (refusal.data["on_loan"], refusal.data["held"]) == (1, 1)

    async def test_more_loans_than_the_limit(self, library: Library) -> None:
        for book in range(1, 7):
            await library("set_copies", book_id=book, copies=1)
        for book in range(1, 6):
            await library("checkout", 101, book_id=book)

        refusal = await library.refusal("checkout", 101, book_id=6)

        assert (refusal.code, refusal.data["open_loans"]) == (2009, 5)

    async def test_renewing_while_others_wait(self, one_copy: Library) -> None:
        await one_copy("reserve", 102)

        assert (await one_copy.refusal("renew", 101)).code == 2011

    async def test_stepping_aside_with_nobody_behind(self, one_copy: Library) -> None:
        await one_copy("reserve", 102)

        assert (await one_copy.refusal("step_aside", 102)).code == 2012
        assert (await one_copy.refusal("step_aside", 103)).code == 2007


async def test_each_event_is_repeated_safely_under_its_idempotency_key(one_copy: Library) -> None:
    await one_copy("reserve", 102)

    first, again = [await one_copy("return", 101, idempotency_key="desk-1") for _ in range(2)]

    assert first == again
    assert (await one_copy("availability"))["held"] == 1


@pytest.mark.parametrize("value", ["noon", 1e300, 2**53 - 1, -(2**53) + 1])
async def test_a_cursor_made_by_hand_that_names_no_time_is_refused(
    library: Library, value: Any
) -> None:
    listing = orjson.dumps(["circulation_events", [{"member_id": 101}], "at", False]).decode()
    cursor = encode_cursor(listing, Keyset(value, 1))

    with pytest.raises(RpcError) as refused:
        await library.rpc("library.events", member_id=101, cursor=cursor)

    assert refused.value.code == -32602
    assert "is not a cursor" in str(refused.value)
