"""Heartbeats: each process writes one every second, and counts as dead three seconds later."""

import asyncio
import contextlib
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import structlog
from pymongo.errors import DuplicateKeyError

from domain.errors import StorageUnavailable
from repository.mongo.collections import Collection, Index
from repository.mongo.connection import Database, storage_errors

BEAT_S: Final = 1.0
TAKEN_FOR_DEAD_AFTER: Final = timedelta(seconds=3)
STORED_S: Final = 3600

log = structlog.get_logger("octavo.heartbeats")


@dataclass(frozen=True, slots=True)
class SignOfLife:
    """The last heartbeat of a process."""

    id: str
    at: datetime


HEARTBEATS: Final = Collection(
    "heartbeats",
    SignOfLife,
    indexes=(
        Index(
            "expiry",
            [("at", 1)],
            query={"at": {"$gt": None}},
            options={"expireAfterSeconds": STORED_S},
        ),
    ),
)


class Heartbeat:
    """The heartbeats of this process, under an id that no other process has."""

    def __init__(self, database: Database) -> None:
        self.id = uuid.uuid4().hex
        self._database = database

    async def beat(self) -> None:
        """Write a heartbeat. Raises StorageUnavailable."""
        with storage_errors(), contextlib.suppress(DuplicateKeyError):
            await self._database.collection(HEARTBEATS).update_one(
                {"_id": self.id}, {"$set": {"at": self._database.clock()}}, upsert=True
            )

    async def keep_beating(self) -> None:
        """Write a heartbeat every second, until cancelled."""
        while True:
            try:
                with contextlib.suppress(StorageUnavailable):
                    await self.beat()
            except Exception:
                log.exception("a heartbeat failed; the next one tries again")
            await asyncio.sleep(BEAT_S)

    async def stop(self) -> None:
        """Remove the heartbeat: this process has left nothing undone and ends."""
        with contextlib.suppress(StorageUnavailable), storage_errors():
            await self._database.collection(HEARTBEATS).delete_one({"_id": self.id})

    async def others_alive(self) -> list[str]:
        """The ids of all other processes that are alive."""
        alive = {"at": {"$gt": self._database.clock() - TAKEN_FOR_DEAD_AFTER}}
        return [
            sign.id for sign in await self._database.rows(HEARTBEATS, alive) if sign.id != self.id
        ]
