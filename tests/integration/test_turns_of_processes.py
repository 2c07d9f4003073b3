"""Two processes that change one row: with turns their groups do not run in vain."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from repository.mongo.connection import Database, connect
from repository.mongo.core import Core, deadline_in, running_core
from repository.mongo.row_turns import row_turns
from tests.factories.shelf import TAKINGS, Shelf, put, stock, take, taken
from tests.support.statements import Statements

CROWD = 5
ROUNDS = 30
PLENTY_S = 30.0


@pytest.fixture
async def cores(
    database: Database, mongo_url: str, tmp_path: Path
) -> AsyncIterator[tuple[Core, Core]]:
    """Those of two processes: each has its own connection, and its own hold on the turns."""
    await put(database, Shelf(1, 10_000), Shelf(2, 10))
    async with contextlib.AsyncExitStack() as stack:
        other = await stack.enter_async_context(connect(mongo_url, database.name))
        for each in (database, other):
            await each.ids.reserve(TAKINGS)
        one, another = [
            await stack.enter_async_context(
                running_core(each, stack.enter_context(row_turns(tmp_path)))
            )
            for each in (database, other)
        ]
        yield one, another


async def crowd(core: Core) -> None:
    """Callers who come again as soon as they are answered."""

    async def caller() -> None:
        for _ in range(ROUNDS):
            await core.submit(take(foreseen=True), deadline=deadline_in(PLENTY_S))

    await asyncio.gather(*(caller() for _ in range(CROWD)))


async def test_crowds_of_two_processes_at_one_row_rarely_conflict(
    cores: tuple[Core, Core], database: Database, statements: Statements
) -> None:
    groups: list[int] = []
    for core in cores:
        core.observe_group = groups.append

    with statements.counted() as sent:
        await asyncio.gather(*map(crowd, cores))

    attempts = sent.count("findAndModify test_shelves")
    assert attempts - len(groups) < len(groups) / 5
    assert sum(groups) == await taken(database) == 2 * CROWD * ROUNDS
    assert await stock(database) == 10_000 - 2 * CROWD * ROUNDS


async def test_who_comes_while_a_group_waits_for_its_turn_joins_it(
    cores: tuple[Core, Core], tmp_path: Path
) -> None:
    await asyncio.gather(*map(crowd, cores))
    sizes: list[int] = []
    cores[0].observe_group = sizes.append

    with row_turns(tmp_path) as elsewhere:
        assert elsewhere.take()
        async with asyncio.TaskGroup() as group:
            for _ in range(CROWD):
                group.create_task(cores[0].submit(take(), deadline=deadline_in(PLENTY_S)))
                await asyncio.sleep(0.01)
            assert not sizes
            elsewhere.leave()

    assert sizes == [CROWD]


async def test_who_needs_another_row_does_not_wait_with_a_group_that_waits_for_its_turn(
    cores: tuple[Core, Core], tmp_path: Path
) -> None:
    await asyncio.gather(*map(crowd, cores))

    with row_turns(tmp_path) as elsewhere:
        assert elsewhere.take()
        waiting = asyncio.create_task(cores[0].submit(take(), deadline=deadline_in(PLENTY_S)))
        await asyncio.sleep(0.01)
        await cores[0].submit(take(2), deadline=deadline_in(PLENTY_S))
        assert not waiting.done()
        elsewhere.leave()
        await waiting
