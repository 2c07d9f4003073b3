"""Transactions: all or nothing, committed once, never cut in half."""

import asyncio
import contextlib
import itertools
import random
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, TypeVar

from pymongo.errors import (
    BulkWriteError,
    ConfigurationError,
    ConnectionFailure,
    DuplicateKeyError,
    OperationFailure,
    PyMongoError,
)

from domain.errors import CommitUnknown
from repository.mongo.collections import Collection, Index
from repository.mongo.connection import (
    DURABLE,
    SNAPSHOT,
    Database,
    Documents,
    Session,
    storage_errors,
)
from repository.mongo.deadlines import ms_until, until

BACKOFF_FIRST_S: Final = 0.005
BACKOFF_GROWTH: Final = 1.5
BACKOFF_MAX_S: Final = 0.5
MARKERS_STORED_S: Final = 3600
PROBE_S: Final = 5.0
_DUPLICATE_KEY: Final = 11000
_WRITE_CONFLICT: Final = 112
_FORGOTTEN: Final = 251

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class CommitMarker:
    """The witness of a transaction that added no other row."""

    id: str
    at: datetime


COMMIT_MARKERS: Final = Collection(
    "commits",
    CommitMarker,
    indexes=(
        Index(
            "expiry",
            [("at", 1)],
            query={"at": {"$lt": None}},
            options={"expireAfterSeconds": MARKERS_STORED_S},
        ),
    ),
)


class WriteConflictError(OperationFailure):
    """A row has changed since it was read; the next attempt reads it again."""

    def __init__(self) -> None:
        super().__init__("write conflict", _WRITE_CONFLICT)
        self._add_error_label("TransientTransactionError")


@dataclass(frozen=True, slots=True)
class Witness:
    """A document that exists if, and only if, a transaction was committed.

    `told_apart_by` is a field and its value, where others may add a document with that id.
    """

    collection: str
    id: Any
    told_apart_by: tuple[str, str] | None = None


def backoff_s(attempt: int) -> float:
    """Seconds to wait after an attempt, numbered from 0: random, growing, capped."""
    ceiling = min(BACKOFF_FIRST_S * BACKOFF_GROWTH ** min(attempt, 20), BACKOFF_MAX_S)
    return random.random() * ceiling  # noqa: S311 - jitter is no secret


def left_no_trace(failure: PyMongoError) -> bool:
    """Whether the whole transaction may be tried again.

    So after a duplicate key: another process came first, and the next attempt reads what it wrote.
    So too after a connection was lost before the commit.
    """
    return (
        isinstance(failure, ConnectionFailure)
        or failure.has_error_label("TransientTransactionError")
        or is_duplicate_key(failure)
    )


def is_conflict(failure: PyMongoError) -> bool:
    """Whether another transaction has changed a row that this one changes too."""
    return isinstance(failure, OperationFailure) and failure.code == _WRITE_CONFLICT


def is_duplicate_key(failure: PyMongoError) -> bool:
    """Whether a row was refused because of a unique index."""
    if isinstance(failure, BulkWriteError):
        errors = (failure.details or {}).get("writeErrors", [])
        return any(error.get("code") == _DUPLICATE_KEY for error in errors)
    return isinstance(failure, DuplicateKeyError)


@contextlib.asynccontextmanager
async def one_session(
    database: Database,
) -> AsyncIterator[Callable[[], Awaitable[Session]]]:
    """Gives the same session for each attempt at a transaction; it is opened for the first.

    A server ends what an attempt has left open in it once the next attempt begins. In a session of
    its own that would conflict with what is left of the attempt before.
    """
    opened: list[Session] = []
    async with contextlib.AsyncExitStack() as stack:

        async def session() -> Session:
            if not opened:
                opened.append(await stack.enter_async_context(database.session()))
            return opened[0]

        yield session


async def transact(
    database: Database,
    session: Session,
    work: Callable[[Session], Awaitable[tuple[Result, Witness | None]]],
    *,
    deadline: float,
) -> Result:
    """Run `work` in a transaction, commit, and return its result: one attempt.

    `session` is that of all attempts, see `one_session`. `work` gets it with the transaction; it
    returns its result and its witness. What it raises ends the transaction and is raised here.
    Raises the driver's failure when nothing was written (see `left_no_trace`), and
    StorageUnavailable when it is not known at the deadline whether the commit happened.
    """
    session.start_transaction(
        read_concern=SNAPSHOT, write_concern=DURABLE, max_commit_time_ms=ms_until(deadline)
    )
    try:
        with until(deadline):
            result, witness = await work(session)
    except BaseException:
        # If the server does not answer, the next attempt in this session ends it.
        with contextlib.suppress(PyMongoError):
            await session.abort_transaction()
        raise
    await _commit(database, session, witness, deadline)
    return result


