"""Movements held in memory, so that a report asks the database nothing until something is added.

What is held is one moment of the database: its pages and its tails. Once this process knows of a
change, its own or another's by the change stream, the next report first reads the tails and the
pages that have changed, in one snapshot.
"""

import asyncio
import sys
from collections.abc import Iterable, Sequence
from typing import Any, Final

import structlog

from domain.time_ranges import TimeRange
from repository.mongo.collections import Document, Place
from repository.mongo.connection import Database, Documents
from repository.mongo.core import deadline_in
from repository.mongo.deadlines import limit_time, renew_time
from repository.mongo.held_timeline import HeldTimeline, columns_of
from repository.mongo.rollup import REPORT_WITHIN_S, tails_of
from repository.mongo.timelines import (
    AT,
    BEGINNING_MS,
    COUNT,
    PAGES,
    Sums,
    SumsByOwner,
    Timeline,
)
from repository.mongo.transactions import read_snapshot

LOOK_AGAIN_S: Final = 60.0
"""After so long movements that were too many, or could not be read, are looked at again."""
REST: Final = 10
"""All movements are read again after so many times the seconds that it took, in any doubt."""
PAGES_PER_READ: Final = 8
CHANGES_MAX: Final = 50
"""So many pages may change while all are read."""
HELD_PAGE: Final = {"start": 1, "before": 1, "movements": 1}

log = structlog.get_logger("octavo.held_movements")


