"""Which requests are answered, when; those that are too many are refused at once."""

import asyncio
import random
import time
from collections import deque
from collections.abc import Callable
from typing import Final

TURN_REQUESTS: Final = 32
"""So many requests begin in a turn of the loop; then health checks and others have theirs.

What so few connections hold stays in the processor's cache from the request to the answer.
"""
WAITING_MAX: Final = 1_024
"""So many may wait for a turn, which is some 50 ms of calls that are answered from memory."""
WAITING_BESIDE_REFUSED_MAX: Final = 256
"""Fewer while others are refused: what few connections hold stays in the processor's cache."""
LATE_SHARE: Final = 0.7
"""An answer is late after this part of the deadline of a call."""
LATE_REQUESTS_MIN: Final = 64
"""So many may be in flight in any case."""
SHRINK_EVERY_S: Final = 1.0
SHRINK_BY: Final = 0.7
REFUSALS_PER_SECOND: Final = 300
"""Connections that were refused rest for so long that they come back no faster together."""
REST_S_MIN: Final = 1.0


class Admission:
    """Counts requests in flight: at most `requests_max`, fewer while answers are late.

    A request that is answered without waiting is never in flight. Of all that come, only some
    begin in a turn of the loop; the others wait for the next turns, in order, and are counted too.
    """

    def __init__(self, requests_max: int, call_deadline_s: float) -> None:
        self._requests_max = requests_max
        self._late_s = call_deadline_s * LATE_SHARE
        self._most = requests_max
        self._shrinks_at = 0.0
        self._in_turn = 0
        self._waiting: deque[Callable[[], None]] = deque()
        self._resting = 0
        self.in_flight = 0

    @property
    def is_full(self) -> bool:
        """Whether as many requests are in flight as may be."""
        return self.in_flight >= self._most

    @property
    def is_crowded(self) -> bool:
        """Whether those in flight and those that wait for a turn are as many as may be."""
        waiting = len(self._waiting)
        most = WAITING_BESIDE_REFUSED_MAX if self._resting else WAITING_MAX
        return self.in_flight + waiting >= self._most or waiting >= most

    @property
    def rest_s(self) -> float:
        """How many seconds a connection that is refused now has to rest: Retry-After."""
        return max(REST_S_MIN, self._resting / REFUSALS_PER_SECOND)

    def rest(self, then: Callable[[], None] = lambda: None) -> float:
        """Count a connection that is not listened to for some seconds, which are returned.

        A client that repeats at once would take the time of those that are answered.
        """
        seconds = self.rest_s * random.uniform(0.7, 1.0)  # noqa: S311 - not all are to come at once
        self._resting += 1
        asyncio.get_running_loop().call_later(seconds, self._end_rest, then)
        return seconds

    def _end_rest(self, then: Callable[[], None]) -> None:
        self._resting -= 1
        then()

    def takes_turn(self) -> bool:
        """Whether a request may begin in this turn of the loop, which counts it then."""
        if self._in_turn >= TURN_REQUESTS:
            return False
        self._in_turn += 1
        if self._in_turn == TURN_REQUESTS:  # rarely: it costs the loop a round
            asyncio.get_running_loop().call_soon(self._end_turn)
        return True

    def in_later_turn(self, begin: Callable[[], None]) -> None:
        """Call `begin` when the turn of a request comes that this turn has no room for."""
        self._waiting.append(begin)

    async def turn(self) -> None:
        """Wait until a request may begin."""
        if not self.takes_turn():
            begins = asyncio.Event()
            self.in_later_turn(begins.set)
            await begins.wait()

    def _end_turn(self) -> None:
        self._in_turn = 0
        while self._waiting and self.takes_turn():
            self._waiting.popleft()()

    def enter(self) -> None:
        """A request waits: it is in flight."""
        self.in_flight += 1

    def leave(self, seconds: float) -> None:
        """A request in flight is answered, after so many seconds."""
        self.in_flight -= 1
        if seconds > self._late_s:
            now = time.monotonic()
            if now >= self._shrinks_at:
                self._shrinks_at = now + SHRINK_EVERY_S
                least = min(LATE_REQUESTS_MIN, self._requests_max)
                self._most = max(int(self._most * SHRINK_BY), least)
        elif self._most < self._requests_max:
            self._most += 1
