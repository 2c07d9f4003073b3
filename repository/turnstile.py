"""Many transactions of a process at once, or one alone that would never get through otherwise."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

from domain.errors import Busy


class Turnstile:
    """Turns are taken first come, first served; one who is alone waits for all before it."""

    def __init__(self) -> None:
        self._entrance = asyncio.Lock()
        self._inside = 0
        self._empty = asyncio.Event()
        self._empty.set()

    @contextlib.asynccontextmanager
    async def turn(self, *, alone: bool, deadline: float) -> AsyncIterator[None]:
        """Take part in the block, beside others or alone.

        `deadline` is a time of the loop's clock. Raises Busy when the turn does not come before it,
        and leaves its place to the next.
        """
        try:
            async with asyncio.timeout_at(deadline):
                await self._enter(alone=alone)
        except TimeoutError:
            raise Busy("Other requests were being worked on until the deadline.") from None
        try:
            yield
        finally:
            if alone:
                self._entrance.release()
            else:
                self._leave()

    async def _enter(self, *, alone: bool) -> None:
        """Come in; who is alone keeps the entrance shut behind itself."""
        await self._entrance.acquire()
        if not alone:
            self._inside += 1
            self._empty.clear()
            self._entrance.release()
            return
        try:
            await self._empty.wait()
        except asyncio.CancelledError:
            self._entrance.release()
            raise

    def _leave(self) -> None:
        self._inside -= 1
        if not self._inside:
            self._empty.set()
