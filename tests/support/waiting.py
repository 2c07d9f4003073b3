"""Waiting for what another process or a task tells in its own time."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

SOON_S: Final = 10.0
LOOK_EVERY_S: Final = 0.005


async def until(is_so: Callable[[], Awaitable[bool]], within_s: float = SOON_S) -> None:
    """Wait until a condition holds. Raises TimeoutError after so many seconds."""
    async with asyncio.timeout(within_s):
        while not await is_so():  # noqa: ASYNC110 - no event tells
            await asyncio.sleep(LOOK_EVERY_S)