class HeldMovements:
    """Timelines that are held together, since reports show them of one moment.

    Those of more movements than `movements_max` are not held.
    """

    def __init__(
        self, database: Database, timelines: Sequence[Timeline[Any]], *, movements_max: int
    ) -> None:
        self._database = database
        self._movements_max = movements_max
        self._held = {each.name: HeldTimeline(each) for each in timelines}
        self._collections = {each.collection.name: each.collection for each in timelines}
        self._is_loaded = False
        self._look_again = 0.0
        self._marks = 0
        self._seen = 0
        """The number of the last mark that is in what is held."""
        self._doubts = 0
        self._loading: asyncio.Task[None] | None = None
        self._refreshing: asyncio.Task[None] | None = None
        database.observe(self)

    def mark(self, places: Iterable[Place]) -> None:
        """Rows have changed, by collection and id."""
        for name, row_id in places:
            if name in self._collections:
                self._marks += 1
            elif name == PAGES.name:
                timeline, _, start = row_id.partition(":")
                if timeline in self._held:
                    held = self._held[timeline]
                    held.changed_from = min(held.changed_from, int(start))
                    self._marks += 1

    def mark_all(self) -> None:
        """Anything may have changed: all is read again."""
        self._is_loaded = False
        self._doubts += 1
        self.begin()

    def has(self, timeline: Timeline[Any]) -> bool:
        """Whether a timeline is one of these."""
        return timeline.name in self._held

    async def sums(self, timeline: Timeline[Any], period: TimeRange) -> Sums:
        """The count of a period's movements and the sum of each amount."""
        return self._held[timeline.name].sums(period)

    async def sums_by(self, timeline: Timeline[Any], owner: str, period: TimeRange) -> SumsByOwner:
        """The same for each owner that has movements in the period."""
        return self._held[timeline.name].sums_by(owner, period)

    async def current(self) -> "HeldMovements | None":
        """These timelines with all changes known now; None while they are not held.

        Raises StorageUnavailable.
        """
        known = self._marks
        while self._is_loaded and self._seen < known:
            if self._refreshing is None or self._refreshing.done():
                self._refreshing = asyncio.create_task(self._refresh())
            # A caller who gives up must not cancel the read of the others.
            await asyncio.shield(self._refreshing)
        if self._is_loaded:
            return self
        self.begin()
        return None

    def begin(self) -> None:
        """Read all movements beside, unless that is under way or was done not long ago."""
        now = asyncio.get_running_loop().time()
        is_loading = self._loading is not None and not self._loading.done()
        if self._movements_max and now >= self._look_again and not is_loading:
            self._loading = asyncio.create_task(self._load())

    async def settle(self) -> None:
        """Wait until what is being read is in memory."""
        if self._loading is not None:
            await asyncio.wait([self._loading])

    async def close(self) -> None:
        """Stop reading."""
        for task in (self._loading, self._refreshing):
            if task is not None and not task.done():
                task.cancel()
                await asyncio.wait([task])

    async def _load(self) -> None:
        limit_time(None)
        loop, doubts = asyncio.get_running_loop(), self._doubts
        began = loop.time()
        self._look_again = began + LOOK_AGAIN_S
        try:
            if await self._is_small():
                for held in self._held.values():
                    await self._load_pages(held)
                await self._refresh()
                self._is_loaded = doubts == self._doubts and not self._are_many()
        except Exception as failure:  # noqa: BLE001 - the database answers meanwhile
            log.warning("movements are not held in memory yet", reason=str(failure))
        else:
            if not self._are_many():
                self._look_again = loop.time() + REST * (loop.time() - began)

    async def _is_small(self) -> bool:
        """Whether there are not too many movements to hold; none is held afterwards."""
        count = 0
        for name, held in self._held.items():
            held.hold([], replaced_from=BEGINNING_MS)
            held.changed_from = sys.maxsize
            query = {"timeline": name}
            for page in await self._pages(self._database, query, limit=1, descending=True):
                count += page["before"][COUNT] + len(columns_of(page["movements"])[AT])
        return bool(count <= self._movements_max)

    async def _load_pages(self, held: HeldTimeline) -> None:
        """Read all pages, each a moment of its own; a page that has changed meanwhile once more."""
        after, changes = BEGINNING_MS - 1, 0
        while True:
            query = {"timeline": held.timeline.name, "start": {"$gt": after}}
            pages = await self._pages(self._database, query, limit=PAGES_PER_READ)
            for page in pages:
                if not held.agrees(page):
                    changes += 1
                    if changes > CHANGES_MAX:
                        raise RuntimeError(f"pages of {held.timeline.name} don't fit together")
                    after = held.drop_last()
                    break
                held.hold([page], replaced_from=page["start"])
                after = page["start"]
                await asyncio.sleep(0)
            else:
                if len(pages) < PAGES_PER_READ:
                    return

    async def _refresh(self) -> None:
        """Read what has changed, in one snapshot, and hold it instead of what was held."""
        renew_time()
        seen = self._marks
        known_from = {name: held.changed_from for name, held in self._held.items()}
        pages, tails = await read_snapshot(
            self._database, self.read, deadline=deadline_in(REPORT_WITHIN_S)
        )
        # From here on nobody else has a turn: what is held is always of one moment.
        for name, held in self._held.items():
            changed = pages[name]
            if changed is not None:
                first = changed[0]["start"] if changed else BEGINNING_MS
                held.hold(changed, replaced_from=first)
            held.hold_tails(tails[held.timeline.collection.name])
            if held.changed_from == known_from[name]:
                held.changed_from = sys.maxsize
        self._seen = seen
        self._is_loaded = self._is_loaded and not self._are_many()

    def _are_many(self) -> bool:
        return sum(map(len, self._held.values())) > self._movements_max

    async def read(
        self, snapshot: Documents
    ) -> tuple[dict[str, list[Document] | None], dict[str, list[Document]]]:
        """The pages from the first that has changed on, by timeline, and all tails."""
        pages = {
            name: await self._changed_pages(snapshot, held) for name, held in self._held.items()
        }
        tails = {name: await tails_of(snapshot, each) for name, each in self._collections.items()}
        return pages, tails

    async def _changed_pages(
        self, snapshot: Documents, held: HeldTimeline
    ) -> list[Document] | None:
        """The last pages, back to one before which nothing has changed; None if none has."""
        query: Document = {"timeline": held.timeline.name}
        changed_from, found, limit = held.changed_from, list[Document](), 1
        while rows := await self._pages(snapshot, query, descending=True, limit=limit):
            if not found and held.is_held(rows[0]):
                return None
            for row in rows:
                found.append(row)
                if row["start"] <= changed_from and held.agrees(row):
                    return found[::-1]
            query, limit = {**query, "start": {"$lt": found[-1]["start"]}}, PAGES_PER_READ
        return found[::-1]

    async def _pages(
        self, documents: Documents, query: Document, *, limit: int, descending: bool = False
    ) -> list[Document]:
        return await documents.find(
            PAGES,
            query,
            sort=[("start", -1 if descending else 1)],
            limit=limit,
            projection=HELD_PAGE,
        )
