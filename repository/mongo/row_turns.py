"""Turns of the processes of one machine at rows that all of them change.

Without turns, the groups of several processes conflict at a popular row, and all but one of them
run in vain. Which rows are popular is learned from conflicts. Turns only save work: a group that
waits too long for its turn runs without it, as the groups of other machines do.
"""

import asyncio
import contextlib
import fcntl
import os
import time
from collections.abc import AsyncIterator, Iterable, Iterator
from pathlib import Path
from typing import Final

from repository.mongo.changes import Lock

FILE: Final = "turns.lock"
POPULAR_S: Final = 1.0
"""A row is popular for so long after a conflict at it, or a wait for its turn."""
LOOK_EVERY_S: Final = 0.001
WAIT_S_MAX: Final = 0.25
"""Several groups' time. Who has the turn for longer has been stopped, or waits for the server."""
NO_TURNS_S: Final = 10.0
"""After such a wait groups run without turns for so long."""


class RowTurns:
    """The turns of one process, which the others that use the same file leave to it.

    One turn serves all popular rows: a group may need several.
    """

    def __init__(self, file: int) -> None:
        self._file = file
        self._popular_until: dict[Lock, float] = {}
        self._begins_again = 0.0

    def note_conflict(self, locks: Iterable[Lock]) -> None:
        """Note that a group with these locks conflicted with another process."""
        now = time.monotonic()
        still = {lock: until for lock, until in self._popular_until.items() if until > now}
        self._popular_until = still | dict.fromkeys(locks, now + POPULAR_S)

    @contextlib.asynccontextmanager
    async def turn(self, locks: set[Lock]) -> AsyncIterator[None]:
        """Have the turn for the block if one of the locks is at a popular row."""
        now = time.monotonic()
        if now < self._begins_again or not self._has_popular(locks, now):
            yield
            return
        try:
            if not self._take():
                await self._wait(locks, now)
            yield
        finally:
            fcntl.flock(self._file, fcntl.LOCK_UN)

    def _has_popular(self, locks: Iterable[Lock], now: float) -> bool:
        return any(self._popular_until.get(lock, now) > now for lock in locks)

    async def _wait(self, locks: set[Lock], began: float) -> None:
        self.note_conflict(locks)  # there would have been one
        while not self._take():
            if time.monotonic() > began + WAIT_S_MAX:
                self._begins_again = time.monotonic() + NO_TURNS_S
                return
            await asyncio.sleep(LOOK_EVERY_S)

    def _take(self) -> bool:
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True


@contextlib.contextmanager
def row_turns(folder: Path) -> Iterator[RowTurns]:
    """The turns of the processes that meet in this folder, for the block."""
    file = os.open(folder / FILE, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        yield RowTurns(file)
    finally:
        os.close(file)
