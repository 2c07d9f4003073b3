"""Adds the rows of an export that are missing; rows that are there do not change."""

from collections import Counter
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from pymongo.errors import PyMongoError

from domain.effects import Add, Decision, Effect
from repository.authors import authors_needed, recounted
from repository.books import BOOKS
from repository.exports import Kind, Part, Whole
from repository.mongo.changes import Change, Need, State, need, need_by, need_to_read
from repository.mongo.connection import Database
from repository.mongo.core import Core
from repository.mongo.transactions import is_duplicate_key


class ClashError(Exception):
    """Rows of a file cannot be beside rows of other origin that the database has."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """What became of the rows of a file, by their place among them."""

    missing: list[int] = field(default_factory=list)
    """They are added."""
    present: list[tuple[int, Any]] = field(default_factory=list)
    """With the stored row, which does not change."""
    refused: list[tuple[int, str, str]] = field(default_factory=list)
    """With the column at fault and the problem."""


async def compare(database: Database, kind: Kind, wholes: Sequence[Whole]) -> Arrival:
    """What `add_missing` would do. Raises StorageUnavailable."""
    change, state = _change(kind, wholes), State(database.clock(), database.ids)
    for collection, wanted in state.missing(change.needs).items():
        for by, values in wanted.items():
            name = "_id" if by == "id" else by
            rows = await database.rows(collection, {name: {"$in": list(values)}})
            state.load(collection, by, values, rows)
    return change.decide(state).result


async def add_missing(
    database: Database, core: Core, kind: Kind, wholes: Sequence[Whole], *, deadline: float
) -> Arrival:
    """Add the missing ones with their parts, in one transaction; later ids continue above theirs.

    Raises ClashError, Busy or StorageUnavailable.
    """
    last = max(kind.number(each.row) for each in wholes)
    await database.skip_ids(kind.ids or kind.collection, last)
    for part in kind.parts:
        ids = [row.id for each in wholes for row in each.parts[part.name]]
        last = max((each for each in ids if isinstance(each, int)), default=0)
        if last:
            await database.skip_ids(part.collection, last)
    try:
        return await core.submit(_change(kind, wholes), deadline=deadline)
    except PyMongoError as failure:
        if is_duplicate_key(failure):
            raise ClashError from failure
        raise


def _change(kind: Kind, wholes: Sequence[Whole]) -> Change[Arrival]:
    def decide(state: State) -> Decision[Arrival]:
        arrival, arriving = Arrival(), _Arriving(state, kind)
        for place, whole in enumerate(wholes):
            stored = state.get(kind.collection, whole.row.id)
            if stored is not None:
                arrival.present.append((place, stored))
            elif (problem := next(arriving.problems(whole), None)) is not None:
                arrival.refused.append((place, *problem))
            else:
                arriving.take(whole)
                arrival.missing.append(place)
        return Decision(arrival, tuple(arriving.effects()))

    return Change(decide, tuple(_needs(kind, wholes)))


def _needs(kind: Kind, wholes: Sequence[Whole]) -> Iterator[Need]:
    yield need(kind.collection, *(each.row.id for each in wholes))
    for part in kind.parts:
        yield need(part.collection, *(row.id for each in wholes for row in each.parts[part.name]))
    if kind.unique is not None:
        values = (getattr(each.row, kind.unique) for each in wholes)
        yield need_by(kind.collection, kind.unique, [each for each in values if each is not None])
    for each in wholes:
        for _, collection, row_id in kind.refers(each.row):
            yield need_to_read(collection, row_id)
    if kind.collection is BOOKS:
        yield from authors_needed([each.row for each in wholes])


class _Arriving:
    """The rows that are to be added."""

    def __init__(self, state: State, kind: Kind) -> None:
        self._state = state
        self._kind = kind
        self._wholes: list[Whole] = []
        self._taken: set[Hashable] = set()

    def problems(self, whole: Whole) -> Iterator[tuple[str, str]]:
        """Why a row can't be added: columns and what is wrong there."""
        kind, row = self._kind, whole.row
        if row.id != kind.identity(row):
            yield "id", f"must be {kind.identity(row)}"
        if row.id in self._taken:
            yield "id", "is in the file already"
        for column, collection, row_id in kind.refers(row):
            if self._state.get(collection, row_id) is None:
                yield column, f"names {row_id} of {collection}, which is not there: load that first"
        if kind.unique is not None and (value := getattr(row, kind.unique)) is not None:
            holders = self._state.all_by(kind.collection, kind.unique, value)
            if holders or (kind.unique, value) in self._taken:
                yield kind.unique, "is that of another one already"
        for part in kind.parts:
            yield from self._problems_of_part(part, whole)

    def _problems_of_part(self, part: Part, whole: Whole) -> Iterator[tuple[str, str]]:
        rows = whole.parts[part.name]
        times = Counter(each.id for each in rows)
        for each in rows:
            if getattr(each, part.by) != part.key(whole.row):
                yield part.name, f"{each.id} belongs to another one"
            is_taken = (part.name, each.id) in self._taken or times[each.id] > 1
            if is_taken or self._state.get(part.collection, each.id) is not None:
                yield part.name, f"{each.id} is there already"

    def take(self, whole: Whole) -> None:
        """Let a row be added."""
        kind = self._kind
        self._wholes.append(whole)
        self._taken.add(whole.row.id)
        self._taken |= {(name, each.id) for name, rows in whole.parts.items() for each in rows}
        if kind.unique is not None:
            self._taken.add((kind.unique, getattr(whole.row, kind.unique)))

    def effects(self) -> list[Effect]:
        """The effects that add them."""
        effects: list[Effect] = [Add(row) for whole in self._wholes for row in whole.rows]
        if self._kind.collection is BOOKS:
            effects += recounted(self._state, after=[whole.row for whole in self._wholes])
        return effects
