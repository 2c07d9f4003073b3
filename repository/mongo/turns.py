"""Turns of the loop for work in many small steps, so that nobody else waits for all of it."""

import asyncio
import time
from typing import Final

TURN_S: Final = 0.005
"""Steps hold the loop so long; then everybody else has a turn."""

TOO_OLD_S: Final = 1.0


class Turn:
    """The present turn of the loop, which ends for work in steps after TURN_S.

    Who works in steps asks before each whether it `is_over`, and waits for the `next` then.
    """

    def __init__(self) -> None:
        self._ends = 0.0
        self._has_begun = False

    def is_over(self) -> bool:
        """Whether steps have held the loop long enough."""
        now = time.monotonic()
        if not self._has_begun or now > self._ends + TOO_OLD_S:
            self._has_begun = True
            self._ends = now + TURN_S
            asyncio.get_running_loop().call_soon(self._end)
        return now >= self._ends

    async def next(self) -> None:
        """Let everybody else have a turn."""
        while self.is_over():  # noqa: ASYNC110 - no event tells, and those before us may end it
            await asyncio.sleep(0)

    def _end(self) -> None:
        self._has_begun = False
