"""Audits: each counter is compared with the sum of the rows that explain it.

An audit reads all collections page by page, as of one moment. One runs at a time, in all processes.
"""

import asyncio
import contextlib
from collections import Counter
from itertools import groupby
from operator import attrgetter
from typing import Any, Final

from domain.audit import DIFFERENCES_MAX, AuditReport, Difference, Scope
from domain.errors import WaitedTooLong
from repository import rollups
from repository.audit_ledgers import LEDGERS, Ledger
from repository.circulation import audit_log
from repository.mongo.collections import Collection, Document
from repository.mongo.connection import Database, Documents
from repository.mongo.deadlines import renew_time
from repository.mongo.heartbeats import Heartbeat
from repository.mongo.scanning import pages
from repository.mongo.transactions import read_at_length

AUDIT: Final = "audit"


class Auditor:
    """Runs one audit at a time. Those who ask meanwhile share the next one of their scope."""

    def __init__(self, database: Database, heartbeat: Heartbeat) -> None:
        self._database = database
        self._heartbeat = heartbeat
        self._next: dict[Scope | None, asyncio.Task[AuditReport]] = {}
        """Audits that have not begun."""
        self._free = asyncio.Lock()

    async def run(self, scope: Scope | None, *, deadline: float) -> AuditReport:
        """The report of an audit, of one scope or all, that begins after this call.

        `deadline` is a time of the loop's clock. Raises Busy or StorageUnavailable.
        """
        audit = self._next.get(scope)
        if audit is None:
            audit = self._next[scope] = asyncio.create_task(self._run(scope, deadline))
            audit.add_done_callback(_look_at_failure)
        try:
            async with asyncio.timeout_at(deadline):
                return await asyncio.shield(audit)  # a caller who leaves doesn't end it for others
        except TimeoutError:
            raise WaitedTooLong from None

    async def _run(self, scope: Scope | None, deadline: float) -> AuditReport:
        clock = asyncio.get_running_loop().time
        given_s = deadline - clock()
        async with self._free, contextlib.AsyncExitStack() as turn:
            try:
                await turn.enter_async_context(self._heartbeat.alone(AUDIT, clock() + given_s))
            finally:
                del self._next[scope]
            renew_time()
            return await run(self._database, scope, deadline=clock() + given_s)


def _look_at_failure(audit: "asyncio.Task[AuditReport]") -> None:
    """Retrieve the failure of an audit whose callers have all left."""
    if not audit.cancelled():
        audit.exception()


class Book:
    """What a ledger's counters say, and what the rows add up to, by owner."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        self.counters: dict[Any, tuple[Any, int]] = {}
        """The value of each counter, and its opening."""
        self._moved: Counter[Any] = Counter()

    @property
    def collections(self) -> list[Collection[Any]]:
        """Those with the counters and with the rows."""
        return [self.ledger.collection, *(rows.collection for rows in self.ledger.rows)]

    def fields_of(self, collection: Collection[Any]) -> set[str]:
        """The fields that are needed of a collection's rows."""
        own = self.ledger.fields if self.ledger.collection is collection else ()
        kinds = [rows for rows in self.ledger.rows if rows.collection is collection]
        return {*own, *(name for rows in kinds for name in rows.fields)}

    def enter(self, collection: Collection[Any], page: list[Document]) -> None:
        """Enter rows of a collection."""
        ledger, moved = self.ledger, self._moved
        if ledger.collection is collection:
            self.counters |= {
                row["_id"]: (ledger.counter(row), ledger.opening(row)) for row in page
            }
        for rows in ledger.rows:
            for row in page if rows.collection is collection else ():
                for owner, amount in rows.entries(row):
                    moved[owner] += amount

    def differences(self) -> list[Difference]:
        """The counters that differ from the sums of their rows, by id; rows without one too."""
        owners = sorted(self.counters.keys() | self._moved.keys(), key=_in_order)
        compared = (
            (each, *self.counters.get(each, (None, 0)), self._moved[each]) for each in owners
        )
        return [
            Difference(
                scope=self.ledger.scope,
                kind=self.ledger.kind,
                collection=self.ledger.collection.name,
                id=owner if isinstance(owner, int | str) else str(owner),
                expected=_plain(opening + by_rows),
                actual=_plain(actual),
            )
            for owner, actual, opening, by_rows in compared
            if opening + by_rows != (actual or 0)
        ]


async def run(database: Database, scope: Scope | None, *, deadline: float) -> AuditReport:
    """Audit one scope or all. Reads one snapshot, so changes under way do not show.

    `deadline` is a time of the loop's clock. Raises Busy or StorageUnavailable.
    """
    ledgers = [ledger for ledger in LEDGERS if scope in {None, ledger.scope}]

    async def audit(snapshot: Documents) -> AuditReport:
        books = [Book(ledger) for ledger in ledgers]
        for collection in {each.name: each for book in books for each in book.collections}.values():
            await _enter(snapshot, collection, books)
        found = [book.differences() for book in books]
        checked = {book.ledger.kind: len(book.counters) for book in books}
        pages, of_rollups = await rollups.audit(snapshot, scope)
        checked |= pages
        found += of_rollups
        if scope in {None, "library"}:
            of_log = await audit_log(snapshot)
            found += _by_kind(of_log.differences)
            checked |= of_log.checked
        return AuditReport(
            ok=not any(found),
            checked=checked,
            differences=[each for some in found for each in some[:DIFFERENCES_MAX]],
            truncated=any(len(some) > DIFFERENCES_MAX for some in found),
        )

    return await read_at_length(database, audit, deadline=deadline)


def _by_kind(differences: list[Difference]) -> list[list[Difference]]:
    in_order = sorted(differences, key=attrgetter("kind"))
    return [list(of_kind) for _, of_kind in groupby(in_order, key=attrgetter("kind"))]


async def _enter(snapshot: Documents, collection: Collection[Any], books: list[Book]) -> None:
    """Enter all rows of a collection in the books that need them, in one pass."""
    fields = {name for book in books for name in book.fields_of(collection)}
    async for page in pages(snapshot, collection, fields=fields):
        for book in books:
            book.enter(collection, page)
        await asyncio.sleep(0)


def _plain(value: Any) -> int | str | None:
    """A value as the report can show it; a broken row may have one of any kind."""
    return value if isinstance(value, int | str | None) else str(value)


def _in_order(owner: Any) -> tuple[str, Any]:
    """The order of owners; a broken row may name one of another kind."""
    is_number = isinstance(owner, int | float)
    return ("", owner) if is_number else (type(owner).__name__, str(owner))
