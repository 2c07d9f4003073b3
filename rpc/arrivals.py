"""Bodies that are still arriving: how many bytes of them there may be, and their end at a stop."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Final

from domain.errors import TooManyWaiting

KEYLESS_BODY_BYTES_MAX: Final = 65_536
"""Largest body without a valid key, in bytes; a larger one is refused unread."""
KEYLESS_BODY_READ_S: Final = 5.0
"""Seconds that a body without a valid key may take to arrive."""
TOGETHER_BYTES_MAX: Final = 256 * 1024 * 1024
SMALL_BYTES: Final = KEYLESS_BODY_BYTES_MAX
"""A body of so many bytes takes no more than what a connection takes in any case."""


class Arrivals:
    """The bodies of requests that are not here yet. None of them has a slot of a call."""

    def __init__(self, body_bytes_max: int) -> None:
        self._bytes_left = max(TOGETHER_BYTES_MAX, 2 * body_bytes_max)
        self._time_limits: set[asyncio.Timeout] = set()

    @contextlib.asynccontextmanager
    async def admit(self, bytes_max: int, seconds: float) -> AsyncIterator[None]:
        """Let a body of at most so many bytes arrive, in so many seconds.

        Raises TooManyWaiting if there are too many large ones, TimeoutError at the end of the
        time, or at a stop.
        """
        taken = 0 if bytes_max <= SMALL_BYTES else bytes_max
        if taken > self._bytes_left:
            raise TooManyWaiting
        self._bytes_left -= taken
        try:
            async with asyncio.timeout(seconds) as time_limit:
                self._time_limits.add(time_limit)
                try:
                    yield
                finally:
                    self._time_limits.discard(time_limit)
        finally:
            self._bytes_left += taken

    def end(self) -> None:
        """End all that are still arriving: a stop does not wait for them."""
        now = asyncio.get_running_loop().time()
        for time_limit in self._time_limits:
            time_limit.reschedule(now)
