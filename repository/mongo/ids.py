"""Integer ids, unique over all processes, taken from blocks to save round trips."""

import time
from collections import defaultdict, deque
from collections.abc import Awaitable, Callable
from typing import Any, Final

from repository.mongo.collections import Collection

RUSH_S: Final = 1.0
"""Whoever spends a block in less time takes twice as many ids the next time."""
BLOCK_SIZE_MAX: Final = 1_600


class IdsSpentError(LookupError):
    """Too few ids are reserved; reserve `count` more, or a block if that is None."""

    def __init__(self, collection: Collection[Any], count: int | None) -> None:
        super().__init__(collection.name)
        self.collection = collection
        self.count = count


class Ids:
    """Rising ids of each collection; a stop or a crash skips what is left of a block.

    `reserve_block` takes a collection's name and a number of ids; it returns the last id of the
    new block.
    """

    def __init__(self, reserve_block: Callable[[str, int], Awaitable[int]]) -> None:
        self._reserve_block = reserve_block
        self._free: defaultdict[str, deque[int]] = defaultdict(deque)
        self._last_blocks: dict[str, tuple[int, float]] = {}
        """The size of the last block of each collection, and when it was reserved."""

    def take(self, collection: Collection[Any], count: int) -> list[int]:
        """Take new ids. Raises IdsSpentError when too few are reserved: many are reserved exactly.

        So what a file brings leaves no gap.
        """
        free = self._free[collection.name]
        if len(free) < count:
            raise IdsSpentError(collection, None if count == 1 else count - len(free))
        return [free.popleft() for _ in range(count)]

    def give_back(self, collection: Collection[Any], ids: list[int]) -> None:
        """Give ids back that were not used."""
        self._free[collection.name].extendleft(reversed(ids))

    async def reserve(self, collection: Collection[Any], count: int | None = None) -> None:
        """Reserve ids: a block of the collection, unless `count` says how many."""
        size = count or self._next_block_size(collection)
        last = await self._reserve_block(collection.name, size)
        self._free[collection.name].extend(range(last - size + 1, last + 1))

    def _next_block_size(self, collection: Collection[Any]) -> int:
        """The collection's, or more in a rush: each block costs a commit, for which all wait."""
        size, now = collection.ids_per_block, time.monotonic()
        last_size, reserved_at = self._last_blocks.get(collection.name, (0, 0.0))
        if size > 1 and last_size and now < reserved_at + RUSH_S:
            size = min(2 * last_size, BLOCK_SIZE_MAX)
        self._last_blocks[collection.name] = size, now
        return size
