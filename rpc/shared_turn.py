"""The turn of the loop that calls of all keys share: keys take it one after the other.

Work in steps, as that of a large batch of searches, holds the loop for a while; what comes of
others is seen to in between. While changes are under way, work in steps rests as long as it held
the loop: a change takes many short turns, and must not wait for a long step before each of them.
"""

import asyncio
import time
from collections import deque
from collections.abc import Callable
from typing import Final

from repository.mongo.turns import TOO_OLD_S, TURN_S

WOKEN_MIN: Final = 32
WOKEN_MAX: Final = 512
"""So many who wait are woken at once; all begin in one turn if their steps are short."""
KEYS_MAX: Final = 1_024
REST_S_MAX: Final = 0.05
REST_CHECK_S: Final = 0.001

Wait = asyncio.Future[None]


class SharedTurn:
    """The present turn, which ends for work in steps after TURN_S.

    `is_pressed` tells that changes are under way.
    """

    def __init__(self, is_pressed: Callable[[], bool] = lambda: False) -> None:
        self._is_pressed = is_pressed
        self._began = 0.0
        self._has_begun = False
        self._rests_until = 0.0
        self._waiting: dict[str, deque[Wait]] = {}
        self._count = 0
        self._last_turn: dict[str, int] = {}
        """The number of each key's last turn: who had one longest ago comes first."""
        self._woken_max = WOKEN_MAX
        self._is_waking = False
        self._too_many = False

    def is_over(self) -> bool:
        """Whether steps have held the loop long enough."""
        now = time.monotonic()
        if self._rests_until and now < self._rests_until + TOO_OLD_S:
            return True
        if not self._has_begun or now > self._began + TURN_S + TOO_OLD_S:
            self._begin(now)
        return now >= self._began + TURN_S

    def has_waiting(self) -> bool:
        """Whether somebody waits for a turn."""
        return self._is_waking or bool(self._waiting)

    async def next(self, key: str) -> None:
        """Wait for a turn; every key that waits gets one before the same key gets another."""
        came_too_late = False
        while self.is_over():
            wait: Wait = asyncio.get_running_loop().create_future()
            waits = self._waiting.setdefault(key, deque())
            if came_too_late:
                self._too_many = True
                waits.appendleft(wait)
            else:
                waits.append(wait)
            await wait
            came_too_late = True
        self._count += 1
        self._last_turn[key] = self._count

    def _begin(self, now: float) -> None:
        self._has_begun, self._began, self._rests_until = True, now, 0.0
        asyncio.get_running_loop().call_soon(self._end)

    def _end(self) -> None:
        """The loop has come round: everybody else has had a turn."""
        self._has_begun = self._is_waking = False
        now = time.monotonic()
        held_s = now - self._began
        if held_s >= TURN_S and self._is_pressed():
            self._rests_until = now + min(held_s, REST_S_MAX)
            asyncio.get_running_loop().call_later(REST_CHECK_S, self._rest)
        elif self._waiting:
            self._wake(now)

    def _rest(self) -> None:
        now = time.monotonic()
        if now < self._rests_until and self._is_pressed():
            asyncio.get_running_loop().call_later(REST_CHECK_S, self._rest)
        else:
            self._rests_until = 0.0
            if self._waiting:
                self._wake(now)

    def _wake(self, now: float) -> None:
        """Let some who wait begin a turn, of each key one after the other.

        The steps of those who are woken too many were too long: fewer are woken the next time.
        """
        factor = 1 / 2 if self._too_many else 2
        self._woken_max = min(max(int(self._woken_max * factor), WOKEN_MIN), WOKEN_MAX)
        self._too_many, self._is_waking = False, True
        keys = sorted(self._waiting, key=lambda key: self._last_turn.get(key, 0))
        woken = 0
        while keys and woken < self._woken_max:
            for key in [*keys]:
                waits = self._waiting[key]
                wait = waits.popleft()
                if not wait.done():  # its call may have been given up
                    wait.set_result(None)
                    woken += 1
                if not waits:
                    del self._waiting[key]
                    keys.remove(key)
        if len(self._last_turn) > KEYS_MAX:
            self._last_turn.clear()
        self._begin(now)


class TurnOfKey:
    """The shared turn, as calls of one key take part in it."""

    __slots__ = ("_key", "_shared")

    def __init__(self, shared: SharedTurn, key: str) -> None:
        self._shared = shared
        self._key = key

    def is_over(self) -> bool:
        """Whether steps have held the loop long enough."""
        return self._shared.is_over()

    async def next(self) -> None:
        """Wait for the key's turn."""
        await self._shared.next(self._key)
