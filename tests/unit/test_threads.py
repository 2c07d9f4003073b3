"""Steps in one thread: all in order, none after a failure, and none after they were given up."""

import asyncio
import threading
from contextvars import ContextVar

import pytest

from repository.mongo.threads import in_one_thread

NAME: ContextVar[str] = ContextVar("name", default="")


async def test_all_steps_are_taken_in_order_in_one_thread_and_the_context_of_the_caller() -> None:
    NAME.set("caller")
    seen: list[tuple[int, str, int]] = []

    def step(number: int) -> None:
        seen.append((number, NAME.get(), threading.get_ident()))

    await in_one_thread([lambda: step(1), lambda: step(2), lambda: step(3)])

    assert [(number, name) for number, name, _ in seen] == [(each, "caller") for each in (1, 2, 3)]
    [thread] = {thread for _, _, thread in seen}
    assert thread != threading.get_ident()


async def test_no_step_is_taken_after_one_that_fails() -> None:
    taken: list[int] = []

    def fail() -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await in_one_thread([lambda: taken.append(1), fail, lambda: taken.append(3)])

    assert taken == [1]


async def test_who_gives_up_is_told_when_the_step_under_way_has_ended_and_no_other_begins() -> None:
    began, may_end = threading.Event(), threading.Event()
    taken: list[str] = []

    def first() -> None:
        began.set()
        assert may_end.wait(10)
        taken.append("first")

    task = asyncio.create_task(in_one_thread([first, lambda: taken.append("second")]))
    while not began.is_set():  # noqa: ASYNC110 - a thread sets it
        await asyncio.sleep(0.001)
    for _ in range(2):
        task.cancel()
        await asyncio.sleep(0.05)
        assert not task.done()
    may_end.set()

    with pytest.raises(asyncio.CancelledError):
        await task

    assert taken == ["first"]
