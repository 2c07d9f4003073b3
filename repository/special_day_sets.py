"""The stores with special hours as bits: those of a date, and which are open in its minutes."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Final

from domain.opening_times import Schedule
from repository.bit_line import BitLine, bits_of

DATES_CACHED_MAX: Final = 100
_DAY: Final = timedelta(days=1)


class SpecialDaySets:
    """For each date the stores whose hours on it are not those of the week.

    That is so on a special day, and on the one after it, into which its night or the usual one
    would go on. `positions` has the bit of each store.
    """

    def __init__(self, positions: Mapping[int, int]) -> None:
        self._positions = positions
        self._schedules: dict[date, dict[int, Schedule]] = {}
        """By special day."""
        self._sets: dict[date, tuple[int, BitLine]] = {}

    def put(self, store_id: int, schedule: Schedule) -> None:
        """Put in the special days of a store."""
        for day in schedule.special:
            self._schedules.setdefault(day, {})[store_id] = schedule
            self._sets.clear()

    def take(self, store_id: int, schedule: Schedule) -> None:
        """Take the special days of a store out again."""
        for day in schedule.special:
            del self._schedules[day][store_id]
            self._sets.clear()

    def on(self, day: date) -> tuple[int, BitLine]:
        """The stores with other hours on a date, and those of them that are open by its minute."""
        if day not in self._sets:
            if len(self._sets) >= DATES_CACHED_MAX:
                self._sets.clear()
            self._sets[day] = self._made(day)
        return self._sets[day]

    def _made(self, day: date) -> tuple[int, BitLine]:
        before = {} if day == date.min else self._schedules.get(day - _DAY, {})
        schedules = before | self._schedules.get(day, {})
        line = BitLine()
        for store_id, schedule in schedules.items():
            bit = 1 << self._positions[store_id]
            for stretch in schedule.stretches_on(day):
                line.flip(stretch.open, bit)
                line.flip(stretch.close, bit)
        positions = [self._positions[store_id] for store_id in schedules]
        return bits_of(positions, max(positions, default=-1) + 1), line
