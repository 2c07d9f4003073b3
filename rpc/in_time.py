"""A time limit that costs nothing for a coroutine that does not wait."""

import asyncio
from collections.abc import Coroutine, Generator
from types import coroutine
from typing import Any, TypeVar

Result = TypeVar("Result")


async def in_time(work: Coroutine[Any, Any, Result], seconds: float) -> Result:
    """The result of a coroutine, which is cancelled at the time limit.

    It runs at once up to its first wait; without a wait it needs no timer. Raises TimeoutError
    at the limit; a TimeoutError of the coroutine itself becomes a RuntimeError.
    """
    try:
        waited_for = work.send(None)
    except StopIteration as done:
        result: Result = done.value
        return result
    except TimeoutError as error:
        raise RuntimeError("a time limit within the call was not handled") from error
    timeout = asyncio.timeout(seconds)
    try:
        async with timeout:
            return await _rest_of(work, waited_for)
    except TimeoutError as error:
        if timeout.expired():
            raise
        raise RuntimeError("a time limit within the call was not handled") from error


@coroutine
def _rest_of(work: Coroutine[Any, Any, Result], waited_for: Any) -> Generator[Any, Any, Result]:
    """Continue a coroutine that waits."""
    while True:
        try:
            sent = yield waited_for
        except BaseException as error:  # noqa: BLE001 - handed on into the coroutine
            resume, value = work.throw, error
        else:
            resume, value = work.send, sent  # type: ignore[assignment] # either takes its value
        try:
            waited_for = resume(value)
        except StopIteration as done:
            result: Result = done.value
            return result
