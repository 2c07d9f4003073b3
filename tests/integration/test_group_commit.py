"""Concurrent changes of one lane share a transaction, and each is answered on its own."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from structlog.testing import capture_logs

from domain.errors import Busy, Conflict, InvalidParams, OctavoError, StorageUnavailable
from repository.group_commit import Change, GroupCommit
from repository.idempotency import REQUESTS, RequestKey
from repository.mongo_connection import Database, Document
from repository.transactions import COMMITS, Transaction

SHELF = "books"
PLENTY_S = 30.0

Perform = Callable[[Transaction], Awaitable[bytes]]


@pytest.fixture
async def group(database: Database) -> AsyncIterator[GroupCommit]:
    await database.collection(SHELF).insert_one({"_id": 1, "stock": 3})
    running = GroupCommit(database)
    yield running
    await running.finish()


def change(
    perform: Perform,
    *,
    key: str | None = None,
    lane: str | None = "shelf",
    seconds: float = PLENTY_S,
    fingerprint: str = "same",
) -> Change:
    deadline = asyncio.get_running_loop().time() + seconds
    request = None if key is None else RequestKey("till", key, "take", fingerprint)
    return Change(perform=perform, deadline=deadline, key=request, lane=lane)


async def take(transaction: Transaction) -> bytes:
    """Take one copy and tell how many are left."""
    book = await transaction.hold(SHELF, 1)
    assert book is not None
    if not book["stock"]:
        raise Conflict("nothing left")
    transaction.change(SHELF, book, add={"stock": -1})
    return str(book["stock"]).encode()


async def take_then_refuse(transaction: Transaction) -> bytes:
    await take(transaction)
    raise Conflict("changed its mind")


async def fail(_: Transaction) -> bytes:
    raise ZeroDivisionError


async def stock(database: Database) -> int:
    book = await database.find_one(SHELF, {"_id": 1})
    assert book is not None
    return int(book["stock"])


async def records(database: Database) -> dict[str, Document]:
    return {record["_id"]: record for record in await database.find(REQUESTS, {})}


async def all_of(group: GroupCommit, *changes: Change) -> list[bytes | BaseException]:
    """What each of several changes, submitted in this order at once, was answered."""
    return await asyncio.gather(*map(group.submit, changes), return_exceptions=True)


async def test_each_is_refused_on_its_own_first_come_first_served(
    group: GroupCommit, database: Database
) -> None:
    answers = await all_of(group, *(change(take) for _ in range(5)))

    assert answers[:3] == [b"2", b"1", b"0"]
    assert [type(refusal) for refusal in answers[3:]] == [Conflict, Conflict]
    assert await stock(database) == 0


async def test_those_that_wait_while_one_commits_share_the_next_transaction(
    group: GroupCommit, database: Database
) -> None:
    await database.collection(SHELF).update_one({"_id": 1}, {"$set": {"stock": 60}})
    first = asyncio.create_task(group.submit(change(take)))
    await asyncio.sleep(0)  # the first is on its way, and alone

    rest = await all_of(group, *(change(take) for _ in range(50)))

    assert await first == b"59"
    assert rest == [str(left).encode() for left in range(58, 8, -1)]
    assert await database.collection(COMMITS).count_documents({}) == 2


async def test_a_change_without_a_lane_joins_nobody(group: GroupCommit, database: Database) -> None:
    await all_of(group, *(change(take, lane=None) for _ in range(3)))

    assert await stock(database) == 0
    assert await database.collection(COMMITS).count_documents({}) == 3


async def test_one_that_fails_does_not_fail_its_neighbours(
    group: GroupCommit, database: Database
) -> None:
    before, fault, after = await all_of(group, change(take), change(fail), change(take))

    assert (before, after) == (b"2", b"1")
    assert isinstance(fault, ZeroDivisionError)
    assert await stock(database) == 1


async def test_what_a_refused_change_had_written_is_undone_and_its_refusal_kept(
    group: GroupCommit, database: Database
) -> None:
    doubtful = [change(take_then_refuse, key=key) for key in ("a", "a")]
    before, refusal, again, after = await all_of(group, change(take), *doubtful, change(take))

    assert (before, after) == (b"2", b"1")
    assert isinstance(refusal, Conflict)
    assert isinstance(again, OctavoError)
    assert again.type == "conflict"
    assert await stock(database) == 1
    assert (await records(database))["till:a"]["refusal"]["message"] == "changed its mind"


async def test_a_cancelled_caller_does_not_stop_its_change(
    group: GroupCommit, database: Database
) -> None:
    caller = asyncio.create_task(group.submit(change(take, key="left")))
    await asyncio.sleep(0)
    assert group.is_in_progress("till", "left")

    caller.cancel()
    await group.finish()

    assert caller.cancelled()
    assert await stock(database) == 2
    assert (await records(database))["till:left"]["result"] == "2"
    assert not group.is_in_progress("till", "left")


async def test_what_fails_unforeseen_after_its_caller_has_left_is_logged(
    group: GroupCommit,
) -> None:
    caller = asyncio.create_task(group.submit(change(fail)))
    await asyncio.sleep(0)

    with capture_logs() as logged:
        caller.cancel()
        await group.finish()
        await asyncio.sleep(0)

    (line,) = logged
    assert line["log_level"] == "error"
    assert isinstance(line["exc_info"], ZeroDivisionError)


async def test_a_lane_that_is_cut_off_leaves_nobody_waiting_and_opens_again(
    group: GroupCommit,
) -> None:
    begun, may_end = asyncio.Event(), asyncio.Event()

    async def take_long(_: Transaction) -> bytes:
        begun.set()
        await may_end.wait()
        return b""

    at_work = asyncio.create_task(group.submit(change(take_long)))
    await begun.wait()
    in_line = asyncio.create_task(group.submit(change(take)))
    await asyncio.sleep(0)

    for task in asyncio.all_tasks():
        if "_drain" in repr(task.get_coro()):
            task.cancel()
    async with asyncio.timeout(PLENTY_S):
        cut_off = await asyncio.gather(at_work, in_line, return_exceptions=True)
        after = await group.submit(change(take))
    may_end.set()

    assert [type(refusal) for refusal in cut_off] == [StorageUnavailable] * 2
    assert after == b"2"


async def test_a_change_that_waited_too_long_is_told_that_nothing_happened(
    group: GroupCommit, database: Database
) -> None:
    in_time, late = await all_of(group, change(take), change(take, key="late", seconds=0))

    assert in_time == b"2"
    assert isinstance(late, Busy)
    assert late.retryable
    assert await stock(database) == 2
    assert not await records(database)


async def test_a_key_is_answered_once_for_all_that_bear_it(
    group: GroupCommit, database: Database
) -> None:
    together = await all_of(group, *(change(take, key="k") for _ in range(3)))
    apart = await all_of(group, *(change(take, key="k", lane=None) for _ in range(3)))

    assert together == apart == [b"2"] * 3
    assert await stock(database) == 2


async def test_a_key_that_races_in_lanes_of_its_own_is_answered_once(
    group: GroupCommit, database: Database
) -> None:
    other_process = GroupCommit(database)

    here, there = await asyncio.gather(
        all_of(group, *(change(take, key="k", lane=None) for _ in range(4))),
        all_of(other_process, *(change(take, key="k", lane=None) for _ in range(4))),
    )

    assert here == there == [b"2"] * 4
    assert await stock(database) == 2


async def test_a_key_of_another_request_is_refused(group: GroupCommit, database: Database) -> None:
    _, reused = await all_of(
        group, change(take, key="k"), change(take, key="k", fingerprint="other")
    )

    assert isinstance(reused, OctavoError)
    assert reused.type == "idempotency_key_reused"
    assert await stock(database) == 2


async def test_final_refusals_are_kept_and_those_to_be_retried_are_not(
    group: GroupCommit,
) -> None:
    async def be_busy(_: Transaction) -> bytes:
        raise Busy("later")

    async def be_wrong(_: Transaction) -> bytes:
        raise InvalidParams.parameter("quantity", "is wrong")

    async def be_final(_: Transaction) -> bytes:
        raise Conflict("for good", left=0)

    await all_of(
        group, change(be_busy, key="b"), change(be_wrong, key="w"), change(be_final, key="f")
    )
    retried = await all_of(
        group, change(take, key="b"), change(take, key="w"), change(take, key="f")
    )

    assert retried[:2] == [b"2", b"1"]
    assert isinstance(retried[2], OctavoError)
    assert retried[2].as_record() == Conflict("for good", left=0).as_record()


async def test_a_failing_side_effect_repeats_nothing(
    group: GroupCommit, database: Database
) -> None:
    async def take_and_stumble(transaction: Transaction) -> bytes:
        transaction.after_commit(lambda: 1 // 0)
        return await take(transaction)

    answers = await all_of(group, change(take_and_stumble), change(take))

    assert answers == [b"2", b"1"]
    assert await stock(database) == 1
