"""The demo's data: loaded once, and never among data of another origin."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from domain.effects import Add, Decision, assign
from repository.mongo.changes import Change, State, need
from repository.mongo.collections import Collection
from repository.mongo.connection import Database
from repository.mongo.core import Core, deadline_in

DEADLINE_S: Final = 60.0


@dataclass(frozen=True, slots=True)
class SeedRow:
    """One kind of demo data, and whether all of it is loaded."""

    id: str
    finished: bool


DEMO_SEEDS: Final = Collection("demo_seeds", SeedRow)


async def begin(
    database: Database,
    core: Core,
    kind: str,
    collections: Iterable[Collection[Any]],
    *,
    among: str | None,
) -> bool:
    """Whether to load one kind of demo data, or to resume its load after an interruption.

    Not when it was loaded before, when one of its collections has data of another origin, or when
    the demo data that it refers to (`among`) were not loaded for such a reason.
    """
    are_empty = all([not await database.rows(each, {}, limit=1) for each in collections])

    def decide(state: State) -> Decision[bool]:
        seed = state.get(DEMO_SEEDS, kind)
        if seed is not None:
            return Decision(not seed.finished)
        if not are_empty or (among is not None and state.get(DEMO_SEEDS, among) is None):
            return Decision(result=False)
        return Decision(result=True, effects=(Add(SeedRow(kind, finished=False)),))

    kinds = (kind,) if among is None else (kind, among)
    return await core.submit(
        Change(decide, (need(DEMO_SEEDS, *kinds),)), deadline=deadline_in(DEADLINE_S)
    )


async def finish(core: Core, kind: str) -> None:
    """Note that one kind of demo data is loaded."""

    def decide(state: State) -> Decision[None]:
        seed = state.get(DEMO_SEEDS, kind)
        return Decision(None, () if seed is None else (assign(seed, finished=True),))

    await core.submit(Change(decide, (need(DEMO_SEEDS, kind),)), deadline=deadline_in(DEADLINE_S))
