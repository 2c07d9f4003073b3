"""Databases that hold the movements of reports in memory, as a service does."""

import contextlib
from collections.abc import AsyncIterator

from repository import rollups
from repository.mongo.connection import Database


@contextlib.asynccontextmanager
async def holding(database: Database, movements_max: int = 10_000) -> AsyncIterator[None]:
    """Hold movements in memory for the block."""
    rollups.hold(database, movements_max=movements_max)
    await held_again(database)
    yield
    for each in database.held_movements:
        await each.close()


async def held_again(database: Database) -> None:
    """Wait until all movements have been read."""
    for each in database.held_movements:
        await each.settle()


async def held_now(database: Database) -> bool:
    """Read what has changed; whether all movements are in memory."""
    return all([await each.current() is each for each in database.held_movements])
