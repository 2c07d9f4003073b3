"""Which processes are alive: each says so every second, and is taken for dead after three."""

import asyncio
import contextlib
import uuid
from datetime import timedelta
from typing import Final

import structlog
from pymongo.errors import DuplicateKeyError

from domain.errors import StorageUnavailable
from repository.instants import now
from repository.mongo_connection import Database, storage_errors

HEARTBEATS: Final = "heartbeats"
BEAT_S: Final = 1.0
TAKEN_FOR_DEAD_AFTER: Final = timedelta(seconds=3)

log = structlog.get_logger("octavo.heartbeats")


class Heartbeat:
    """This process's sign of life, under an id of its own."""

    def __init__(self, database: Database) -> None:
        self.id = uuid.uuid4().hex
        self._database = database

    async def beat(self) -> None:
        """Give one sign of life. Raises StorageUnavailable."""
        with storage_errors(), contextlib.suppress(DuplicateKeyError):
            await self._database.collection(HEARTBEATS).update_one(
                {"_id": self.id}, {"$set": {"at": now()}}, upsert=True
            )

    async def keep_beating(self) -> None:
        """Give a sign of life every second, until cancelled."""
        while True:
            try:
                with contextlib.suppress(StorageUnavailable):
                    await self.beat()
            except Exception:
                log.exception("a sign of life failed; the next one tries again")
            await asyncio.sleep(BEAT_S)

    async def stop(self) -> None:
        """Say that this process has left nothing undone and is gone."""
        with contextlib.suppress(StorageUnavailable), storage_errors():
            await self._database.collection(HEARTBEATS).delete_one({"_id": self.id})

    async def others_alive(self) -> list[str]:
        """The ids of all other processes that are alive."""
        alive = {"at": {"$gt": now() - TAKEN_FOR_DEAD_AFTER}}
        return [
            row["_id"]
            for row in await self._database.find(HEARTBEATS, alive)
            if row["_id"] != self.id
        ]
