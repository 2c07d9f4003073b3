"""Rows held in memory for lists: found by value, or walked in the order of a list.

A find is answered from memory once all rows of its collection have been read, and with all changes
that this process knows of; else by the database. So it is for what it cannot answer, and for
collections with more rows than may be held.
"""

import asyncio
import re
import sys
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from operator import ge, gt, itemgetter, le, lt
from typing import Any, Final, Protocol, TypeVar

import structlog

from repository.mongo.collections import Collection, Document, Held, Sort
from repository.mongo.mirror import Mirror, Source

LOOK_AGAIN_S: Final = 60.0
"""After so long a collection that had too many rows, or could not be read, is looked at again."""

Clause = tuple[str, str, Any]
"""A field, an operator and a value."""
Test = Callable[[Document], bool]
_COMPARE: Final[Mapping[str, Callable[[Any, Any], bool]]] = {
    "$gt": gt,
    "$gte": ge,
    "$lt": lt,
    "$lte": le,
}
EQUALS: Final = "$eq"
KEPT: Final = " shown"
"""Beside the fields of a held document: what was made of it."""
PATTERN: Final = "$regex"

log = structlog.get_logger("octavo.held")


class Database(Source, Protocol):
    """A database that tells of changes, and how many rows a collection has."""

    def collection(self, collection: str) -> Any:
        """A collection."""


Made = TypeVar("Made")


def kept(document: Document, make: Callable[[Document], Made]) -> Made:
    """What `make` makes of a document that a list found; kept with it if it is held.

    Each collection has one way to be made something of.
    """
    if KEPT not in document:
        document[KEPT] = make(document)
    made: Made = document[KEPT]
    return made


class HeldRows:
    """The documents of a collection, with the fields that lists show, find and sort by.

    An order is made when it is first asked for.
    """

    def __init__(self, collection: Collection[Any]) -> None:
        held = collection.held or Held()
        self.fields = ("_id", *collection.fields_in_lists)
        self._sorted_by = {"_id", *held.sorted_by}
        self._documents: dict[Any, Document] = {}
        self._orders: dict[str, list[Document]] = {}
        self._having: dict[str, dict[Any, list[Any]]] = {each: {} for each in held.found_by}
        """The ids by the value of a field, or by each value in a list."""

    def __len__(self) -> int:
        return len(self._documents)

    def put(self, document: Document) -> None:
        """Put in a new or changed document."""
        new = {name: _shared(document[name]) for name in self.fields if name in document}
        old = self._documents.get(new["_id"])
        self._documents[new["_id"]] = new
        for name, order in self._orders.items():
            if old is not None:
                del order[_place(order, name, old)]
            order.insert(_place(order, name, new), new)
        for name, ids in self._having.items():
            before, after = _values(old, name), _values(new, name)
            for value in before - after:
                _leave(ids, value, new["_id"])
            for value in after - before:
                ids.setdefault(value, []).append(new["_id"])

    def drop(self, row_id: Any) -> None:
        """Remove a document, if it is there."""
        old = self._documents.pop(row_id, None)
        if old is not None:
            for name, order in self._orders.items():
                del order[_place(order, name, old)]
            for name, ids in self._having.items():
                for value in _values(old, name):
                    _leave(ids, value, row_id)

    def clear(self) -> None:
        """Remove all documents."""
        self._documents.clear()
        self._orders.clear()
        for ids in self._having.values():
            ids.clear()

    def find(self, query: Mapping[str, Any], sort: Sort, limit: int) -> list[Document] | None:
        """The first documents that match, in order; None for what only the database can tell."""
        clauses = _clauses(query)
        (name, direction), *_ = sort
        if clauses is None or name not in self._sorted_by:
            return None
        if not {field for field, _, _ in clauses} <= {*self.fields}:
            return None
        try:
            return self._find(clauses, name, limit, descending=direction < 0)
        except TypeError:  # a value of another type, which is neither more nor less
            return []

    def _find(
        self, clauses: list[Clause], name: str, limit: int, *, descending: bool
    ) -> list[Document]:
        order, others = self._order(name), [each for each in clauses if each[0] != name]
        first, last = _range(order, [each for each in clauses if each[0] == name])
        few = self._fewest(others)
        # A walk meets one match in about so many rows as there are for each of the few.
        if few is not None and len(few) ** 2 <= limit * (last - first):
            found = list(_matching(few.documents(), clauses))
            found.sort(key=lambda document: (document[name], document["_id"]), reverse=descending)
            return found[:limit]
        places = range(last - 1, first - 1, -1) if descending else range(first, last)
        return list(islice(_matching(map(order.__getitem__, places), others), limit))

    def _fewest(self, clauses: Iterable[Clause]) -> "_Few | None":
        """The fewest documents that are known to hold all that match; None if all may."""
        choices: list[_Few] = []
        for name, operator, value in clauses:
            if operator == EQUALS and name in self._having and value is not None:
                ids = self._having[name].get(value, [])
                choices.append(_Few(self._documents, ids, 0, len(ids)))
            elif operator in _COMPARE and name in self._sorted_by and name != "_id":
                order = self._order(name)
                inside = [each for each in clauses if each[0] == name]
                choices.append(_Few(None, order, *_range(order, inside)))
        return min(choices, key=len, default=None)

    def _order(self, name: str) -> list[Document]:
        if name not in self._orders:
            self._orders[name] = sorted(
                self._documents.values(), key=lambda document: (document[name], document["_id"])
            )
        return self._orders[name]


