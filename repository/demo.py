"""What the demo shows is loaded once, and never among data that came from elsewhere."""

import asyncio
from collections.abc import Iterable
from typing import Final

from repository import transactions
from repository.mongo_connection import Database
from repository.transactions import Transaction

DEMO_SEEDS: Final = "demo_seeds"
DEADLINE_S: Final = 60.0


async def begin(
    database: Database, kind: str, collections: Iterable[str], *, among: str | None
) -> bool:
    """Whether one kind of demo data is to be loaded, or loaded on after an interruption.

    It is not when it was loaded before, when one of its collections holds data of another origin,
    or when the demo data that it belongs `among` were not loaded for such a reason.
    """

    async def claim(transaction: Transaction) -> bool:
        seed = await transaction.find_one(DEMO_SEEDS, {"_id": kind})
        if seed is not None:
            return not seed["finished"]
        if among is not None and await transaction.find_one(DEMO_SEEDS, {"_id": among}) is None:
            return False
        for collection in collections:
            if await transaction.find_one(collection, {}) is not None:
                return False
        transaction.append(DEMO_SEEDS, {"_id": kind, "finished": False})
        return True

    return await transactions.run(database, claim, deadline=_deadline())


async def finish(database: Database, kind: str) -> None:
    """Note that one kind of demo data is loaded."""

    async def note(transaction: Transaction) -> None:
        seed = await transaction.hold(DEMO_SEEDS, kind)
        if seed is not None:
            transaction.change(DEMO_SEEDS, seed, assign={"finished": True})

    await transactions.run(database, note, deadline=_deadline())


def _deadline() -> float:
    return asyncio.get_running_loop().time() + DEADLINE_S
