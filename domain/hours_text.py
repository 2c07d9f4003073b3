"""Reads a text of opening hours, as shops, their web sites and OpenStreetMap write them.

A text is rules of days and times: `Mon - Fri 9 am - 5 pm / Sat 10 am - 2 pm`, `Mo-Fr 09:00-17:00;
We off`, `9am-5pm daily, closed Mondays`. After `;` a rule replaces the hours of its days, else it
adds to them. A text is understood as a whole or refused.
"""

from typing import Final

from domain.hours_phrases import DAYS, HARD_BREAKS, SOFT_BREAKS, TIMES, Phrases
from domain.hours_rules import Named, Week, WeekOfRules
from domain.hours_times import TimeRange
from domain.hours_words import EVERY_DAY, OpeningHoursError

HOURS_CHARACTERS_MAX: Final = 2_000
_BREAKS: Final = HARD_BREAKS | SOFT_BREAKS
_BEFORE_HOURS: Final = frozenset(
    ("comma", "bracket", "colon", "dash", "line", "slash", "lead", "open", "unit")
)
_BEFORE_DAYS: Final = frozenset(("comma", "bracket", "colon", "dash", "lead"))


def parse_week(text: str) -> Week:
    """The week that a text means. Raises OpeningHoursError for what is not fully understood."""
    if len(text) > HOURS_CHARACTERS_MAX:
        raise OpeningHoursError(f"has over {HOURS_CHARACTERS_MAX} characters")
    phrases = Phrases(text)
    if not phrases.words:
        raise OpeningHoursError("is empty; write `closed` for a store that never opens")
    if [word.kind for word in phrases.words] == ["closed"]:
        return Week([], [])
    return _Reader(phrases).week()


