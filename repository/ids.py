"""Integer ids, unique over all processes, handed out from blocks to save round trips."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

BLOCK_SIZE: Final = 100


class Ids:
    """Rising ids of each kind of thing; a stop or a crash skips what is left of a block.

    `reserve` takes a kind and a number of ids and returns the last one of the new block.
    """

    def __init__(self, reserve: Callable[[str, int], Awaitable[int]]) -> None:
        self._reserve = reserve
        self._free: dict[str, range] = {}
        self._locks: dict[str, asyncio.Lock] = {}

    async def next(self, kind: str, block_size: int = BLOCK_SIZE) -> int:
        """An id that was never given out before. A block of one id leaves no gap at a stop."""
        async with self._locks.setdefault(kind, asyncio.Lock()):
            free = self._free.get(kind, range(0))
            if not free:
                last = await self._reserve(kind, block_size)
                free = range(last - block_size + 1, last + 1)
            self._free[kind] = free[1:]
            return free[0]
