"""A change has three parts: what it needs, a decision, its effects. A group has a state.

`needs` names rows by collection and id, or by another field. `decide` is a pure function of the
state: it returns a Decision or raises a refusal. Later decisions of the same
group see its effects.
"""

import uuid
from collections import defaultdict
from collections.abc import Awaitable, Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Generic, TypeVar

from domain.effects import Add, Assign, Decision, Effect, Foreseen, Increase, Put, Remove, Row
from repository.mongo.collections import Collection, Document, Place, collection_of
from repository.mongo.ids import Ids

Result = TypeVar("Result")
RowOf = TypeVar("RowOf", bound=Row)
Lock = tuple[str, str, Hashable]
"""A collection's name, a field and its value: only one group at a time may change these rows."""


@dataclass(frozen=True, slots=True)
class Need:
    """Rows that a change needs: those of a collection whose field `by` has one of the values.

    The group takes locks on them, except with `only_read`: then other groups may change them
    meanwhile. `foreseen` are the change's effects on the one row unless it is refused: one
    statement reads and writes that row for a change alone in its group, or for all changes of the
    group if it is the only row of its collection and all foresee it. `is_new` says that the change
    adds the rows unless they exist: they are added without a look. `known` is the one row as it was
    read before, which the change writes: the group reads it again only if one of the fields
    `unchanged` has changed.
    """

    collection: Collection[Any]
    values: tuple[Any, ...]
    by: str = "id"
    only_read: bool = False
    foreseen: tuple[Foreseen, ...] = ()
    is_new: bool = False
    known: Row | None = None
    unchanged: tuple[str, ...] = ()

    @property
    def locks(self) -> Iterable[Lock]:
        """The locks that a group takes for this need."""
        if not self.only_read:
            for value in self.values:
                yield self.collection.name, self.by, value


def need(
    collection: Collection[Any], *ids: Any, foreseen: Foreseen | tuple[Foreseen, ...] | None = None
) -> Need:
    """The rows with these ids, to change them."""
    effects = foreseen if isinstance(foreseen, tuple) else (foreseen,) if foreseen else ()
    return Need(collection, ids, foreseen=effects)


def need_by(collection: Collection[Any], by: str, values: Iterable[Any]) -> Need:
    """The rows whose field has one of the values, to change them or to know that there are none."""
    return Need(collection, tuple(values), by)


def need_to_read(collection: Collection[Any], *ids: Any) -> Need:
    """The rows with these ids, which the change does not write."""
    return Need(collection, ids, only_read=True)


def need_new(collection: Collection[Any], *ids: Any) -> Need:
    """The rows with these ids, which the change adds unless they exist."""
    return Need(collection, ids, is_new=True)


def need_known(collection: Collection[Any], row: Row, *unchanged: str) -> Need:
    """A row as it was read before, to change it; other fields than these are as they were."""
    return Need(collection, (row.id,), known=row, unchanged=unchanged)


class NotLoadedError(LookupError):
    """A decision asked for a row that none of its needs named."""


@dataclass(slots=True)
class Written:
    """What a group writes to one row."""

    increments: dict[str, int] = field(default_factory=dict)
    assignments: dict[str, Any] = field(default_factory=dict)
    entries: dict[str, Any] = field(default_factory=dict)
    """Entries of maps, by field and key; None takes one out."""
    is_new: bool = False
    """Whether the row as it is now, if it is there, is one that the group has added."""
    is_removed: bool = False
    """Whether the row that was stored before goes."""

    def include(self, effect: Foreseen) -> None:
        """Write an effect too."""
        match effect:
            case Increase(by=by):
                for name, more in by.items():
                    self.increments[name] = self.increments.get(name, 0) + more
            case Assign(fields=fields):
                self.assignments.update(fields)
            case Put(field=name, key=key, value=value):
                self.entries[f"{name}.{key}"] = value

    def guard(self, row_id: Any) -> Document:
        """The guard of the write: no counter falls below zero."""
        spent = {name: {"$gte": -by} for name, by in self.increments.items() if by < 0}
        return {"_id": row_id, **spent}

    def update(self, collection: Collection[Any]) -> Document:
        """The update operators of the write."""
        moved = {name: by for name, by in self.increments.items() if by}
        operators = collection.assignment_of(self.assignments) if self.assignments else {}
        put = {path: value for path, value in self.entries.items() if value is not None}
        if put:
            operators["$set"] = operators.get("$set", {}) | put
        if len(put) < len(self.entries):
            gone = dict.fromkeys(self.entries.keys() - put.keys(), "")
            operators["$unset"] = operators.get("$unset", {}) | gone
        return operators | ({"$inc": moved} if moved else {})