class _Reader:
    """Reads one text, rule by rule.

    Days come before their times in all rules, or after them in all; a line, `/` or `;` may change
    that where no reader could be misled.
    """

    def __init__(self, phrases: Phrases) -> None:
        self._read = phrases
        self._week = WeekOfRules(phrases.text)
        self._is_days_first: bool | None = None

    def week(self) -> Week:
        """Put in all rules."""
        while True:
            breaks = self._read.skip(_BREAKS)
            if self._read.kind() is None:
                return self._week.week()
            if breaks & HARD_BREAKS and self._is_days_first is False:
                self._is_days_first = None
            self._rule(replaces="semicolon" in breaks)

    def _rule(self, *, replaces: bool) -> None:
        start = self._read.next
        self._read.skip(("lead", "open"))
        kind = self._read.kind()
        if kind in {"closed", "but_not"}:
            self._exception(start)
        elif kind in DAYS:
            self._days_then_hours(start, replaces=replaces)
        elif kind in TIMES:
            self._hours_then_days(start, replaces=replaces)
        else:
            raise self._read.error("expected a day or a time")

    def _days_then_hours(self, start: int, *, replaces: bool) -> None:
        if self._is_days_first is False:
            raise self._read.error("write days before times, or times before days, in every rule")
        self._is_days_first = True
        named = self._read.days()
        after = self._read.next
        self._read.skip(("comma", "bracket"))
        if not self._read.take("but_not"):
            self._read.next = after
        else:
            self._read.skip(_BEFORE_DAYS)
            excepted = self._read.days()
            if not named.days - excepted.days:
                raise self._read.error("leaves no day", named.start)
            holidays = named.has_holidays or excepted.has_holidays
            named = Named((named.days - excepted.days,), holidays, named.start)
        self._read.skip(_BEFORE_HOURS)
        if self._read.take("closed") or (not named.items and self._read.kind() not in TIMES):
            self._read.take("vary")
            self._close(named, start)
        elif (closes := self._read.closing_time()) is not None:
            self._week.close_at(named, closes, self._read.since(start))
        elif self._read.kind() in TIMES:
            if self._read.kind() == "always" and named.days != EVERY_DAY:
                raise self._read.error("is for all seven days", named.start)
            ranges, _ = self._read.ranges()
            self._open(named, ranges, start, replaces=replaces)
        else:
            raise self._read.error("has no hours", named.start)

    def _hours_then_days(self, start: int, *, replaces: bool) -> None:
        place = self._read.place()
        ranges, is_listed_by_line = self._read.ranges()
        after = self._read.next
        self._read.skip(_BEFORE_DAYS)
        if self._is_days_first or self._read.kind() not in DAYS:
            self._read.next = after
            return self._open_without_days(ranges, start, place, replaces=replaces)
        if is_listed_by_line:
            raise self._read.error("write the days before the times")
        named = self._read.days()
        if self._read.kind() == "closed" and self._read.kind(1) not in DAYS | _BEFORE_DAYS:
            return self._open_then_close(named, ranges, start, replaces=replaces)
        self._is_days_first = False
        return self._open(named, ranges, start, replaces=replaces)

    def _open_without_days(
        self, ranges: list[TimeRange], start: int, place: int, *, replaces: bool
    ) -> None:
        """Open on the days of the rule before, `Mon 9am-12pm / 1pm-5pm`, or else every day."""
        days = self._week.last_days
        is_alone = not self._week.is_open and (
            not self._week.has_rules or self._read.is_after(start, _BREAKS)
        )
        if not is_alone and (replaces or days is None or not self._is_days_first):
            raise self._read.error("name the days of these hours", place)
        items = (EVERY_DAY if is_alone or days is None else days,)
        named = Named(items, has_holidays=False, start=place)
        self._open(named, ranges, start, replaces=False)

    def _open_then_close(
        self, named: Named, ranges: list[TimeRange], start: int, *, replaces: bool
    ) -> None:
        """`9am-5pm Mon-Fri, Sat closed`, `9am-5pm, PH closed`."""
        if not named.items:
            self._open_without_days(ranges, start, named.start, replaces=replaces)
        elif len(named.items) == 2 and named.is_split_by_comma and not named.has_holidays:  # noqa: PLR2004 - the open and the closed
            self._is_days_first = False
            self._open(named.item(0), ranges, start, replaces=replaces)
            named = named.item(1)
        else:
            raise self._read.error("does not tell which days are closed", named.start)
        self._read.take("closed")
        self._close(named, start)

    def _exception(self, start: int) -> None:
        """`closed Mondays`, `except Sundays`, `except Sundays 10am-4pm`."""
        is_closed, place = self._read.kind() == "closed", self._read.place()
        self._read.next += 1
        self._read.skip(("lead", "colon", "dash", "bracket"))
        if self._read.kind() not in DAYS:
            raise self._read.error("name the days that are closed", place)
        named = self._read.days()
        after = self._read.next
        self._read.skip(_BEFORE_DAYS)
        if self._read.kind() not in TIMES:
            self._read.next = after
            return self._close(named, start)
        if not is_closed:
            if not self._week.is_open:
                raise self._read.error("write the days that are open before it", place)
            ranges, _ = self._read.ranges()
            return self._open(named, ranges, start, replaces=True)
        if len(named.items) == 1 and not self._is_days_first:  # `closed Sun, 9am-5pm Mon-Fri`
            self._is_days_first = False
            self._read.next = after
            return self._close(named, start)
        # `closed Mon, Tue-Sun 10am-5pm`
        if len(named.items) != 2 or named.has_holidays or not named.is_split_by_comma:  # noqa: PLR2004 - the closed and the open
            raise self._read.error("does not tell which days are closed", place)
        ranges, _ = self._read.ranges()
        self._close(named.item(0), start)
        self._is_days_first = True
        return self._open(named.item(1), ranges, start, replaces=False)

    def _close(self, named: Named, start: int) -> None:
        self._week.close(named, self._read.since(start))

    def _open(self, named: Named, ranges: list[TimeRange], start: int, *, replaces: bool) -> None:
        self._week.open(named, ranges, self._read.since(start), replaces=replaces)
