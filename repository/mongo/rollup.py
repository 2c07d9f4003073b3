"""The rollup: sums of a period from pages and the tail, and the roller that keeps the tail short.

A row that is added is in the tail by the same insert. The roller moves tails into pages, each time
in one transaction. A report reads pages and tail in one snapshot, so each movement counts once, and
it is right however long the tail is.
"""

import asyncio
import contextlib
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import accumulate
from typing import Any, Final, Protocol, TypeVar

import structlog
from pymongo import ReplaceOne

from domain.errors import OctavoError
from domain.time_ranges import TimeRange
from repository.mongo.clock import milliseconds
from repository.mongo.collections import Collection, Document, Place
from repository.mongo.connection import Database, Documents, Session
from repository.mongo.core import deadline_in
from repository.mongo.timelines import (
    BEGINNING,
    BEGINNING_MS,
    COUNT,
    PAGES,
    TAIL,
    TAIL_SINCE,
    Movements,
    Page,
    Sums,
    SumsByOwner,
    Timeline,
    added,
    added_by_owner,
    grown,
    taken_off,
    taken_off_by_owner,
)
from repository.mongo.transactions import read_snapshot, repeat

REPORT_WITHIN_S: Final = 10.0
RUN_WITHIN_S: Final = 60.0
TAILS_PER_RUN: Final = 64
ROWS_PER_RUN: Final = 4_096
PAGES_AT_ONCE: Final = 4
"""So little work at a time does not hold the event loop for long."""
CHECK_S: Final = 10.0
"""Seconds after which the roller looks for tails that other processes have left."""

log = structlog.get_logger("octavo.rollup")

Result = TypeVar("Result")


class Moment(Protocol):
    """The sums of timelines, all of one moment."""

    async def sums(self, timeline: Timeline[Any], period: TimeRange) -> Sums:
        """The count of a period's movements and the sum of each amount."""

    async def sums_by(self, timeline: Timeline[Any], owner: str, period: TimeRange) -> SumsByOwner:
        """The same for each owner that has movements in the period."""


@dataclass(frozen=True, slots=True)
class Stored:
    """A moment as it is stored, read in one snapshot."""

    documents: Documents

    async def sums(self, timeline: Timeline[Any], period: TimeRange) -> Sums:
        """See `sums`."""
        return await sums(self.documents, timeline, period)

    async def sums_by(self, timeline: Timeline[Any], owner: str, period: TimeRange) -> SumsByOwner:
        """See `sums_by`."""
        return await sums_by(self.documents, timeline, owner, period)


async def report(
    database: Database, of: Timeline[Any], read: Callable[[Moment], Awaitable[Result]]
) -> Result:
    """The result of `read`, whose sums are all of one moment, from memory if it is held.

    They are sums of the timeline `of` and those that are held with it. Raises StorageUnavailable.
    """
    for held in database.held_movements:
        if held.has(of):
            moment = await held.current()
            if moment is not None:
                return await read(moment)
    return await stored_report(database, read)


async def stored_report(database: Database, read: Callable[[Stored], Awaitable[Result]]) -> Result:
    """The result of `read`, whose reads are all of one moment. Raises StorageUnavailable."""
    return await read_snapshot(
        database, lambda snapshot: read(Stored(snapshot)), deadline=deadline_in(REPORT_WITHIN_S)
    )


async def sums(snapshot: Documents, timeline: Timeline[Any], period: TimeRange) -> Sums:
    """The count of a period's movements and the sum of each amount."""
    start, end = limits_of(period)
    first, last = await _edges(snapshot, timeline, start, end, ())
    tail = (await _tail(snapshot, timeline, period)).sums(timeline)
    if first is last:
        return added(last.movements.part(start, end).sums(timeline), tail)
    until_start = added(first.before, first.movements.part(None, start).sums(timeline))
    until_end = added(last.before, last.movements.part(None, end).sums(timeline))
    return added(taken_off(until_end, until_start), tail)


async def sums_by(
    snapshot: Documents, timeline: Timeline[Any], owner: str, period: TimeRange
) -> SumsByOwner:
    """The same for each owner that has movements in the period."""
    start, end = limits_of(period)
    first, last = await _edges(snapshot, timeline, start, end, (owner,))
    tail = await _tail(snapshot, timeline, period)
    if first is last:
        return last.movements.part(start, end).with_more([tail]).sums_by(timeline, owner)
    until_start = first.movements.part(None, start).sums_by(timeline, owner)
    until_end = last.movements.part(None, end).with_more([tail]).sums_by(timeline, owner)
    return _without_zeros(
        taken_off_by_owner(
            added_by_owner(last.owners[owner], until_end),
            added_by_owner(first.owners[owner], until_start),
        )
    )


def _without_zeros(sums_: SumsByOwner) -> SumsByOwner:
    active = [owner_id for owner_id, count in sums_[COUNT].items() if count]
    return {name: {each: of_one[each] for each in active} for name, of_one in sums_.items()}


def limits_of(period: TimeRange) -> tuple[int | None, int | None]:
    """Where a period begins and ends, in milliseconds."""
    return _instant(period.start), _instant(period.end)


def _instant(moment: datetime | None) -> int | None:
    return None if moment is None else milliseconds(moment)


async def _edges(
    snapshot: Documents,
    timeline: Timeline[Any],
    start: int | None,
    end: int | None,
    owners: Sequence[str],
) -> tuple[Page, Page]:
    """The pages in which a period begins and ends; one and the same if it lies within a page."""
    last = await page_at(snapshot, timeline, end, owners)
    if last.start == BEGINNING_MS or (start is not None and last.start <= start):
        return last, last
    if start is None:
        return Page.first(timeline), last
    return await page_at(snapshot, timeline, start, owners), last


