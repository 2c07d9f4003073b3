"""One group after the other, except beside one that is slow; and who shares a group."""

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest

from repository.mongo.changes import Change, need, need_to_read
from repository.mongo.connection import Database
from repository.mongo.core import SLOW_S, Core
from tests.factories.shelf import SHELVES, TAKINGS, Shelf, put, take
from tests.support.held_sessions import FirstSession

PLENTY_S = 30.0


@pytest.fixture
async def core(database: Database) -> AsyncIterator[Core]:
    await put(database, Shelf(1, 3), Shelf(2, 3))
    await database.ids.reserve(TAKINGS)
    running = Core(database)
    yield running
    await running.finish()


def taken_by(core: Core, shelf_id: int) -> "asyncio.Task[int]":
    deadline = asyncio.get_running_loop().time() + PLENTY_S
    return asyncio.create_task(core.submit(take(shelf_id), deadline=deadline))


async def test_a_slow_group_holds_up_those_alone_who_need_its_rows(
    core: Core, database: Database
) -> None:
    order: list[int] = []
    held = FirstSession(database)
    first = taken_by(core, 1)
    first.add_done_callback(lambda _: order.append(1))
    await held.arrived.wait()
    blocked = taken_by(core, 1)
    blocked.add_done_callback(lambda _: order.append(3))

    assert await taken_by(core, 2) == 2
    order.append(2)
    held.release()

    assert [await first, await blocked] == [2, 1]
    assert order == [2, 1, 3]


async def test_those_who_come_while_a_group_runs_share_the_next(
    core: Core, database: Database
) -> None:
    sizes: list[int] = []
    core.observe_group = sizes.append
    held = FirstSession(database)
    first = taken_by(core, 1)
    await held.arrived.wait()
    others = [taken_by(core, 2)]
    await asyncio.sleep(SLOW_S / 10)
    others.append(taken_by(core, 2))
    held.release()

    assert await asyncio.gather(first, *others) == [2, 2, 1]
    assert sizes == [1, 2]


async def test_callers_who_come_back_one_by_one_share_a_group_again(core: Core) -> None:
    sizes: list[int] = []
    core.observe_group = sizes.append
    await asyncio.gather(taken_by(core, 1), taken_by(core, 2))

    # A turn of the loop apart: without waiting for the second, the first would be alone.
    first = taken_by(core, 1)
    for _ in range(4):
        await asyncio.sleep(0)
    second = taken_by(core, 2)

    assert await asyncio.gather(first, second) == [1, 1]
    assert sizes == [2, 2]


async def test_a_caller_alone_does_not_wait_after_many_changes_of_one_request(
    core: Core, database: Database
) -> None:
    await put(database, Shelf(9, 1_000))
    starts: list[float] = []
    core.observe_group = lambda _: starts.append(time.monotonic())
    deadline, waited = time.monotonic() + PLENTY_S, list[float]()
    for _ in range(3):  # one of three begins at once also on a busy machine
        request = object()
        every = [core.submit(take(9), deadline=deadline, request=request) for _ in range(40)]
        await asyncio.gather(*every)
        came = time.monotonic()
        await core.submit(take(9), deadline=deadline)
        waited.append(starts[-1] - came)

    assert min(waited) < 0.005


async def test_who_comes_back_alone_is_answered_soon(core: Core) -> None:
    await asyncio.gather(taken_by(core, 1), taken_by(core, 2))

    async with asyncio.timeout(PLENTY_S):
        assert await taken_by(core, 1) == 1


async def test_nobody_waits_for_a_group_that_has_to_try_again(
    core: Core, database: Database
) -> None:
    async with database.session() as others, others.start_transaction():
        shelves = database.collection(SHELVES)
        await shelves.update_one({"_id": 1}, {"$set": {"label": "in use"}}, session=others)
        pair = [taken_by(core, 1), taken_by(core, 1)]
        for _ in range(2):  # they submit, and their group starts
            await asyncio.sleep(0)

        assert await taken_by(core, 2) == 2
        assert not any(each.done() for each in pair)
        await others.abort_transaction()

    assert await asyncio.gather(*pair) == [2, 1]


def by_way_of(shelf_id: int, target: int) -> Change[int]:
    """A taking that learns from one shelf which other one it needs."""
    return replace(
        take(target),
        needs=(need_to_read(SHELVES, shelf_id),),
        further=(lambda _: [need(SHELVES, target)],),
    )


async def test_what_one_half_puts_off_is_answered_by_another_group_alone(
    core: Core, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A change that a halved group puts off may run elsewhere while the other half still tries."""
    shelves = database.collection(SHELVES)
    await shelves.delete_many({})
    await put(database, *(Shelf(number, 100) for number in (1, 2, 3, 4, 9)))
    deadline = asyncio.get_running_loop().time() + PLENTY_S
    async with database.session() as first, database.session() as second:
        first.start_transaction()
        second.start_transaction()
        await shelves.update_one({"_id": 1}, {"$set": {"label": "x"}}, session=first)
        await shelves.update_one({"_id": 3}, {"$set": {"label": "x"}}, session=second)
        delayed = taken_by(core, 3)
        await asyncio.sleep(0.1)
        halved = [
            asyncio.create_task(core.submit(change, deadline=deadline))
            for change in (by_way_of(9, 3), take(2), take(1), take(4))
        ]
        await asyncio.sleep(0.3)
        real = vars(Core)["_attempt"]

        async def slowly(group: Any, submissions: Any, *args: Any, **kwargs: Any) -> Any:
            if len(submissions) == 2:  # what was put off, with the one beside it
                await asyncio.sleep(0.5)
            return await real(core, group, submissions, *args, **kwargs)

        monkeypatch.setattr(core, "_attempt", slowly)
        beside = taken_by(core, 3)
        await second.abort_transaction()
        await asyncio.sleep(0.3)
        await first.abort_transaction()
        left = await asyncio.gather(delayed, beside, *halved)

    assert left == [99, 97, 98, 99, 99, 99]
