"""One timeline in memory: its pages up to some moment, and its tails.

Movements are only ever added. So what is held of the pages before one is as it is stored if it ends
where they do and has the same sums.
"""

import sys
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from domain.time_ranges import TimeRange
from repository.mongo.collections import Document
from repository.mongo.reading import note_read
from repository.mongo.rollup import limits_of
from repository.mongo.timelines import (
    AT,
    BEGINNING_MS,
    COUNT,
    TAIL,
    Sums,
    SumsByOwner,
    Timeline,
    added,
    taken_off,
)

Numbers: TypeAlias = NDArray[np.int64]
Columns: TypeAlias = Mapping[str, Numbers]


def columns_of(document: Document) -> dict[str, Numbers]:
    """What `Movements.document` has packed, or `tail_of`."""
    names = document["names"]
    values = np.frombuffer(document["values"], dtype=np.int64).reshape(len(names), -1)
    return dict(zip(names, values, strict=True))


class _Owners:
    """The places of owners in tables of sums, in the order in which they were met."""

    def __init__(self) -> None:
        self._places: dict[int, int] = {}
        self._ids: Numbers = np.empty(0, dtype=np.int64)

    def __len__(self) -> int:
        return len(self._places)

    def places_of(self, ids: Numbers) -> NDArray[np.int32]:
        """The place of each id."""
        met, inverse = np.unique(ids, return_inverse=True)
        places = [self._places.setdefault(each, len(self._places)) for each in met.tolist()]
        return np.array(places, dtype=np.int32)[inverse]

    def sums_of(self, names: Iterable[str], table: Numbers) -> SumsByOwner:
        """A table of sums by the owners' ids, of those that have movements."""
        if len(self._ids) < len(self._places):
            self._ids = np.fromiter(self._places, dtype=np.int64, count=len(self._places))
        active = np.flatnonzero(table[0])
        ids = self._ids[active].tolist()
        return {
            name: dict(zip(ids, row[active].tolist(), strict=True))
            for name, row in zip(names, table, strict=True)
        }


@dataclass(slots=True)
class _HeldPage:
    """A page, and the tables of the sums of all movements before it, by owner."""

    start: int
    before: Sums
    packed: bytes
    columns: Columns
    places: dict[str, NDArray[np.int32]]
    tables: dict[str, Numbers] = field(default_factory=dict)

    @property
    def at(self) -> Numbers:
        """When the movements were."""
        return self.columns[AT]