@dataclass(frozen=True, slots=True)
class _Few:
    """A part of an order, or of a list of ids of documents."""

    by_id: Mapping[Any, Document] | None
    members: list[Any]
    first: int
    last: int

    def __len__(self) -> int:
        return self.last - self.first

    def documents(self) -> Iterable[Document]:
        """The documents, in no order."""
        members = self.members[self.first : self.last]
        return members if self.by_id is None else [self.by_id[row_id] for row_id in members]


def _clauses(query: Mapping[str, Any]) -> list[Clause] | None:
    """The clauses that all have to hold; None if there are others than those known here."""
    clauses: list[Clause] = []
    for part in query["$and"] if query.keys() == {"$and"} else [query]:
        for name, wanted in part.items():
            given = wanted if isinstance(wanted, Mapping) else {EQUALS: wanted}
            if name.startswith("$") or not given.keys() <= {*_COMPARE, EQUALS, PATTERN}:
                return None
            clauses += [(name, operator, value) for operator, value in given.items()]
    return clauses


def _matching(documents: Iterable[Document], clauses: Iterable[Clause]) -> Iterator[Document]:
    tests = [_test(*clause) for clause in clauses]
    if not tests:
        return iter(documents)
    if len(tests) == 1:
        return filter(tests[0], documents)
    return (document for document in documents if all(test(document) for test in tests))


def _test(name: str, operator: str, value: Any) -> Test:
    """Whether a document's field, or one of the values in its list, is as a clause wants it."""
    if operator == EQUALS:
        return _of_field(name, lambda given: given == value)
    if operator == PATTERN:
        return _of_field(name, re.compile(value).search)
    compare = _COMPARE[operator]
    return _of_field(name, lambda given: given is not None and compare(given, value))


def _of_field(name: str, test: Callable[[Any], Any]) -> Test:
    def holds(document: Document) -> bool:
        given = document.get(name)
        return any(map(test, given)) if isinstance(given, list) else bool(test(given))

    return holds


def _shared(value: Any) -> Any:
    """The same value; texts in lists, such as words, are those of other rows too."""
    if isinstance(value, list) and all(type(each) is str for each in value):
        return [sys.intern(each) for each in value]
    return value


def _values(document: Document | None, name: str) -> set[Any]:
    """The value of a field, or all in its list; none if it is missing."""
    value = None if document is None else document.get(name)
    if isinstance(value, list):
        return set(value)
    return set() if value is None else {value}


def _leave(ids: dict[Any, list[Any]], value: Any, row_id: Any) -> None:
    ids[value].remove(row_id)
    if not ids[value]:
        del ids[value]


