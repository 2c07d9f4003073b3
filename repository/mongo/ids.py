"""Integer ids, unique over all processes, taken from blocks to save round trips."""

from collections import defaultdict, deque
from collections.abc import Awaitable, Callable
from typing import Any

from repository.mongo.collections import Collection


class IdsSpentError(LookupError):
    """Too few ids are reserved; reserve `count` more."""

    def __init__(self, collection: Collection[Any], count: int) -> None:
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

    def take(self, collection: Collection[Any], count: int) -> list[int]:
        """Take new ids. Raises IdsSpentError when too few are reserved."""
        free = self._free[collection.name]
        if len(free) < count:
            missing = count - len(free)
            raise IdsSpentError(
                collection, max(missing, collection.ids_per_block if count == 1 else 0)
            )
        return [free.popleft() for _ in range(count)]

    def give_back(self, collection: Collection[Any], ids: list[int]) -> None:
        """Give ids back that were not used."""
        self._free[collection.name].extendleft(reversed(ids))

    async def reserve(self, collection: Collection[Any], count: int | None = None) -> None:
        """Reserve ids: a block of the collection, unless `count` says how many."""
        size = count or collection.ids_per_block
        last = await self._reserve_block(collection.name, size)
        self._free[collection.name].extend(range(last - size + 1, last + 1))
