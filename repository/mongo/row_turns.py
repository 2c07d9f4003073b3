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
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from repository.mongo.changes import Lock

FILE: Final = "turns.lock"
POPULAR_S: Final = 5.0
"""A row is popular for so long after a conflict."""
LOOK_EVERY_S: Final = 0.001
WAIT_S_MAX: Final = 0.25
"""Several groups' time. Who has the turn for longer has been stopped, or waits for the server."""
NO_TURNS_S: Final = 10.0
"""After such a wait groups run without turns for so long."""


class RowTurns:
    """The turns of one process, which the others that use the same file leave to it.

    One turn serves all popular rows: a group may need several. Groups of this process that run at
    once share its turn.
    """

    def __init__(self, file: int) -> None:
        self._file = file
        self._popular_until: dict[Lock, float] = {}
        self._begins_again = 0.0
        self._groups = 0
        """How many groups of this process have the turn."""

    def note_conflict(self, locks: Iterable[Lock]) -> None:
        """Note that a group that needs these rows conflicted with another process."""
        now = time.monotonic()
        still = {lock: until for lock, until in self._popular_until.items() if until > now}
        self._popular_until = still | dict.fromkeys(locks, now + POPULAR_S)

    def are_needed(self, locks: Iterable[Lock]) -> bool:
        """Whether one of these rows is popular, and turns are taken now."""
        now = time.monotonic()
        return now >= self._begins_again and any(
            self._popular_until.get(lock, now) > now for lock in locks
        )

    def take(self) -> bool:
        """Take the turn, unless another process has it; on a file that can't be locked, go on."""
        if not self._groups:
            try:
                fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return False
            except OSError:
                self._rest()
        self._groups += 1
        return True

    async def wait(self) -> None:
        """Take the turn once it is free, or go on without when that takes too long."""
        ends = time.monotonic() + WAIT_S_MAX
        while not self.take():
            if time.monotonic() > ends:
                self._rest()
                self._groups += 1
                return
            await asyncio.sleep(LOOK_EVERY_S)

    def _rest(self) -> None:
        self._begins_again = time.monotonic() + NO_TURNS_S

    def leave(self) -> None:
        """End the turn of a group that took it or waited for it."""
        self._groups -= 1
        if not self._groups:
            with contextlib.suppress(OSError):
                fcntl.flock(self._file, fcntl.LOCK_UN)


@contextlib.contextmanager
def row_turns(folder: Path) -> Iterator[RowTurns]:
    """The turns of the processes that meet in this folder, for the block."""
    file = os.open(folder / FILE, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        yield RowTurns(file)
    finally:
        os.close(file)
