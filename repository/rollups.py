"""The rollup of all topics: which timelines there are."""

from collections.abc import Callable
from typing import Any, Final

from domain.audit import Difference, Scope
from repository.mongo import rollup_check
from repository.mongo.connection import Database, Documents
from repository.mongo.held_movements import HeldMovements
from repository.mongo.rollup import Roller
from repository.mongo.timelines import Timeline
from repository.purchases import BOUGHT, PAID_BACK
from repository.sales import REFUNDED, RETURNED, SOLD

TIMELINES: Final[dict[Scope, tuple[Timeline[Any], ...]]] = {
    "bookshop": (SOLD, REFUNDED, RETURNED),
    "marketplace": (BOUGHT, PAID_BACK),
}
ALL: Final = tuple(timeline for timelines in TIMELINES.values() for timeline in timelines)


def roller(database: Database) -> Roller:
    """A roller for all timelines."""
    return Roller(database, ALL)


def hold(database: Database, *, movements_max: int) -> None:
    """Hold the movements of each scope in memory, unless they are more."""
    database.held_movements = tuple(
        HeldMovements(database, timelines, movements_max=movements_max)
        for timelines in TIMELINES.values()
    )
    for held in database.held_movements:
        held.begin()


async def audit(
    snapshot: Documents, scope: Scope | None
) -> tuple[dict[str, int], list[list[Difference]]]:
    """How many pages the timelines of a scope have, and where they differ from their rows."""
    checked, found = {}, []
    for own_scope, timelines in TIMELINES.items():
        for timeline in timelines if scope in {None, own_scope} else ():
            kind = f"rollup_{timeline.name}"
            checked[kind], deviations = await rollup_check.deviations(snapshot, timeline)
            found.append(
                [
                    Difference(
                        scope=own_scope,
                        kind=kind,
                        collection=each.collection,
                        id=each.id,
                        field=each.field,
                        expected=each.expected,
                        actual=each.actual,
                    )
                    for each in deviations
                ]
            )
    return checked, found


async def rebuild(database: Database, tell: Callable[[int], Any] = lambda _: None) -> None:
    """Make all pages anew from the rows; see `rollup_check.rebuild`."""
    for timeline in ALL:
        await rollup_check.rebuild(database, timeline, tell)


async def count_rows(database: Database) -> int:
    """About how many movements a rebuild has to read."""
    counts = [await database.collection(each.collection).estimated_document_count() for each in ALL]
    return sum(counts)
