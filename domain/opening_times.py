"""When a store is open: its week, with special days in place of it, by the store's own clock."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property, lru_cache
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from domain.spans import DAY_MINUTES, WEEK_MINUTES, Span, stretches, week_minutes

Range = tuple[int, int]
"""Minutes of a day; a close above DAY_MINUTES is on the next day."""
ZONES_CACHED_MAX: Final = 1_000
_DAY: Final = timedelta(days=1)


class OpenState(NamedTuple):
    """Whether a store is open at a moment, when it closes, and when it next opens; local times.

    `closes` is None while it is closed; both are None where that never comes.
    """

    is_open: bool
    closes: datetime | None
    opens: datetime | None


@dataclass(frozen=True)
class Schedule:
    """A week of opening hours, and the ranges of special days, which go before it.

    A range belongs to the day on which it opens: a special day replaces what opens on it, and the
    night before stays.
    """

    week: tuple[Span, ...]
    special: Mapping[date, tuple[Range, ...]]

    @cached_property
    def _days(self) -> tuple[tuple[Range, ...], ...]:
        starts = range(0, WEEK_MINUTES, DAY_MINUTES)
        return tuple(
            tuple((s.open - start, s.close - start) for s in self.week if s.day == day)
            for day, start in enumerate(starts)
        )

    @cached_property
    def _is_always_open(self) -> bool:
        return not self.special and week_minutes(self.week) == WEEK_MINUTES

    def _opening_on(self, first: date, days_later: int) -> tuple[Range, ...]:
        try:
            day = first + days_later * _DAY
        except OverflowError:
            return ()
        return self.special.get(day) or (() if day in self.special else self._days[day.weekday()])

    def stretches_on(self, day: date) -> list[Span]:
        """When the store is open on a day without a break, in minutes of that day."""
        night = [Span(0, closes - DAY_MINUTES) for _, closes in self._opening_on(day, -1)]
        today = [Span(*each) for each in self._opening_on(day, 0)]
        return stretches([span for span in night if span.close > 0] + today)

    def state_at(self, local: datetime) -> OpenState:
        """Whether the store is open at a local time, and what comes next."""
        if self._is_always_open:
            return OpenState(is_open=True, closes=None, opens=None)
        first, minute = local.date(), local.hour * 60 + local.minute
        end = self._end_of_stretch(first, minute)
        is_open = end is None or end > minute
        opens = None if end is None else self._opening_from(first, end)
        return OpenState(
            is_open,
            None if end is None or not is_open else _after(first, end),
            None if opens is None else _after(first, opens),
        )

    @cached_property
    def _days_to_look_at(self) -> int:
        # Each special day may take back one day of a week.
        return 7 * (len(self.special) + 2)

    def _last_day(self, first: date) -> int:
        latest = max(self.special, default=first)
        return max(self._days_to_look_at if self.week else 0, (latest - first).days) + 1

    def _end_of_stretch(self, first: date, minute: int) -> int | None:
        """The minute from which the store is not open; None if that never comes."""
        end, last = minute, self._last_day(first) * DAY_MINUTES
        while end <= last:
            today = end // DAY_MINUTES
            closes = [
                day * DAY_MINUTES + closes
                for day in (today - 1, today)
                for opens, closes in self._opening_on(first, day)
                if day * DAY_MINUTES + opens <= end < day * DAY_MINUTES + closes
            ]
            if not closes:
                return end
            end = max(closes)
        return None

    def _opening_from(self, first: date, minute: int) -> int | None:
        """The first minute from there on in which the store opens."""
        for day in range(minute // DAY_MINUTES, self._last_day(first) + 1):
            start = day * DAY_MINUTES
            opens = [start + o for o, _ in self._opening_on(first, day) if start + o >= minute]
            if opens:
                return min(opens)
        return None


def _after(first: date, minutes: int) -> datetime | None:
    try:
        return datetime.combine(first, time()) + timedelta(minutes=minutes)
    except OverflowError:
        return None


@lru_cache(ZONES_CACHED_MAX)
def zone_of(name: str) -> ZoneInfo:
    """The time zone with an IANA name."""
    return ZoneInfo(name)


def local_time(moment: datetime, time_zone: str) -> datetime:
    """A moment by the clock of a zone, without its offset; one without an offset is local."""
    if moment.tzinfo is None:
        return moment
    try:
        return moment.astimezone(zone_of(time_zone)).replace(tzinfo=None)
    except OverflowError:
        return moment.replace(tzinfo=None)


def with_offset(local: datetime, time_zone: str, now: datetime) -> datetime:
    """A later local time with its offset.

    Where the clock has a time twice it is the first, unless it is already the second `now`. A time
    that the clock skips is as much later as it skips.
    """
    zone = zone_of(time_zone)
    fold = now.fold if local.date() == now.date() else 0
    try:
        return local.replace(tzinfo=zone, fold=fold).astimezone(UTC).astimezone(zone)
    except OverflowError:
        return local.replace(tzinfo=zone)
