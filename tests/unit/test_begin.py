"""Coroutines that are begun where they are made, and the time limit of those that wait."""

import asyncio
import gc

import pytest

from repository.mongo.turns import Turn
from rpc.begin import Waiting, begin


async def at_once() -> int:
    return 7


async def after(event: asyncio.Event) -> int:
    await event.wait()
    await asyncio.sleep(0)
    return 7


async def within_a_limit_of_its_own() -> int:
    async with asyncio.timeout(0.01):
        await asyncio.sleep(10)
    return 7


async def test_what_does_not_wait_is_done_when_it_is_begun() -> None:
    assert begin(at_once()) == 7


async def test_what_waits_is_finished_by_who_began_it() -> None:
    event = asyncio.Event()

    begun = begin(after(event))

    assert isinstance(begun, Waiting)
    asyncio.get_running_loop().call_later(0.01, event.set)
    assert await begun.finish() == 7


async def test_what_waits_too_long_is_cancelled() -> None:
    begun = begin(after(asyncio.Event()))

    assert isinstance(begun, Waiting)
    with pytest.raises(TimeoutError):
        await begun.finish_in_time(0.01, Turn())


async def test_what_waits_belongs_to_the_task_that_began_it() -> None:
    begun = begin(within_a_limit_of_its_own())

    assert isinstance(begun, Waiting)
    with pytest.raises(RuntimeError, match="time limit within the call"):
        await begun.finish_in_time(5, Turn())
    task = asyncio.current_task()
    assert task is not None
    assert not task.cancelling()


async def test_a_time_limit_that_passed_before_the_first_wait_is_a_fault() -> None:
    async def late() -> None:
        raise TimeoutError

    with pytest.raises(RuntimeError, match="time limit within the call"):
        begin(late())


async def test_what_is_given_up_leaves_no_failure_that_nobody_hears_of() -> None:
    failure: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    unheard: list[dict[str, object]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, told: unheard.append(told))

    async def waits() -> int:
        return await asyncio.shield(failure)

    begun = begin(waits())
    assert isinstance(begun, Waiting)
    begun.give_up()
    failure.set_exception(ValueError("too late"))
    for _ in range(2):
        await asyncio.sleep(0)
    del begun
    gc.collect()

    assert unheard == []
    assert isinstance(failure.exception(), ValueError)
