"""Which requests are answered, in time; the others are refused at once."""

import asyncio
import time
from typing import Final

TURN_S: Final = 0.05
"""Requests that come together are answered for so long; then health checks have a turn."""
TURN_REQUESTS_MIN: Final = 128
"""So many are answered in any case: one that is slow is no reason to refuse others."""
LATE_SHARE: Final = 0.7
"""An answer is late after this part of the deadline of a call."""
LATE_REQUESTS_MIN: Final = 64
"""So many may be in flight in any case."""
SHRINK_EVERY_S: Final = 1.0
SHRINK_BY: Final = 0.7


class Admission:
    """Counts requests in flight: at most `requests_max`, fewer while answers are late.

    A request that is answered without waiting is never in flight. Of those, only as many are
    answered in a turn of the loop as leave the others their turns.
    """

    def __init__(self, requests_max: int, call_deadline_s: float) -> None:
        self._requests_max = requests_max
        self._late_s = call_deadline_s * LATE_SHARE
        self._most = requests_max
        self._shrinks_at = 0.0
        self.in_flight = 0
        self._in_turn = 0
        self._turn_ends = 0.0

    @property
    def is_full(self) -> bool:
        """Whether as many requests are in flight as may be."""
        return self.in_flight >= self._most

    def has_room(self) -> bool:
        """Whether a request that has come is to be answered now."""
        if self.in_flight >= self._most:
            return False
        self._in_turn += 1
        if self._in_turn > TURN_REQUESTS_MIN:
            return time.monotonic() < self._turn_ends
        if self._in_turn == TURN_REQUESTS_MIN:  # rarely: it costs the loop a round
            self._turn_ends = time.monotonic() + TURN_S
            asyncio.get_running_loop().call_soon(self._end_turn)
        return True

    def _end_turn(self) -> None:
        self._in_turn = 0

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
