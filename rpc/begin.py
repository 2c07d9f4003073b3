"""Coroutines that are begun where they are made: one that does not wait needs no task, no timer.

A coroutine is continued by the task that began it, so that time limits and groups of tasks within
it find the task that they belong to.
"""

import asyncio
import contextlib
from collections.abc import Coroutine, Generator
from types import coroutine
from typing import Any, Generic, Protocol, TypeVar

Result = TypeVar("Result")


class Turn(Protocol):
    """A turn of the loop."""

    def is_over(self) -> bool:
        """Whether steps have held the loop long enough."""

    async def next(self) -> None:
        """Wait for the next turn."""


class Waiting(Generic[Result]):
    """A coroutine that was begun and now waits."""

    __slots__ = ("_waited_for", "_work")

    def __init__(self, work: Coroutine[Any, Any, Result], waited_for: Any) -> None:
        self._work = work
        self._waited_for = waited_for

    @property
    def waited_for(self) -> "asyncio.Future[Any]":
        """What it waits for."""
        future: asyncio.Future[Any] = self._waited_for
        return future

    def resume(self) -> "Result | Waiting[Result]":
        """Run it up to its end or its next wait, without a task; what it waited for is done.

        For work that has no time limits and no groups of tasks within it.
        """
        self._waited_for._asyncio_future_blocking = False  # noqa: SLF001 - as a task does
        return begin(self._work)

    def give_up(self) -> None:
        """Cancel it where it waits, and what it waits for, as its task would."""
        self._waited_for.cancel()
        with contextlib.suppress(asyncio.CancelledError, StopIteration):
            self._work.throw(asyncio.CancelledError())

    async def finish(self, turn: Turn | None = None) -> Result:
        """Its result; with a turn, it goes on when that is not over."""
        return await _rest_of(self._work, self._waited_for, turn)

    async def finish_in_time(self, seconds: float, turn: Turn | None) -> Result:
        """Its result; it is cancelled at the time limit, and goes on in turns that are not over.

        Raises TimeoutError at the limit; a TimeoutError of the coroutine itself becomes
        a RuntimeError.
        """
        timeout = asyncio.timeout(seconds)
        try:
            async with timeout:
                return await _rest_of(self._work, self._waited_for, turn)
        except TimeoutError as error:
            if timeout.expired():
                raise
            raise _unhandled() from error


def begin(work: Coroutine[Any, Any, Result]) -> Result | Waiting[Result]:
    """Run a coroutine up to its end or its first wait; what waits is to be finished at once.

    A TimeoutError of the coroutine becomes a RuntimeError.
    """
    try:
        waited_for = work.send(None)
    except StopIteration as done:
        result: Result = done.value
        return result
    except TimeoutError as error:
        raise _unhandled() from error
    return Waiting(work, waited_for)


def _unhandled() -> RuntimeError:
    return RuntimeError("a time limit within the call was not handled")


@coroutine
def _rest_of(
    work: Coroutine[Any, Any, Result], waited_for: Any, turn: Turn | None = None
) -> Generator[Any, Any, Result]:
    """Continue a coroutine that waits."""
    while True:
        try:
            sent = yield waited_for
            if turn is not None and turn.is_over():
                yield from turn.next().__await__()
        except BaseException as error:  # noqa: BLE001 - handed on into the coroutine
            resume, value = work.throw, error
        else:
            resume, value = work.send, sent  # type: ignore[assignment] # either takes its value
        try:
            waited_for = resume(value)
        except StopIteration as done:
            result: Result = done.value
            return result
