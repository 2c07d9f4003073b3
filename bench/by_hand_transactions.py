"""Transactions of the hand-written service: tried again after a conflict, with growing pauses."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, Final, TypeVar

from pymongo.errors import PyMongoError

if TYPE_CHECKING:
    from motor.motor_asyncio import AsyncIOMotorDatabase

PAUSE_S: Final = 0.002
PAUSE_GROWTH: Final = 1.5
PAUSE_MAX_S: Final = 0.2

Result = TypeVar("Result")


class RefusedError(Exception):
    """A call that cannot be done: code and message."""


async def transaction(
    database: "AsyncIOMotorDatabase[Any]", work: Callable[[Any], Awaitable[Result]]
) -> Result:
    """The result of `work` in a transaction, which gets the session, once it is committed."""
    pause = PAUSE_S
    while True:
        try:
            async with (
                await database.client.start_session() as session,
                session.start_transaction(write_concern=database.write_concern),
            ):
                result = await work(session)
        except PyMongoError as failure:
            if not failure.has_error_label("TransientTransactionError"):
                raise
        else:
            return result
        await asyncio.sleep(random.random() * pause)  # noqa: S311 - no secret
        pause = min(pause * PAUSE_GROWTH, PAUSE_MAX_S)
