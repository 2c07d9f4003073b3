"""Transactions: all or nothing, retried with backoff until a deadline, never cut in half."""

import asyncio
import contextlib
import itertools
import random
import uuid
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final, TypeVar

import structlog
from pymongo import ReturnDocument
from pymongo.errors import (
    BulkWriteError,
    ConnectionFailure,
    DuplicateKeyError,
    OperationFailure,
    PyMongoError,
)

from domain.errors import Busy, StorageUnavailable
from repository.mongo_connection import (
    DURABLE,
    SNAPSHOT,
    Database,
    Document,
    Documents,
    Filter,
    Session,
    storage_errors,
)

BACKOFF_FIRST_S: Final = 0.005
BACKOFF_GROWTH: Final = 1.5
BACKOFF_MAX_S: Final = 0.5
ATTEMPTS_BESIDE_OTHERS: Final = 2
DUPLICATE_KEY_PATIENCE_S: Final = 2.0
"""Longer than the transaction takes whose keys are in the way; then the fault is our own."""
COMMITS: Final = "commits"
_DUPLICATE_KEY: Final = 11000
_FORGOTTEN: Final = 251

Result = TypeVar("Result")

log = structlog.get_logger("octavo.transactions")


class WriteConflictError(OperationFailure):
    """A held document changed under a transaction; the next attempt sees it as it is."""

    def __init__(self) -> None:
        super().__init__("write conflict", 112)
        self._add_error_label("TransientTransactionError")


Work = Callable[["Transaction"], Awaitable[Result]]


@dataclass(slots=True)
class _Held:
    """A document as this transaction sees it, and what it is going to change in it."""

    document: Document
    increments: Counter[str] = field(default_factory=Counter)
    assignments: Document = field(default_factory=dict)
    is_new: bool = False

    def guard(self) -> Document:
        """What has to hold still when the change is written: no counter falls below zero."""
        spent = {name: {"$gte": -by} for name, by in self.increments.items() if by < 0}
        return {"_id": self.document["_id"], **spent}

    def change(self) -> Document:
        """What to write; a new document is inserted as it is by then, so nothing."""
        if self.is_new:
            return {}
        operators = {"$inc": dict(self.increments), "$set": self.assignments}
        return {operator: fields for operator, fields in operators.items() if fields}


