"""Groups without a common row run at once, where that serves."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from repository.mongo.connection import Database
from repository.mongo.core import Core
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


async def test_groups_without_a_common_row_run_at_once(core: Core, database: Database) -> None:
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


async def test_beside_a_group_of_two_one_waits_until_it_is_two(
    core: Core, database: Database
) -> None:
    held = FirstSession(database)
    pair = [taken_by(core, 1), taken_by(core, 1)]
    await held.arrived.wait()
    single = taken_by(core, 2)
    await asyncio.sleep(0.1)
    is_waiting = not single.done()

    assert await taken_by(core, 2) == 1
    assert await single == 2
    assert is_waiting
    held.release()
    assert await asyncio.gather(*pair) == [2, 1]


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
