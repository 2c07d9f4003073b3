"""The stores of a directory as bits, to filter them: by opening hours, lengths and counts.

A store's bit is its place by time zone and id. So the stores of a zone are neighbours, and the
sets for the minutes of its week are no longer than the zone has stores.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import MAXYEAR, MINYEAR, date, datetime, timedelta
from functools import reduce
from math import inf
from operator import and_, or_
from typing import Final, NamedTuple

from domain.opening_times import Schedule, local_time
from domain.opening_turns import Turns
from domain.spans import DAY_MINUTES, stretches
from domain.stores import (
    BooksCount,
    HoursPerDay,
    HoursPerWeek,
    StoreFilter,
    StoreRow,
    minute_bounds,
    minute_of,
)
from domain.words import words_of
from repository.bit_line import BitLine, bits_of
from repository.listing_prices import Prices
from repository.special_day_sets import SpecialDaySets

DAYS_A_WEEK: Final = 7
ONE_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Entry:
    """A store with the fields that lists filter and sort by."""

    row: StoreRow
    name_key: str
    words: frozenset[str]
    day_minutes: tuple[int, ...]
    week_minutes: int
    schedule: Schedule
    turns: Turns

    last_special_day: date


class LocalWeek(NamedTuple):
    """The week of a local time: when it began, and its minute.

    It began so many minutes after day 0 of the calendar.
    """

    start: int
    minute: int
    day_before: date


class Clocks:
    """A moment by the clocks of time zones, each read once."""

    def __init__(self, moment: datetime) -> None:
        self._moment = moment
        self._read: dict[str, datetime] = {}
        self._weeks: dict[str, LocalWeek | None] = {}

    def week(self, zone: str) -> LocalWeek | None:
        """The week in a zone; None where no week is like another.

        That is in an hour that the clock has twice, and at the calendar's ends.
        """
        if zone not in self._weeks:
            local = self.local(zone)
            is_usual = not local.fold and MINYEAR < local.year < MAXYEAR
            start = (local.toordinal() - local.weekday()) * DAY_MINUTES
            week = LocalWeek(start, minute_of(local), local.date() - ONE_DAY) if is_usual else None
            self._weeks[zone] = week
        return self._weeks[zone]

    def local(self, zone: str) -> datetime:
        """The local time in a zone."""
        if zone not in self._read:
            self._read[zone] = local_time(self._moment, zone)
        return self._read[zone]


@dataclass(slots=True)
class _Zone:
    """The stores of a time zone: their first bit, and who is open in each minute of the week."""

    first: int
    open: BitLine
    count: int = 0

    @property
    def all(self) -> int:
        """The set of its stores."""
        return (1 << self.count) - 1 << self.first


class StoreSets:
    """Sets of the stores that match a filter."""

    def __init__(self, entries: Mapping[int, Entry]) -> None:
        ordered = sorted(entries.values(), key=lambda each: (each.row.time_zone, each.row.id))
        self.ids: list[int] = []
        """The store of each bit."""
        self.positions: dict[int, int] = {}
        self._zones: dict[str, _Zone] = {}
        self._days = [BitLine() for _ in range(DAYS_A_WEEK)]
        self._week = BitLine()
        self._listings = BitLine()
        self._with_word: dict[str, set[int]] = {}
        self._special = SpecialDaySets(self.positions)
        for entry in ordered:
            self.append(entry)

    @property
    def all(self) -> int:
        """The set of all stores."""
        return (1 << len(self.ids)) - 1

    def follows(self, entry: Entry) -> bool:
        """Whether a new store comes after all others: its zone is the last, and so is its id."""
        if not self.ids:
            return True
        last_zone = next(reversed(self._zones))
        return (entry.row.time_zone, entry.row.id) > (last_zone, self.ids[-1])

    def append(self, entry: Entry) -> None:
        """Put in a store that comes after all others."""
        position = len(self.ids)
        self.ids.append(entry.row.id)
        self.positions[entry.row.id] = position
        self._zones.setdefault(entry.row.time_zone, _Zone(position, BitLine())).count += 1
        self._flip_hours(entry)
        self._listings.flip(entry.row.listings_count, 1 << position)
        self._note_words(entry)
        self._special.put(entry.row.id, entry.schedule)

    def replace(self, old: Entry, new: Entry) -> None:
        """Give a store of an unchanged zone new hours, another name or number of listings."""
        if old.schedule != new.schedule:
            self._special.take(old.row.id, old.schedule)
            self._special.put(new.row.id, new.schedule)
        if old.row.spans != new.row.spans:
            self._flip_hours(old)
            self._flip_hours(new)
        if old.row.listings_count != new.row.listings_count:
            bit = 1 << self.positions[new.row.id]
            self._listings.flip(old.row.listings_count, bit)
            self._listings.flip(new.row.listings_count, bit)
        if old.words != new.words:
            for word in old.words:
                self._with_word[word].remove(old.row.id)
                if not self._with_word[word]:
                    del self._with_word[word]
            self._note_words(new)

    def _flip_hours(self, entry: Entry) -> None:
        """Put the hours of a store in, or take them out again."""
        zone = self._zones[entry.row.time_zone]
        position = self.positions[entry.row.id]
        of_zone, bit = 1 << position - zone.first, 1 << position
        for span in stretches(entry.row.hours):
            zone.open.flip(span.open, of_zone)
            zone.open.flip(span.close, of_zone)
        for day, minutes in zip(self._days, entry.day_minutes, strict=True):
            day.flip(minutes, bit)
        self._week.flip(entry.week_minutes, bit)

    def _note_words(self, entry: Entry) -> None:
        for word in entry.words:
            self._with_word.setdefault(word, set()).add(entry.row.id)

    def matching(self, filters: StoreFilter, prices: Prices) -> int:
        """The set of the stores that match all filters."""
        found = self.all
        if (moment := filters.open_at) is not None:
            found &= self._open_at(moment)
        if (on := filters.open_on) is not None:
            found &= self._open(dict.fromkeys(self._zones, on.minute))
        if (week := filters.hours_per_week) is not None:
            found &= _within(self._week, week)
        if (day := filters.hours_per_day) is not None:
            found &= self._with_hours(day)
        if (books := filters.books) is not None:
            found &= self._with_books(books, prices)
        if filters.name is not None:
            wanted = [self._with_word.get(word, set()) for word in words_of(filters.name)]
            found &= self._of(set.intersection(*wanted))
        return found

    def _open_at(self, moment: datetime) -> int:
        """The stores that are open at a moment, special days considered."""
        clocks = Clocks(moment)
        found = self._open({zone: minute_of(clocks.local(zone)) for zone in self._zones})
        for name, zone in self._zones.items():
            local = clocks.local(name)
            special, line = self._special.on(local.date())
            if special:
                opened = line.at(local.hour * 60 + local.minute)
                found = found & ~(special & zone.all) | opened & zone.all
        return found

    def _open(self, minutes: Mapping[str, int]) -> int:
        """The stores that are open in the minute of the week that is given for their zone."""
        zones = [(self._zones[name], minute) for name, minute in minutes.items()]
        return reduce(or_, (zone.open.at(minute) << zone.first for zone, minute in zones), 0)

    def _with_hours(self, bounds: HoursPerDay) -> int:
        if bounds.day is not None:
            return _within(self._days[bounds.day], bounds)
        if bounds.which == "average":
            return _within(self._week, bounds, days=DAYS_A_WEEK)
        combine = and_ if bounds.which == "every" else or_
        return reduce(combine, (_within(day, bounds) for day in self._days))

    def _with_books(self, bounds: BooksCount, prices: Prices) -> int:
        if bounds.min_price is None and bounds.max_price is None:
            return self._listings.between(bounds.more_than, bounds.less_than)
        counts = prices.counts(bounds)
        more = -inf if bounds.more_than is None else bounds.more_than
        less = inf if bounds.less_than is None else bounds.less_than
        if not more < 0 < less:
            return self._of([store for store, count in counts.items() if more < count < less])
        others = [store for store, count in counts.items() if not more < count < less]
        return self.all & ~self._of(others)

    def _of(self, stores: Iterable[int]) -> int:
        """The set of those of these stores that are known."""
        known = self.positions
        return bits_of([known[store] for store in stores if store in known], len(self.ids))


def _within(line: BitLine, bounds: HoursPerWeek | HoursPerDay, *, days: int = 1) -> int:
    return line.between(*minute_bounds(bounds, days=days))