class Transaction(Documents):
    """Reads and writes of one attempt, all in one session: no statement can forget it.

    A hot document is read once with `hold` and changed with `change`; documents that are only added
    are given to `append`. All of that is written at the end, in one statement a held document and
    one a collection: a group of a hundred sales of one book changes its stock once.
    """

    def __init__(self, database: Database, session: Session | None) -> None:
        super().__init__(database.motor, session)
        self.database = database
        self.writes = 0
        self.memory: dict[Any, Any] = {}
        """What a topic remembers of its documents while this transaction lasts."""
        self.written: set[tuple[str, Any]] = set()
        """Collection and id of each document that was changed or added."""
        self.written_collections: set[str] = set()
        """Where documents were changed whose ids nobody knows."""
        self._held: dict[tuple[str, Any], _Held] = {}
        self._appended: defaultdict[str, list[Document]] = defaultdict(list)
        self._after_commit: list[Callable[[], None]] = []

    def append(self, collection: str, document: Document) -> None:
        """Add a document when the transaction ends; it is not seen by reads before that."""
        self.writes += 1
        if "_id" in document:
            self.written.add((collection, document["_id"]))
        self._appended[collection].append(document)

    def add(self, collection: str, document: Document) -> None:
        """Append a document that this transaction may hold and change again before it ends."""
        self.append(collection, document)
        self._held[collection, document["_id"]] = _Held(document, is_new=True)

    async def append_missing(self, collection: str, documents: list[Document]) -> None:
        """Append those whose id is neither kept nor appended yet."""
        known = {document["_id"] for document in self._appended.get(collection, ())}
        unsure = [each["_id"] for each in documents if each["_id"] not in known]
        if unsure:
            known |= {row["_id"] for row in await self.find(collection, {"_id": {"$in": unsure}})}
        for document in documents:
            if document["_id"] not in known:
                self.append(collection, document)

    async def update_many(self, collection: str, query: Filter, change: Filter) -> None:
        """Change all documents that match, appended ones not among them."""
        self.writes += 1
        self.written_collections.add(collection)
        await self._motor[collection].update_many(query, change, session=self._session)

    async def hold(self, collection: str, document_id: Any) -> Document | None:
        """The document with that id, changes made by this transaction included, or None.

        If another transaction changes it before this one ends, one of the two starts again.
        """
        held = self._held.get((collection, document_id))
        if held is None:
            document = await self.find_one(collection, {"_id": document_id})
            if document is None:
                return None
            held = self._held[collection, document_id] = _Held(document)
        return held.document

    async def hold_all(self, collection: str, document_ids: Collection[Any]) -> set[Any]:
        """Hold several documents with one read; the ids of those that there are."""
        missing = [each for each in document_ids if (collection, each) not in self._held]
        if missing:
            await self.hold_matching(collection, {"_id": {"$in": missing}})
        return {each for each in document_ids if (collection, each) in self._held}

    async def hold_matching(self, collection: str, query: Filter) -> list[Document]:
        """Hold every document that matches in the database; ask before any of them is changed."""
        rows = await self.find(collection, query)
        return [
            self._held.setdefault((collection, row["_id"]), _Held(row)).document for row in rows
        ]

    def change(
        self,
        collection: str,
        document: Document,
        *,
        add: Mapping[str, int] | None = None,
        assign: Filter | None = None,
    ) -> None:
        """Change a held document when the transaction ends: add to counters, assign fields.

        A field is either a counter or assigned, never both; a counter never falls below zero.
        """
        self.writes += 1
        held = self._held[collection, document["_id"]]
        for name, by in (add or {}).items():
            held.increments[name] += by
            document[name] = document.get(name, 0) + by
        held.assignments.update(assign or {})
        document.update(assign or {})

    async def guarded_update(
        self, collection: str, guard: Filter, change: Filter
    ) -> Document | None:
        """Change the one document for which `guard` holds and return it, or None if none does."""
        updated: Document | None = await self._motor[collection].find_one_and_update(
            guard, change, return_document=ReturnDocument.AFTER, session=self._session
        )
        if updated is not None:
            self.writes += 1
            self.written.add((collection, updated["_id"]))
        return updated

    def after_commit(self, effect: Callable[[], None]) -> None:
        """Run a side effect once the transaction is committed, and never before."""
        self._after_commit.append(effect)

    def mark(self) -> str:
        """Append a row that tells later whether this transaction was committed; its id."""
        marker = uuid.uuid4().hex
        self.append(COMMITS, {"_id": marker, "at": datetime.now(UTC)})
        return marker

    async def flush(self) -> None:
        """Write what was changed and what was appended, held documents in a fixed order."""
        for (collection, _), held in sorted(self._held.items(), key=lambda item: repr(item[0])):
            change = held.change()
            if change and await self.guarded_update(collection, held.guard(), change) is None:
                raise WriteConflictError
        self._held.clear()
        for collection, documents in self._appended.items():
            await self._motor[collection].insert_many(documents, session=self._session)
        self._appended.clear()

    def committed(self) -> None:
        """Run the side effects; the transaction is durable now, so none of them can fail it."""
        for effect in self._after_commit:
            try:
                effect()
            except Exception:
                log.exception("a side effect of a committed transaction failed")


async def run(database: Database, work: Work[Result], *, deadline: float) -> Result:
    """Do `work` in one transaction and return what it returned, exactly once.

    `work` may run several times, each time from the start, while another transaction is in its way.
    `deadline` is a time of the running loop's clock. Raises Busy when the way was not free before
    it, StorageUnavailable when the server cannot be reached, and what `work` raises; in each of
    these cases but a connection lost for good during the commit, nothing was changed.
    """
    # A cancelled caller must not cut a transaction between its work and its commit.
    under_way = asyncio.create_task(_run_until(database, work, deadline))
    database.keep_open_for(under_way)
    return await asyncio.shield(under_way)