def _place(order: list[Document], name: str, document: Document) -> int:
    """Where a document is in an order, or would be."""

    def key(each: Document) -> Any:
        return each[name], each["_id"]

    return bisect_left(order, key(document), key=key)


def _range(order: list[Document], clauses: Iterable[Clause]) -> tuple[int, int]:
    """The part of an order that is within all clauses on the field that it is sorted by."""
    first, last = 0, len(order)
    for name, operator, value in clauses:
        key = itemgetter(name)
        if operator in {"$gte", EQUALS}:
            first = max(first, bisect_left(order, value, key=key))
        if operator == "$gt":
            first = max(first, bisect_right(order, value, key=key))
        if operator in {"$lte", EQUALS}:
            last = min(last, bisect_right(order, value, key=key))
        if operator == "$lt":
            last = min(last, bisect_left(order, value, key=key))
    return first, max(first, last)


class Lists:
    """Finds rows for lists: in memory for the collections that are held, else in the database."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._rows_max = 0
        self._mirrors: dict[str, Mirror[HeldRows]] = {}
        self._look_again: dict[str, float] = {}
        """When a collection that is not held may be looked at again, by the loop's clock."""
        self._reading: dict[str, asyncio.Task[None]] = {}

    def hold(self, collections: Iterable[Collection[Any]], *, rows_max: int) -> None:
        """Hold the rows of these collections, unless they are more; they are read beside."""
        self._rows_max = rows_max
        for each in collections if rows_max else ():
            rows = HeldRows(each)
            self._mirrors[each.name] = Mirror(self._database, each, rows.fields, rows)
            self._begin(each.name)

    async def find(
        self, collection: Collection[Any], query: Mapping[str, Any], *, sort: Sort, limit: int
    ) -> list[Document]:
        """The first documents that match, in order, with the fields that lists need.

        Raises StorageUnavailable.
        """
        mirror = self._mirrors.get(collection.name)
        if mirror is not None and self._is_held(collection.name, mirror):
            rows = await mirror.current()
            found = rows.find(query, sort, limit)
            if found is not None:
                return found
        fields = dict.fromkeys(collection.fields_in_lists, 1)
        return await self._database.find(
            collection.name, query, sort=sort, limit=limit, projection=fields
        )

    async def settle(self) -> None:
        """Wait until the rows that are being read are in memory."""
        if self._reading:
            await asyncio.wait(self._reading.values())

    async def close(self) -> None:
        """Stop reading."""
        tasks = [*self._reading.values(), *(each.refreshing for each in self._mirrors.values())]
        running = [task for task in tasks if task is not None and not task.done()]
        for task in running:
            task.cancel()
        if running:
            await asyncio.wait(running)

    def _is_held(self, name: str, mirror: Mirror[HeldRows]) -> bool:
        """Whether all rows are in memory; if not, they are read beside."""
        if mirror.is_complete and len(mirror.picture) <= self._rows_max:
            return True
        self._begin(name)
        return False

    def _begin(self, name: str) -> None:
        """Read all rows beside, unless that is under way or was tried not long ago."""
        now = asyncio.get_running_loop().time()
        if name not in self._reading and now >= self._look_again.get(name, now):
            self._look_again[name] = now + LOOK_AGAIN_S
            task = self._reading[name] = asyncio.create_task(self._read(name, self._mirrors[name]))
            task.add_done_callback(lambda _: self._reading.pop(name))

    async def _read(self, name: str, mirror: Mirror[HeldRows]) -> None:
        try:
            if await self._is_small(name):
                await mirror.current()
                self._look_again.pop(name, None)
            elif mirror.is_complete:
                mirror.mark_all()
                mirror.picture.clear()
        except Exception as failure:  # noqa: BLE001 - the database answers meanwhile
            log.warning("a collection is not held in memory yet", name=name, reason=str(failure))

    async def _is_small(self, name: str) -> bool:
        rows = await self._database.collection(name).estimated_document_count()
        return bool(rows <= self._rows_max)
