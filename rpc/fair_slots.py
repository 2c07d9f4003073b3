"""Slots for calls that wait: a key has only a part of them, and keys that wait take turns."""

import asyncio
import contextlib
from collections import Counter, OrderedDict, deque
from collections.abc import AsyncIterator

Turn = asyncio.Future[None]


class FairSlots:
    """So many slots for all keys, and fewer for each of them."""

    def __init__(self, slots: int, of_key_max: int) -> None:
        self._free = slots
        self._of_key_max = of_key_max
        self._taken: Counter[str] = Counter()
        self._waiting: OrderedDict[str, deque[Turn]] = OrderedDict()
        """By key; the key whose turn comes next is first."""

    def has_room(self, key: str) -> bool:
        """Whether a call of this key would get a slot at once."""
        return self._free > 0 and self._taken[key] < self._of_key_max and key not in self._waiting

    @contextlib.asynccontextmanager
    async def slot(self, key: str) -> AsyncIterator[None]:
        """A slot for the block; wait for it if there is none."""
        if self.has_room(key):
            self.take(key)
        else:
            await self._turn(key)
        try:
            yield
        finally:
            self.leave(key)

    def take(self, key: str) -> None:
        """Take a slot; there has to be room."""
        self._free -= 1
        self._taken[key] += 1

    def leave(self, key: str) -> None:
        """Give a slot back."""
        self._free += 1
        self._taken[key] -= 1
        if not self._taken[key]:
            del self._taken[key]
        self._give()

    async def _turn(self, key: str) -> None:
        turn: Turn = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(key, deque()).append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():  # it was given the slot meanwhile
                self.leave(key)
            raise

    def _give(self) -> None:
        """Give free slots to those who wait, one to each key in turn."""
        while self._free > 0:
            key = next((each for each in self._waiting if self._may_have(each)), None)
            if key is None:
                return
            turns = self._waiting[key]
            turn = turns.popleft()
            self._waiting.move_to_end(key)
            if not turns:
                del self._waiting[key]
            if not turn.done():  # its call may have been given up
                self.take(key)
                turn.set_result(None)

    def _may_have(self, key: str) -> bool:
        return self._taken[key] < self._of_key_max