async def _run_until(database: Database, work: Work[Result], deadline: float) -> Result:
    loop = asyncio.get_running_loop()
    patience_ends: float | None = None
    for attempt in itertools.count():
        try:
            # A large transaction over hot documents loses to small ones for ever: it is let alone.
            alone = attempt >= ATTEMPTS_BESIDE_OTHERS
            async with database.turnstile.turn(alone=alone, deadline=deadline):
                return await _attempt(database, work, deadline)
        except (OperationFailure, ConnectionFailure) as failure:
            if _is_duplicate_key(failure) and patience_ends is None:
                patience_ends = loop.time() + DUPLICATE_KEY_PATIENCE_S
            out_of_patience = patience_ends is not None and loop.time() > patience_ends
            if not _left_no_trace(failure) or (out_of_patience and _is_duplicate_key(failure)):
                raise
            obstacle = failure
        pause = backoff_s(attempt)
        if loop.time() + pause >= deadline:
            break
        await asyncio.sleep(pause)
    with storage_errors():
        if isinstance(obstacle, ConnectionFailure):
            raise obstacle
    raise Busy("Other requests were changing the same things until the deadline.")


def backoff_s(attempt: int) -> float:
    """Seconds to wait after the attempt of this number, from 0: random, growing, capped."""
    ceiling = min(BACKOFF_FIRST_S * BACKOFF_GROWTH ** min(attempt, 20), BACKOFF_MAX_S)
    return random.random() * ceiling  # noqa: S311 - jitter is no secret


def _left_no_trace(failure: PyMongoError) -> bool:
    """Whether the whole transaction may be tried again.

    A duplicate key counts: a concurrent request came first, and the next attempt reads what that
    one wrote and answers accordingly. A connection lost before the commit counts as well.
    """
    return (
        isinstance(failure, ConnectionFailure)
        or failure.has_error_label("TransientTransactionError")
        or _is_duplicate_key(failure)
    )


def _is_duplicate_key(failure: PyMongoError) -> bool:
    if isinstance(failure, BulkWriteError):
        errors = (failure.details or {}).get("writeErrors", [])
        return any(error.get("code") == _DUPLICATE_KEY for error in errors)
    return isinstance(failure, DuplicateKeyError)


async def _attempt(database: Database, work: Work[Result], deadline: float) -> Result:
    async with database.session() as session:
        session.start_transaction(read_concern=SNAPSHOT, write_concern=DURABLE)
        transaction = Transaction(database, session)
        try:
            result = await work(transaction)
            # Without writes it is committed as well: that makes sure that what it read is durable.
            marker = transaction.mark() if transaction.writes else None
            await transaction.flush()
        except BaseException:
            await _abort(session)
            raise
        try:
            await _commit(database, session, marker, deadline)
        finally:
            # Even a commit of unknown fate: what was cached of these documents may be old now.
            database.reads.drop(transaction.written)
            database.reads.drop_all_of(transaction.written_collections)
    transaction.committed()
    return result


async def _abort(session: Session) -> None:
    """Abort if the server still listens; if it does not, it aborts by itself."""
    with contextlib.suppress(PyMongoError):
        await session.abort_transaction()


async def _commit(
    database: Database, session: Session, marker: str | None, deadline: float
) -> None:
    """Commit, and find out whether it happened when the answer was lost.

    Raises StorageUnavailable when that stays unknown until the deadline, and a failure without
    trace when the commit did not happen.
    """
    loop = asyncio.get_running_loop()
    for attempt in itertools.count():
        try:
            await session.commit_transaction()
        except (OperationFailure, ConnectionFailure) as failure:
            if not failure.has_error_label("UnknownTransactionCommitResult"):
                if marker is not None and await _was_committed(database, failure, marker):
                    return
                raise
            if loop.time() >= deadline:
                raise StorageUnavailable(
                    "The connection was lost during the commit; it may have happened."
                ) from failure
            await asyncio.sleep(backoff_s(attempt))
        else:
            return


async def _was_committed(database: Database, failure: PyMongoError, marker: str) -> bool:
    """Whether the commit took effect on a server that was restarted and forgot its number."""
    if not (isinstance(failure, OperationFailure) and failure.code == _FORGOTTEN):
        return False
    return await database.find_one(COMMITS, {"_id": marker}) is not None