class HeldTimeline:
    """The movements of one timeline at one moment."""

    def __init__(self, timeline: Timeline[Any]) -> None:
        self.timeline = timeline
        self._names = (COUNT, *timeline.amounts)
        self._owners = {each: _Owners() for each in timeline.owners}
        self._pages: list[_HeldPage] = []
        self._starts: list[int] = []
        self.changed_from = sys.maxsize
        """The start of the first page that is known to have changed, however it did."""
        self.hold_tails([])

    def __len__(self) -> int:
        rolled = self._until(None)[COUNT] if self._pages else 0
        return rolled + len(self._tail[AT])

    def hold_tails(self, tails: Iterable[Document]) -> None:
        """Hold these tails and no others."""
        given = [columns_of(each[TAIL][self.timeline.name]) for each in tails]
        names = (AT, *self._owners, *self.timeline.amounts)
        nothing = np.empty(0, dtype=np.int64)
        self._tail = {
            name: np.concatenate([nothing, *(each[name] for each in given)]) for name in names
        }
        self._tail_places = {
            owner: owners.places_of(self._tail[owner]) for owner, owners in self._owners.items()
        }

    def agrees(self, page: Document) -> bool:
        """Whether all pages before this one are held as they are stored."""
        place = bisect_left(self._starts, page["start"])
        if place == 0:
            return bool(page["start"] == BEGINNING_MS)
        last = self._pages[place - 1]
        if len(last.at) and last.at[-1] >= page["start"]:
            return False
        return bool(self._sums(last, len(last.at)) == page["before"])

    def is_held(self, page: Document) -> bool:
        """Whether a page, and all before it, are held as they are stored; it is the last one."""
        if not self._pages or self.changed_from < page["start"]:
            return False
        last = self._pages[-1]
        packed: bytes = page["movements"]["values"]
        return (last.start, last.before) == (page["start"], page["before"]) and (
            last.packed == packed
        )

    def hold(self, pages: Sequence[Document], *, replaced_from: int) -> None:
        """Hold pages that follow one another, instead of those from a moment on."""
        place = bisect_left(self._starts, replaced_from)
        del self._pages[place:], self._starts[place:]
        for page in pages:
            columns = columns_of(page["movements"])
            places = {name: each.places_of(columns[name]) for name, each in self._owners.items()}
            tables = {}
            if self._pages:
                last = self._pages[-1]
                tables = {owner: self._table(last, len(last.at), owner) for owner in self._owners}
            packed = page["movements"]["values"]
            held = _HeldPage(page["start"], page["before"], packed, columns, places, tables)
            self._pages.append(held)
            self._starts.append(held.start)

    def drop_last(self) -> int:
        """Forget the last page; the moment after which pages are missing now."""
        if not self._pages:
            return BEGINNING_MS - 1
        del self._pages[-1]
        return self._starts.pop() - 1

    def sums(self, period: TimeRange) -> Sums:
        """The count of a period's movements and the sum of each amount."""
        note_read(self.timeline.collection.name)
        start, end = limits_of(period)
        inside = self._inside(start, end)
        tail = {COUNT: int(np.count_nonzero(inside))} | {
            name: int(self._tail[name][inside].sum()) for name in self.timeline.amounts
        }
        if not self._pages:
            return tail
        until_end = self._until(end)
        if start is not None:
            until_end = taken_off(until_end, self._until(start))
        return added(until_end, tail)

    def sums_by(self, owner: str, period: TimeRange) -> SumsByOwner:
        """The same for each owner that has movements in the period."""
        note_read(self.timeline.collection.name)
        start, end = limits_of(period)
        inside = self._inside(start, end)
        table: Numbers = np.zeros((len(self._names), len(self._owners[owner])), dtype=np.int64)
        if self._pages:
            _add(table, self._table(*self._place(end), owner))
            if start is not None:
                _add(table, -self._table(*self._place(start), owner))
        amounts = [self._tail[name][inside] for name in self.timeline.amounts]
        _add_movements(table, self._tail_places[owner][inside], amounts)
        return self._owners[owner].sums_of(self._names, table)

    def _inside(self, start: int | None, end: int | None) -> NDArray[np.bool_]:
        """Which movements of the tail are in a period."""
        at = self._tail[AT]
        inside = np.ones(len(at), dtype=np.bool_)
        if start is not None:
            inside &= at >= start
        if end is not None:
            inside &= at < end
        return inside

    def _place(self, at: int | None) -> tuple[_HeldPage, int]:
        """The page that has a moment, and how many of its movements are earlier."""
        if at is None:
            return self._pages[-1], len(self._pages[-1].at)
        page = self._pages[max(bisect_right(self._starts, at) - 1, 0)]
        return page, int(np.searchsorted(page.at, at))

    def _until(self, at: int | None) -> Sums:
        return self._sums(*self._place(at))

    def _sums(self, page: _HeldPage, count: int) -> Sums:
        mine = {name: int(page.columns[name][:count].sum()) for name in self.timeline.amounts}
        return added(page.before, {COUNT: count} | mine)

    def _table(self, page: _HeldPage, count: int, owner: str) -> Numbers:
        """The sums by owner until a movement of a page."""
        table: Numbers = np.zeros((len(self._names), len(self._owners[owner])), dtype=np.int64)
        if owner in page.tables:
            _add(table, page.tables[owner])
        amounts = [page.columns[name][:count] for name in self.timeline.amounts]
        _add_movements(table, page.places[owner][:count], amounts)
        return table


def _add(table: Numbers, more: Numbers) -> None:
    """Add a table to one that may have more owners."""
    table[:, : more.shape[1]] += more


def _add_movements(table: Numbers, places: NDArray[np.int32], amounts: list[Numbers]) -> None:
    np.add.at(table[0], places, 1)
    for row, values in zip(table[1:], amounts, strict=True):
        np.add.at(row, places, values)