class State:
    """The state that a group's changes are decided on: the rows read, with the effects so far.

    `now` is the same for the whole group.
    """

    def __init__(self, now: datetime, ids: Ids) -> None:
        self.now = now
        self.written: defaultdict[Place, Written] = defaultdict(Written)
        self._ids = ids
        self._taken: list[tuple[Collection[Any], list[int]]] = []
        self._used: list[tuple[Collection[Any], list[int]]] = []
        self._rows: dict[Place, Row | None] = {}
        self._loaded: set[Lock] = set()
        self._by_field: dict[tuple[str, str], dict[Any, dict[Any, None]]] = {}

    def get(self, collection: Collection[RowOf], row_id: Any) -> RowOf | None:
        """The row with that id, or None. Raises NotLoadedError if no need named it."""
        place = (collection.name, row_id)
        if place not in self._rows:
            raise NotLoadedError(f"{collection.name} {row_id}")
        return self._rows[place]  # type: ignore[return-value] # a place names its rows' class

    def all_by(self, collection: Collection[RowOf], by: str, value: Any) -> list[RowOf]:
        """The rows whose field has that value. Raises NotLoadedError if no need named them."""
        if (collection.name, by, value) not in self._loaded:
            raise NotLoadedError(f"{collection.name} by {by} {value}")
        ids = self._ids_by(collection.name, by).get(value, ())
        rows = (self._rows[collection.name, row_id] for row_id in ids)
        return [row for row in rows if row is not None and getattr(row, by) == value]  # type: ignore[misc] # as above

    def _ids_by(self, name: str, by: str) -> dict[Any, dict[Any, None]]:
        """The ids, in order, of a collection's rows by each value that their field has or had."""
        known = self._by_field.get((name, by))
        if known is None:
            known = self._by_field[name, by] = {}
            for (of, row_id), row in self._rows.items():
                if of == name and row is not None:
                    known.setdefault(getattr(row, by), {})[row_id] = None
        return known

    def _put(self, place: Place, row: Row | None) -> None:
        self._rows[place] = row
        for (name, by), known in self._by_field.items():
            if name == place[0] and row is not None:
                known.setdefault(getattr(row, by), {})[place[1]] = None

    def new_id(self, collection: Collection[Any]) -> int:
        """A new id."""
        [new] = self._take_ids(collection, 1)
        return new

    def new_ids(self, collection: Collection[Any], count: int) -> list[int]:
        """So many new ids, in order."""
        return [self.new_id(collection) for _ in range(count)]

    def new_ids_of_file(self, collection: Collection[Any], count: int) -> list[int]:
        """So many new ids, in order, for what a file brings: no more than that are reserved."""
        return self._take_ids(collection, count)

    def _take_ids(self, collection: Collection[Any], count: int) -> list[int]:
        taken = self._ids.take(collection, count)
        self._taken.append((collection, taken))
        return taken

    def use_ids(self) -> None:
        """Note that the ids taken by the last decision are used."""
        self._used += self._taken
        self._taken.clear()

    def give_all_ids_back(self) -> None:
        """Give back the ids of all decisions: nothing of them is stored."""
        self._taken = self._used + self._taken
        self._used = []
        self.give_ids_back()

    def give_ids_back(self) -> None:
        """Give back the ids taken by the last decision, which are not used."""
        for collection, taken in reversed(self._taken):
            self._ids.give_back(collection, taken)
        self._taken.clear()

    def unique_id(self) -> str:
        """A random id, for rows that nobody asks for by number."""
        return uuid.uuid4().hex

    def require_loaded(self, effects: Iterable[Effect]) -> None:
        """Raise NotLoadedError if effects increase rows that no need named."""
        for effect in effects:
            if isinstance(effect, Increase):
                self.get(collection_of(effect.kind), effect.id)

    def apply(self, effects: Iterable[Effect]) -> None:
        """Apply a decision's effects, for the decisions after it."""
        for effect in effects:
            match effect:
                case Add(row):
                    self.add(row)
                case Increase() | Assign() | Put():
                    self._change((collection_of(effect.kind).name, effect.id), effect)
                case Remove(kind, row_id):
                    place = (collection_of(kind).name, row_id)
                    written = self.written[place]
                    written.is_removed |= not written.is_new
                    self._rows[place] = None

    def add(self, row: Row) -> None:
        """Add a row."""
        place = (collection_of(type(row)).name, row.id)
        self.written[place].is_new = True
        self._put(place, row)

    def _change(self, place: Place, effect: Foreseen) -> None:
        # A row can be written without being read, but its counters cannot.
        row = self._known(place) if isinstance(effect, Increase) else self._rows.get(place)
        self.written[place].include(effect)
        if row is not None:
            self._put(place, replace(row, **_new_values(row, effect)))  # type: ignore[type-var] # a row is a dataclass

    def _known(self, place: Place) -> Row:
        row = self._rows.get(place)
        if row is None:
            raise NotLoadedError(f"{place} is to be changed")
        return row

    def missing(self, needs: Iterable[Need]) -> dict[Collection[Any], dict[str, dict[Any, None]]]:
        """The values of needs that are not read yet, in order, by collection and field."""
        wanted: dict[Collection[Any], dict[str, dict[Any, None]]] = {}
        for each in needs:
            for value in each.values:
                if (each.collection.name, each.by, value) not in self._loaded:
                    wanted.setdefault(each.collection, {}).setdefault(each.by, {})[value] = None
        return wanted

    def load(
        self, collection: Collection[Any], by: str, values: Iterable[Any], rows: Iterable[Row]
    ) -> None:
        """Take in the rows that were read for these values."""
        for value in values:
            self._loaded.add((collection.name, by, value))
            if by == "id":
                self._rows.setdefault((collection.name, value), None)
        for row in rows:
            place = (collection.name, row.id)
            self._loaded.add((collection.name, "id", row.id))
            if self._rows.get(place) is None and place not in self.written:
                self._put(place, row)

    def rows_of(self, needs: Iterable[Need]) -> Iterable[Lock]:
        """The locks by id of the rows that needs by another field have found."""
        for each in needs:
            if not each.only_read and each.by != "id":
                for value in each.values:
                    for row in self.all_by(each.collection, each.by, value):
                        yield each.collection.name, "id", row.id

    def is_named(self, place: Place) -> bool:
        """Whether a need has named a row by its id, so that others may know the id too."""
        return (place[0], "id", place[1]) in self._loaded

    def is_added(self, place: Place) -> bool:
        """Whether a row is there, and one that the group has added."""
        written = self.written.get(place)
        return written is not None and written.is_new and self._rows.get(place) is not None

    def row_at(self, place: Place) -> Row | None:
        """A row as it is after all effects."""
        return self._rows.get(place)


