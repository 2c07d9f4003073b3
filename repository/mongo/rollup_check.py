"""Compares the rollup with the rows that explain it, and makes its pages anew from them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any, Final

from repository.mongo.clock import EPOCH, MILLISECOND
from repository.mongo.connection import Database, Documents, Session
from repository.mongo.core import deadline_in
from repository.mongo.paging import within
from repository.mongo.rollup import page_at, tails_of, write_pages
from repository.mongo.timelines import (
    BEGINNING_MS,
    PAGES,
    TAIL,
    Movements,
    Page,
    Timeline,
)
from repository.mongo.transactions import repeat

PAGE_WITHIN_S: Final = 60.0


@dataclass(frozen=True, slots=True)
class Deviation:
    """A value of the rollup that is not what the rows say."""

    collection: str
    id: int | str
    field: str
    expected: int | str | None
    actual: int | str | None


async def deviations(snapshot: Documents, timeline: Timeline[Any]) -> tuple[int, list[Deviation]]:
    """How many pages a timeline has, and where they or the tails deviate from its rows."""
    rows = await snapshot.find(
        PAGES, {"timeline": timeline.name}, sort=[("start", 1)], projection={"start": 1}
    )
    starts = [row["start"] for row in rows]
    is_whole = starts[:1] == [BEGINNING_MS]
    found = [each async for each in _of_tails(snapshot, timeline)]
    unrolled = await _unrolled(snapshot, timeline)
    expected = Page.first(timeline)
    edges = [*([] if is_whole else [BEGINNING_MS]), *starts, None]
    for start, end in pairwise(edges):
        movements = timeline.movements_of(
            [row for row in await _rows(snapshot, timeline, start, end) if row.id not in unrolled]
        )
        expected = expected.next(start, movements) if start != BEGINNING_MS else expected
        expected.movements = movements
        actual = await page_at(snapshot, timeline, start)
        found += _of_page(expected, actual)
    return len(starts), found


async def _rows(
    snapshot: Documents,
    timeline: Timeline[Any],
    start: int,
    end: int | None,
    *,
    limit: int = 0,
) -> list[Any]:
    """The rows of a stretch of time, the earliest first."""
    [clause] = within(timeline.at, gte=_moment(start), lt=_moment(end))
    return await snapshot.rows(timeline.collection, clause, sort=[(timeline.at, 1)], limit=limit)


def _moment(at: int | None) -> datetime | None:
    return None if at is None else EPOCH + at * MILLISECOND


async def _unrolled(snapshot: Documents, timeline: Timeline[Any]) -> set[int]:
    """The ids of the rows that are in tails."""
    tails = await tails_of(snapshot, timeline.collection)
    return {row_id for each in tails for row_id in each[TAIL]["rows"]}


async def _of_tails(snapshot: Documents, timeline: Timeline[Any]) -> Any:
    for tail in await tails_of(snapshot, timeline.collection):
        rows = await snapshot.rows(timeline.collection, {"_id": {"$in": tail[TAIL]["rows"]}})
        expected = timeline.movements_of(rows)
        actual = Movements.of_document(tail[TAIL][timeline.name])
        for each in _of_movements(timeline, expected, actual):
            yield Deviation(timeline.collection.name, tail["_id"], f"tail {each[0]}", *each[1:])


def _of_page(expected: Page, actual: Page) -> Iterator[Deviation]:
    """Where a page deviates."""
    timeline = expected.timeline
    page_id = f"{timeline.name}:{expected.start}"

    def deviation(field: str, right: int | str | None, stored: int | str | None) -> Deviation:
        return Deviation(PAGES.name, page_id, field, right, stored)

    for each in _of_movements(timeline, expected.movements, actual.movements):
        yield deviation(*each)
    for name, right in expected.before.items():
        if right != actual.before.get(name):
            yield deviation(f"{name} before", right, actual.before.get(name))
    for owner, sums in expected.owners.items():
        stored = actual.owners.get(owner, {})
        for name, of_one in sums.items():
            of_stored = stored.get(name, {})
            for owner_id in sorted(of_one.keys() | of_stored.keys()):
                if of_one.get(owner_id, 0) != of_stored.get(owner_id, 0):
                    yield deviation(
                        f"{name} before, {owner} {owner_id}",
                        of_one.get(owner_id),
                        of_stored.get(owner_id),
                    )


def _of_movements(
    timeline: Timeline[Any], expected: Movements, actual: Movements
) -> Iterator[tuple[str, int | str, int | str]]:
    """The sums of movements that deviate; the first movement that does, if the sums agree."""
    if expected == actual:
        return
    right, stored = expected.sums(timeline), actual.sums(timeline)
    yield from ((name, right[name], stored[name]) for name in right if right[name] != stored[name])
    if right == stored:
        pairs = zip(expected.listed(), actual.listed(), strict=True)
        yield next(("movement", str(one), str(other)) for one, other in pairs if one != other)


async def rebuild(
    database: Database, timeline: Timeline[Any], tell: Callable[[int], Any] = lambda _: None
) -> None:
    """Make the pages of a timeline anew from its rows, while others sell and ask.

    Each page is a transaction: one that is cut off leaves pages that are right up to some moment,
    and none worse than before. `tell` hears how many movements each page has. Raises
    StorageUnavailable.
    """
    start: int | None = BEGINNING_MS
    while start is not None:
        start, movements = await repeat(
            database,
            _page_from(database, timeline, start),
            deadline=deadline_in(PAGE_WITHIN_S),
        )
        tell(movements)


def _page_from(database: Database, timeline: Timeline[Any], start: int) -> Any:
    """Writes the page that begins at `start`; gives the start of the next one, and its size."""

    async def work(session: Session) -> tuple[int | None, int]:
        snapshot = Documents(database.motor, session)
        page = Page.first(timeline)
        if start != BEGINNING_MS:
            before = await page_at(snapshot, timeline, start - 1)
            page = before.next(start, timeline.nothing())
        rows, end = await _next_rows(snapshot, timeline, start, page.movements_max)
        unrolled = await _unrolled(snapshot, timeline)
        page.movements = timeline.movements_of([row for row in rows if row.id not in unrolled])
        [later] = within("start", gt=start, lt=end)
        await database.collection(PAGES).delete_many(
            {"timeline": timeline.name, **later}, session=session
        )
        await write_pages(database, session, [page])
        return end, len(page.movements)

    return work


async def _next_rows(
    snapshot: Documents, timeline: Timeline[Any], start: int, most: int
) -> tuple[list[Any], int | None]:
    """The rows from a moment on, about `most` of them, and where the next ones begin, if any do.

    Rows of one moment stay together.
    """
    rows = await _rows(snapshot, timeline, start, None, limit=most + 1)
    if len(rows) <= most:
        return rows, None
    end = timeline.moment_of(rows[-1])
    if end == timeline.moment_of(rows[0]):
        end += 1
        rows = await _rows(snapshot, timeline, start, end)
    return [row for row in rows if timeline.moment_of(row) < end], end