async def page_at(
    snapshot: Documents,
    timeline: Timeline[Any],
    at: int | None,
    owners: Sequence[str] | None = None,
) -> Page:
    """The page that has the movements of a moment; the last one if `at` is None.

    It has the sums of all owners, or of those named alone.
    """
    query: Document = {"timeline": timeline.name}
    if at is not None:
        query["start"] = {"$lte": at}
    rows = await snapshot.rows(PAGES, query, sort=[("start", -1)], limit=1)
    return Page.of_row(timeline, rows[0], owners) if rows else Page.first(timeline)


async def _tail(snapshot: Documents, timeline: Timeline[Any], period: TimeRange) -> Movements:
    tails = await tails_of(snapshot, timeline.collection, until=period.end)
    start, end = limits_of(period)
    parts = (Movements.of_document(each[TAIL][timeline.name]).part(start, end) for each in tails)
    return timeline.nothing().with_more(parts)


async def tails_of(
    documents: Documents,
    collection: Collection[Any],
    *,
    until: datetime | None = None,
    limit: int = 0,
) -> list[Document]:
    """The documents of a collection that have tails; with `until`, tails that begin before."""
    since = {"$gte": BEGINNING} if until is None else {"$gte": BEGINNING, "$lt": until}
    return await documents.find(collection, {TAIL_SINCE: since}, limit=limit, projection={TAIL: 1})


class Roller:
    """Moves the tails of some collections into pages."""

    def __init__(self, database: Database, timelines: Iterable[Timeline[Any]]) -> None:
        self._database = database
        self._timelines: defaultdict[str, list[Timeline[Any]]] = defaultdict(list)
        for timeline in timelines:
            self._timelines[timeline.collection.name].append(timeline)
        self._added = dict.fromkeys(self._timelines, 0)
        self._most = 1
        self._is_due = asyncio.Event()

    def mark(self, places: Iterable[Place]) -> None:
        """Count a group's tails."""
        for name in {name for name, _ in places if name in self._added}:
            self._added[name] += 1
            if self._added[name] >= self._most:
                self._is_due.set()

    def mark_all(self) -> None:
        """Do nothing: no tail is known here."""

    async def keep_rolling(self, tails_max: int) -> None:
        """Move tails whenever a collection has so many, until cancelled."""
        self._most = tails_max
        self._database.observe(self, of_others=False)
        while True:
            try:
                await self.roll(tails_max)
            except OctavoError as refusal:
                log.warning("rows are put into the rollup later", reason=refusal.message)
            except Exception:
                log.exception("rows could not be put into the rollup; the next run tries again")
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._is_due.wait(), CHECK_S)

    async def roll(self, least: int = 1) -> int:
        """Move tails into pages while a collection has at least so many; return how many moved.

        Raises StorageUnavailable.
        """
        self._is_due.clear()
        rolled = 0
        for name, timelines in self._timelines.items():
            self._added[name] = 0
            while len(await self._some_tails(name, least)) >= least:
                rolled += await self._run(name, timelines)
        return rolled

    async def _some_tails(self, name: str, limit: int) -> list[Document]:
        return await self._database.find(
            name, {TAIL_SINCE: {"$gte": BEGINNING}}, limit=limit, projection={"_id": 1}
        )

    async def _run(self, name: str, timelines: Sequence[Timeline[Any]]) -> int:
        async def work(session: Session) -> int:
            snapshot = Documents(self._database.motor, session)
            tails = _for_one_run(
                await tails_of(snapshot, timelines[0].collection, limit=TAILS_PER_RUN)
            )
            for timeline in timelines:
                movements = [Movements.of_document(each[TAIL][timeline.name]) for each in tails]
                await self._put(session, timeline, movements)
            await self._database.collection(name).update_many(
                {"_id": {"$in": [each["_id"] for each in tails]}},
                {"$unset": {TAIL: "", TAIL_SINCE: ""}},
                session=session,
            )
            return len(tails)

        return await repeat(self._database, work, deadline=deadline_in(RUN_WITHIN_S))

    async def _put(
        self, session: Session, timeline: Timeline[Any], parts: Iterable[Movements]
    ) -> None:
        """Put movements into pages. The last page is always written, so two runs conflict."""
        movements = timeline.nothing().with_more(parts)
        if not movements:
            return
        snapshot = Documents(self._database.motor, session)
        pages = [await page_at(snapshot, timeline, movements.at[0])]
        earlier = Page.first(timeline)
        while pages:
            query = {"timeline": timeline.name, "start": {"$gt": pages[-1].start}}
            rows = await snapshot.rows(PAGES, query, sort=[("start", 1)], limit=PAGES_AT_ONCE)
            following = [Page.of_row(timeline, row) for row in rows]
            end = following[0].start if following else None
            changed, earlier = grown(pages, end, movements, earlier)
            await write_pages(self._database, session, changed)
            pages = following


def _for_one_run(tails: Sequence[Document]) -> list[Document]:
    """The first tails, with ROWS_PER_RUN rows or a little more."""
    rows = accumulate((len(each[TAIL]["rows"]) for each in tails), initial=0)
    return [tail for tail, before in zip(tails, rows, strict=False) if before < ROWS_PER_RUN]


async def write_pages(database: Database, session: Session, pages: Iterable[Page]) -> None:
    """Write pages, new and old ones, in one statement."""
    documents = [PAGES.document_of(page.row) for page in pages]
    await database.collection(PAGES).bulk_write(
        [ReplaceOne({"_id": each["_id"]}, each, upsert=True) for each in documents],
        session=session,
    )