def _new_values(row: Row, effect: Foreseen) -> Mapping[str, Any]:
    """The values that an effect gives to fields. Raises ValueError for a counter below zero."""
    match effect:
        case Increase(by=by):
            sums = {name: getattr(row, name) + more for name, more in by.items()}
            if min(sums.values(), default=0) < 0:
                raise ValueError(f"{type(row).__name__} {row.id} would fall below zero: {sums}")
            return sums
        case Assign(fields=fields):
            return fields
        case Put(field=name, key=key, value=value):
            entries = {each: kept for each, kept in getattr(row, name).items() if each != key}
            return {name: entries if value is None else entries | {key: value}}


def _nothing_to_do() -> None:
    pass


@dataclass(frozen=True, slots=True, eq=False)
class Change(Generic[Result]):
    """A change: what it needs, and its decision.

    `needs` are known from the request; each function of `further` names more needs once those
    before it are loaded. `is_certain` says that the change only assigns what its needs foresee,
    and is never refused when the rows exist, or only adds a row that is new, and does nothing when
    that exists. So it may happen twice: alone, with a single need, it is one statement without a
    transaction. `beforehand` runs before the transaction begins, perhaps in vain; `afterwards` runs
    once the change is durable.
    """

    decide: Callable[[State], Decision[Result]]
    needs: tuple[Need, ...] = ()
    further: tuple[Callable[[State], Iterable[Need]], ...] = ()
    is_certain: bool = False
    beforehand: Callable[[], Awaitable[None]] | None = None
    afterwards: Callable[[], None] = _nothing_to_do
