"""Coroutines that are begun where they are made: one that does not wait needs no task, no timer.

A coroutine is continued by the task that began it, so that time limits and groups of tasks within
it find the task that they belong to.
"""

import asyncio
import time
from collections.abc import Coroutine, Generator
from types import coroutine
from typing import Any, Final, Generic, TypeVar

Result = TypeVar("Result")

TURN_S: Final = 0.01
"""Calls that have something to do hold the loop so long; then everybody else has a turn."""


class Turn:
    """The present turn of the loop, which ends for calls after TURN_S.

    Who works in steps asks after each of them whether it `is_over`, and yields to the loop then.
    """

    def __init__(self) -> None:
        self._ends = 0.0
        self._has_begun = False

    def is_over(self) -> bool:
        """Whether calls have held the loop long enough."""
        now = time.perf_counter()
        if not self._has_begun:
            self._has_begun = True
            self._ends = now + TURN_S
            asyncio.get_running_loop().call_soon(self._end)
        return now >= self._ends

    async def next(self) -> None:
        """Let everybody else have a turn."""
        while self.is_over():  # noqa: ASYNC110 - no event tells, and those before us may end it
            await asyncio.sleep(0)

    def _end(self) -> None:
        self._has_begun = False


class Waiting(Generic[Result]):
    """A coroutine that was begun and now waits."""

    __slots__ = ("_waited_for", "_work")

    def __init__(self, work: Coroutine[Any, Any, Result], waited_for: Any) -> None:
        self._work = work
        self._waited_for = waited_for

    async def finish(self) -> Result:
        """Its result."""
        return await _rest_of(self._work, self._waited_for)

    async def finish_in_time(self, seconds: float, turn: Turn) -> Result:
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
            while turn is not None and turn.is_over():
                yield None
        except BaseException as error:  # noqa: BLE001 - handed on into the coroutine
            resume, value = work.throw, error
        else:
            resume, value = work.send, sent  # type: ignore[assignment] # either takes its value
        try:
            waited_for = resume(value)
        except StopIteration as done:
            result: Result = done.value
            return result