async def _commit(
    database: Database, session: Session, witness: Witness | None, deadline: float
) -> None:
    loop = asyncio.get_running_loop()
    for attempt in itertools.count():
        began = loop.time()
        try:
            await session.commit_transaction()
        except (OperationFailure, ConnectionFailure) as failure:
            if not failure.has_error_label("UnknownTransactionCommitResult"):
                if witness is not None and await _was_committed(database, failure, witness):
                    return
                raise
            # Another attempt that takes as long would end after the caller has left.
            if 2 * loop.time() - began >= deadline:
                raise CommitUnknown from failure
            await asyncio.sleep(backoff_s(attempt))
        else:
            return


async def _was_committed(database: Database, failure: PyMongoError, witness: Witness) -> bool:
    """Whether a commit happened on a server that has forgotten it after a restart."""
    if not (isinstance(failure, OperationFailure) and failure.code == _FORGOTTEN):
        return False
    query = {"_id": witness.id} | (dict([witness.told_apart_by]) if witness.told_apart_by else {})
    found = await database.find_one(witness.collection, query, {"_id": 1})
    return found is not None


async def remembers_outcomes(database: Database) -> bool:
    """Whether the server keeps the outcomes of commits in its own records, so in each replica.

    Then it answers a repeated commit also after a restart, and no marker is needed. MongoDB keeps
    them in config.transactions, by session; whoever may not read that gets False. Raises
    StorageUnavailable.
    """

    async def work(session: Session) -> tuple[Any, None]:
        marker = CommitMarker(uuid.uuid4().hex, database.clock())
        document = COMMIT_MARKERS.document_of(marker)
        await database.collection(COMMIT_MARKERS).insert_one(document, session=session)
        return session.delegate.session_id["id"], None

    deadline = asyncio.get_running_loop().time() + PROBE_S
    with storage_errors():
        try:
            async with database.session() as session:
                session_id = await transact(database, session, work, deadline=deadline)
            records = database.client.get_database("config").get_collection("transactions")
            return await records.find_one({"_id.id": session_id}) is not None
        except OperationFailure:
            return False


async def read_snapshot(
    database: Database, read: Callable[[Documents], Awaitable[Result]], *, deadline: float
) -> Result:
    """The result of `read`, whose reads all see one moment. Raises StorageUnavailable."""

    async def work(session: Session) -> Result:
        return await read(Documents(database.motor, session))

    return await repeat(database, work, deadline=deadline)


async def read_at_length(
    database: Database, read: Callable[[Documents], Awaitable[Result]], *, deadline: float
) -> Result:
    """As `read_snapshot`, for many reads: without a transaction where the server allows that.

    A server ends a transaction that takes longer than it allows; a snapshot session it does not.
    """
    if not database.holds_snapshots:
        return await read_snapshot(database, read, deadline=deadline)
    with storage_errors(), until(deadline):
        async with await database.client.start_session(snapshot=True) as session:
            return await read(Documents(database.motor, session))


async def holds_snapshots(database: Database) -> bool:
    """Whether the reads of a snapshot session see one moment. Raises StorageUnavailable."""
    marker = CommitMarker(uuid.uuid4().hex, database.clock())
    markers = database.collection(COMMIT_MARKERS)
    by_id = {"_id": marker.id}
    with storage_errors():
        try:
            async with await database.client.start_session(snapshot=True) as session:
                await markers.find_one(by_id, session=session)
                await markers.insert_one(COMMIT_MARKERS.document_of(marker))
                return await markers.find_one(by_id, session=session) is None
        except (OperationFailure, ConfigurationError):
            return False


async def repeat(
    database: Database, work: Callable[[Session], Awaitable[Result]], *, deadline: float
) -> Result:
    """Run `work` in transactions until one is committed; for what may happen twice.

    `deadline` is a time of the loop's clock. Raises StorageUnavailable, or the conflict that did
    not end before the deadline.
    """

    async def once(session: Session) -> tuple[Result, None]:
        return await work(session), None

    with storage_errors():
        async with database.session() as session:
            for attempt in itertools.count():
                try:
                    return await transact(database, session, once, deadline=deadline)
                except (OperationFailure, ConnectionFailure) as failure:
                    pause = backoff_s(attempt)
                    late = asyncio.get_running_loop().time() + pause >= deadline
                    if late or not left_no_trace(failure):
                        raise
                    await asyncio.sleep(pause)
    raise AssertionError("unreachable")
