"""Which collections a piece of work reads, whoever reads them on its behalf."""

from contextvars import ContextVar
from typing import Final

COLLECTIONS_READ: Final[ContextVar[set[str] | None]] = ContextVar("collections_read", default=None)
"""Collects the names of the collections that are read; None where nobody asks."""


def note_read(collection: str) -> None:
    """Note that a collection is read: in the database, or what is in memory of it."""
    collected = COLLECTIONS_READ.get()
    if collected is not None:
        collected.add(collection)
