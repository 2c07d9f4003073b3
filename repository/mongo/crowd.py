"""Whom a group of changes waits for: the callers that were just answered, likely to come back.

Without it a crowd of callers falls into halves that take turns, and each half costs the server as
many statements as the whole (docs/decisions/0002-everything-is-a-batch.md).
"""

from typing import Final

PATIENCE: Final = 1 / 3
"""How long a group waits, as a share of the time that the group before it took."""
PATIENCE_MAX_S: Final = 0.03


class Crowd:
    """How many callers there were when a group ended, and until when they are waited for."""

    def __init__(self) -> None:
        self._size = 0
        self._back_by = 0.0

    def was(self, size: int, *, began: float, ended: float) -> None:
        """Note how many callers a group has answered, with those that wait at its end.

        The times are those of the loop's clock.
        """
        self._size = size
        self._back_by = ended + min(PATIENCE * (ended - began), PATIENCE_MAX_S)

    def is_back_at(self, waiting: int) -> float:
        """When so many callers may begin: 0.0, which is at once, if they are all again."""
        return 0.0 if waiting >= self._size else self._back_by
