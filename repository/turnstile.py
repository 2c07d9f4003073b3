"""Many transactions of a process at once, or one alone that would never get through otherwise."""

import asyncio
import contextlib
from collections.abc import AsyncIterator


class Turnstile:
    """Turns are taken first come, first served; one who is alone waits for all before it."""

    def __init__(self) -> None:
        self._entrance = asyncio.Lock()
        self._inside = 0
        self._empty = asyncio.Event()
        self._empty.set()

    @contextlib.asynccontextmanager
    async def turn(self, *, alone: bool) -> AsyncIterator[None]:
        """Take part in the block, beside others or alone."""
        if alone:
            async with self._entrance:
                await self._empty.wait()
                yield
            return
        async with self._entrance:
            self._inside += 1
            self._empty.clear()
        try:
            yield
        finally:
            self._inside -= 1
            if not self._inside:
                self._empty.set()
