"""Whom a group of changes waits for: callers that were just answered, and changes announced.

Without it a crowd of callers falls into halves that take turns, and each half costs the server as
many statements as the whole (docs/decisions/0002-everything-is-a-batch.md).
"""

import contextlib
from collections.abc import Iterator
from typing import Final

PATIENCE: Final = 1 / 3
"""How long a group waits, as a share of the time that the group before it took."""
PATIENCE_MAX_S: Final = 0.03
GROWS_S_MAX: Final = 0.05
"""Longer than it takes to begin as many changes of a batch as a group may have."""


class Crowd:
    """How many callers there were when a group ended, and until when they are waited for."""

    def __init__(self) -> None:
        self._size = 0
        self._back_by = 0.0
        self._growing = 0
        self._grown_by = 0.0

    def was(self, size: int, *, began: float, ended: float) -> None:
        """Note how many callers a group has answered, with those that wait at its end.

        The times are those of the loop's clock.
        """
        self._size = size
        self._back_by = ended + min(PATIENCE * (ended - began), PATIENCE_MAX_S)

    def begins(self) -> None:
        """Note that a group begins: the next one waits anew for what is announced."""
        self._grown_by = 0.0

    @contextlib.contextmanager
    def grows(self) -> Iterator[None]:
        """Announce more changes: the next group waits for them during the block.

        It waits GROWS_S_MAX at most, whoever announces more meanwhile.
        """
        self._growing += 1
        try:
            yield
        finally:
            self._growing -= 1

    def is_there_at(self, waiting: int, *, now: float) -> float:
        """When so many callers may begin: 0.0, at once, if all are back and none announces more."""
        back_by = 0.0 if waiting >= self._size else self._back_by
        if not self._growing:
            return back_by
        self._grown_by = self._grown_by or now + GROWS_S_MAX
        return max(back_by, self._grown_by)
