"""Heartbeats: each process writes one every second; the others end what a dead one has left open.

All times are the server's. A process counts as dead once it has ended on this machine, or after it
was silent for longer than an election takes. The others' silence tells nothing to a process that
could not write its own heartbeats: then the server was away.
"""

import asyncio
import contextlib
import uuid
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import structlog
from pymongo.errors import DuplicateKeyError, OperationFailure

from domain.errors import StorageUnavailable, WaitedTooLong
from repository.mongo.collections import Collection, Document, Index
from repository.mongo.connection import Database, storage_errors
from repository.mongo.processes import has_ended, own_name

BEAT_S: Final = 1.0
SOONEST_BEAT_S: Final = 0.02
TAKEN_FOR_DEAD_AFTER: Final = timedelta(seconds=15)
"""Longer than an election takes, which is 12 s, and the driver needs to learn of its end."""

OWN_BEATS_S: Final = 5.0
"""How long one's own heartbeats must have come through before another's silence means anything."""

STORED_S: Final = 3600
TAKE_AGAIN_S: Final = 0.2

log = structlog.get_logger("octavo.heartbeats")


@dataclass(frozen=True, slots=True)
class SignOfLife:
    """The last heartbeat of a process, `at` the server's time.

    `process` names it for others of its machine; `sessions` are those of its transactions; `holds`
    is work that no other process may do now.
    """

    id: str
    at: datetime
    process: str | None = None
    sessions: tuple[bytes, ...] = ()
    holds: str | None = None


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
        Index(
            "holds",
            [("holds", 1)],
            query={"holds": "audit"},
            options={"unique": True, "sparse": True},
        ),
    ),
    absent_if_none=frozenset({"holds"}),
)


@dataclass(frozen=True, slots=True)
class Seen:
    """The last heartbeat of a process, and how long ago that was by the server's clock."""

    sign: SignOfLife
    silence: timedelta
    has_ended: bool
    """For certain: the process ran on this machine."""

    def is_dead(self, *, by_silence: bool = True) -> bool:
        """Whether it has ended; `by_silence` says that its silence counts."""
        return self.has_ended or (by_silence and self.silence > TAKEN_FOR_DEAD_AFTER)


class Heartbeat:
    """The heartbeats of this process, under an id that no other process has."""

    def __init__(self, database: Database) -> None:
        self.id = uuid.uuid4().hex
        self._database = database
        self._process: str | None = None
        self._through_since: float | None = None
        """Since when all heartbeats have come through, by the loop's clock."""
        self._may_end_sessions = True
        self._holds: str | None = None
        self._writing = asyncio.Lock()

    async def beat(self) -> None:
        """Write a heartbeat. Raises StorageUnavailable."""
        if self._process is None:
            self._process = await asyncio.to_thread(own_name)
        try:
            with contextlib.suppress(DuplicateKeyError):
                await self._write()
        except Exception:
            self._through_since = None
            self._database.is_writable = False
            raise
        self._database.is_writable = True
        if self._through_since is None:
            self._through_since = asyncio.get_running_loop().time()

    async def _write(self, **taken: str) -> None:
        """Write a heartbeat, with what is taken. Raises DuplicateKeyError if others have that."""
        async with self._writing:
            named = {"process": self._process, "sessions": self._database.sessions.ids()}
            change: Document = {"$set": named | taken, "$currentDate": {"at": True}}
            if self._holds is None:
                change["$unset"] = {"holds": ""}
            with storage_errors():
                await self._database.collection(HEARTBEATS).update_one(
                    {"_id": self.id}, change, upsert=True
                )

    @contextlib.asynccontextmanager
    async def alone(self, work: str, deadline: float) -> AsyncIterator[None]:
        """No other process does that work during the block; one that has died does it no more.

        `deadline` is a time of the loop's clock. Raises WaitedTooLong and StorageUnavailable.
        """
        loop = asyncio.get_running_loop()
        try:
            while not await self._take(work):
                if loop.time() + TAKE_AGAIN_S >= deadline:
                    raise WaitedTooLong
                await asyncio.sleep(TAKE_AGAIN_S)
            yield
        finally:
            self._holds = None
            with contextlib.suppress(StorageUnavailable):  # the next heartbeat tells it
                await self.beat()

    async def _take(self, work: str) -> bool:
        await self.beat()
        self._holds = work
        try:
            await self._write(holds=work)
        except DuplicateKeyError:
            self._holds = None
            return False
        return True

    async def keep_beating(self) -> None:
        """Write a heartbeat every second and clean up after dead processes, until cancelled.

        A heartbeat that names a new session comes at once.
        """
        while True:
            try:
                with contextlib.suppress(StorageUnavailable):
                    await self.beat()
                    await self.clean_up()
            except Exception:
                log.exception("a heartbeat failed; the next one tries again")
            await asyncio.sleep(SOONEST_BEAT_S)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(BEAT_S):
                    await self._database.sessions.has_new.wait()

    async def stop(self) -> None:
        """Remove the heartbeat: this process has left nothing undone and ends."""
        await self._forget([self.id])

    async def others_alive(self) -> list[str]:
        """The ids of all other processes that are alive, or may be. Raises StorageUnavailable."""
        by_silence = self._silence_counts()
        others = await self._others()
        return [each.sign.id for each in others if not each.is_dead(by_silence=by_silence)]

    async def clean_up(self) -> None:
        """End the open transactions of dead processes, and forget these. Raises StorageUnavailable.

        A process that was thought dead wrongly tries its transactions again.
        """
        by_silence = self._silence_counts()
        dead = [each for each in await self._others() if each.is_dead(by_silence=by_silence)]
        if not dead:
            return
        await self._end_sessions({each for one in dead for each in one.sign.sessions})
        await self._forget([each.sign.id for each in dead])
        log.warning("cleaned up after dead processes", processes=[each.sign.id for each in dead])

    def _silence_counts(self) -> bool:
        since = self._through_since
        return since is not None and asyncio.get_running_loop().time() - since >= OWN_BEATS_S

    async def _others(self) -> list[Seen]:
        return [each for each in await all_seen(self._database) if each.sign.id != self.id]

    async def _end_sessions(self, ids: Iterable[bytes]) -> None:
        named = [{"id": each} for each in ids]
        if not named or not self._may_end_sessions:
            return
        try:
            with storage_errors():
                await self._database.client.admin.command({"killSessions": named})
        except OperationFailure as refusal:
            self._may_end_sessions = False
            log.warning(
                "the server ends open transactions of dead processes at its own time limit only",
                reason=str(refusal),
            )

    async def _forget(self, ids: list[str]) -> None:
        with contextlib.suppress(StorageUnavailable), storage_errors():
            await self._database.collection(HEARTBEATS).delete_many({"_id": {"$in": ids}})


async def all_seen(database: Database) -> list[Seen]:
    """The last heartbeat of each process. Raises StorageUnavailable."""
    with storage_errors():
        # Each kind of server tells its time in this answer, and not all can reckon with it.
        options = database.motor.codec_options
        hello = await database.client.admin.command("hello", codec_options=options)
    signs = await database.rows(HEARTBEATS, {})
    ended = await asyncio.to_thread(lambda: [has_ended(sign.process) for sign in signs])
    return [
        Seen(sign, hello["localTime"] - sign.at, is_over)
        for sign, is_over in zip(signs, ended, strict=True)
    ]
